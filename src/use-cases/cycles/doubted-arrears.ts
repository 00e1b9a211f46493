import type { EventStore } from '../../adapters/event-store/port.js';
import type { Recorded } from '../../kernel/decider.js';
import { idIn, streams } from '../../kernel/ids.js';
import { doubtedCorrections, stoodInFor } from './doubted-arrears.rule.js';

/**
 * By key, the corrections whose arrears wait; those that have none are left out. Reads the payments
 * that they stand in for at once: few households have arrears.
 * @param accounts events of households' adjustments
 * @param asOf position of the log; absent: now
 */
export async function doubtedArrears<K>(
  store: EventStore,
  accounts: ReadonlyMap<K, readonly Recorded[]>,
  asOf?: number,
): Promise<ReadonlyMap<K, ReadonlySet<string>>> {
  const names = new Set([...accounts.values()].flatMap(stoodInFor));
  if (names.size === 0) return new Map();
  const read = await store.readStreams(
    [...names].map((paymentId) => streams.payment(paymentId)),
    asOf === undefined ? {} : { asOf },
  );
  const payments = new Map(read.map(({ stream, events }) => [idIn(stream), events]));
  const doubted = [...accounts].map(
    ([key, events]) => [key, doubtedCorrections(events, payments)] as const,
  );
  return new Map(doubted.filter(([, corrections]) => corrections.size > 0));
}
