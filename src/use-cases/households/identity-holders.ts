import type { EventStore } from '../../adapters/event-store/port.js';
import { streams } from '../../kernel/ids.js';
import { abandonedClaims } from '../../person/claims.js';
import { holdersOf } from './months-paid.rule.js';

/**
 * By person, whom their national identity is or was registered for, themselves among them. The
 * identity is known by its keyed hash only, and its stream stays when a person is erased.
 */
export async function identityHoldersOf(
  store: EventStore,
  personIds: readonly string[],
): Promise<readonly (readonly [personId: string, holders: readonly string[]])[]> {
  const persons = await store.readStreams([...new Set(personIds)].map((id) => streams.person(id)));
  const registered = persons.flatMap(({ events: [first] }) =>
    first?.type === 'PersonRegistered' ? [first.data] : [],
  );
  const identities = await store.readStreams(
    registered.map(({ identityHash }) => streams.identity(identityHash)),
  );
  const claims = registered.map(({ personId, identityHash }, i) =>
    holdersOf(identities[i]!.events).map((holder) => ({ personId, identityHash, holder })),
  );
  const byOthers = claims.flat().filter(({ personId, holder }) => holder !== personId);
  // Who claimed it and was registered with another was never its holder.
  const abandoned = new Set(await abandonedClaims(store, byOthers));
  return claims.map((of, i) => [
    registered[i]!.personId,
    of.filter((claim) => !abandoned.has(claim)).map(({ holder }) => holder),
  ]);
}
