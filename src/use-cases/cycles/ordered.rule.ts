import type { EventData } from '../../../events/generated.js';
import type { Recorded } from '../../kernel/decider.js';

export type Ordered = Pick<
  EventData['PaymentOrdered'],
  'amountMinor' | 'currency' | 'region' | 'items'
>;

/**
 * The amount ordered in a round and still standing when the cycle was prepared; undefined when
 * there is none.
 */
export function orderedInRound(events: readonly Recorded[], round: number): Ordered | undefined {
  for (let i = events.length - 1; i >= 0; i -= 1) {
    const event = events[i]!;
    if (event.type === 'PaymentOrdered') return event.data.round === round ? event.data : undefined;
  }
  return undefined;
}

export const isCancelled = (events: readonly Recorded[]): boolean =>
  events.at(-1)?.type === 'PaymentCancelled';
