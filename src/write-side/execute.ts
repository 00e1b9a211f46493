import type { KeptReceipt } from '../adapters/event-store/port.js';
import type { CommandContext, Deps } from './context.js';
import { refuseKnownIdentities } from './known-identities.js';
import { loadParts } from './load-parts.js';
import { recordUnits } from './record.js';
import type { Part, Unit } from './unit.js';

export interface CommandResult {
  /** Log position of the last event written, or that the command saw where it wrote none. */
  readonly position: number;
  readonly events: number;
  /**
   * The receipt kept earlier under the same key, where there was one: the command was not run
   * again.
   */
  readonly kept?: KeptReceipt;
}

/**
 * One unit by itself, its streams locked in this process and read first; with a receipt, where its
 * caller may ask again.
 * @throws DomainError of the deciders, and nothing is written; CONCURRENT_CHANGE after 50 attempts
 */
export async function execute(
  deps: Pick<Deps, 'store' | 'registry' | 'locks' | 'vault'>,
  parts: readonly Part[],
  context: CommandContext,
  receipt?: Unit['receipt'],
): Promise<CommandResult> {
  const { actor, correlationId, now, ...name } = context;
  const { store, registry, locks } = deps;
  return locks.hold(
    parts.map((p) => p.stream),
    async () => {
      const [result] = await recordUnits(
        {
          store,
          registry,
          now: () => now,
          refuseTexts: (texts) => refuseKnownIdentities(deps, texts),
        },
        [
          {
            ...name,
            parts,
            loaded: await loadParts(store, parts),
            ...(receipt ? { receipt } : {}),
          },
        ],
        { actor, correlationId },
      );
      switch (result!.kind) {
        case 'refused':
          throw result!.error;
        case 'kept':
          return { position: result!.receipt.position, events: 0, kept: result!.receipt };
        case 'unchanged':
          return { position: result!.position, events: 0 };
        case 'recorded':
        case 'already':
          return { position: result!.position, events: result!.events };
      }
    },
  );
}
