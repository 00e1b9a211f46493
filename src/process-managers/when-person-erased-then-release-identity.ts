import { streams } from '../kernel/ids.js';
import { identityDecider } from '../person/identity.decider.js';
import { claimant } from '../person/claims.js';
import { recordOne } from '../write-side/bulk.js';
import { AUTOMATION, type Deps } from '../write-side/context.js';
import { part } from '../write-side/unit.js';
import type { ProcessManager } from './runner.js';

/**
 * Frees the identity of an erased person who holds it still. Where a store writes one stream at a
 * time, an erasure that is cut off after its first event leaves it so, and nobody could be
 * registered with it again.
 */
export const whenPersonErasedThenReleaseIdentity = (deps: Deps): ProcessManager => ({
  name: 'when-person-erased-then-release-identity',
  handles: ['PersonErased'],
  async handle(events) {
    for (const event of events) {
      if (event.type !== 'PersonErased') continue;
      const { personId } = event.data;
      const [registered] = await deps.store.readStream(streams.person(personId));
      if (registered?.type !== 'PersonRegistered') continue;
      const stream = streams.identity(registered.data.identityHash);
      if (claimant(await deps.store.readStream(stream)) !== personId) continue;
      const command = {
        type: 'ReleaseIdentity',
        personId,
        reason: 'the person was erased',
      } as const;
      await recordOne(
        deps,
        { verb: 'release-erased', key: stream, parts: [part(stream, identityDecider, command)] },
        { actor: AUTOMATION, correlationId: event.meta.correlation },
      );
    }
  },
});
