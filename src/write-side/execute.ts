import type { EventRegistry } from '../../events/registry.js';
import type { EventStore, KeptReceipt } from '../adapters/event-store/port.js';
import type { KeyedMutex } from '../kernel/concurrency/keyed-mutex.js';
import type { CommandContext } from './context.js';
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
  store: EventStore,
  registry: EventRegistry,
  locks: KeyedMutex,
  parts: readonly Part[],
  context: CommandContext,
  receipt?: Unit['receipt'],
): Promise<CommandResult> {
  const { actor, correlationId, now, ...name } = context;
  return locks.hold(
    parts.map((p) => p.stream),
    async () => {
      const [result] = await recordUnits(
        { store, registry, now: () => now },
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
