import type { NumberedEntry } from '../../adapters/payment-rail/iso20022/incoming/port.js';
import { HashSet } from '../../kernel/hash-set.js';
import type { Verdict } from './bank-verdict.rule.js';

/** What is said of a payment or of a message of ours. */
type Said = Extract<Verdict, { kind: 'payment' | 'message' }>;

/**
 * Bookings of one statement: a second one of the same payment that no reference of the bank's tells
 * from the first is another booking, because a statement has each once.
 */
export class SeenBookings {
  #statement = -1;
  #seen = new HashSet();
  readonly #again = new Map<string, number>();

  /** How many there were before it; undefined for none. */
  before(entry: NumberedEntry, verdict: Said): number | undefined {
    if (entry.kind !== 'booking') return undefined;
    if (this.#statement !== entry.statement) {
      this.#seen = new HashSet();
      this.#again.clear();
    }
    this.#statement = entry.statement;
    const { outcome } = verdict;
    const who =
      verdict.kind === 'message' ? verdict.messageId : (outcome.endToEndId ?? outcome.paymentId);
    const key = `${outcome.outcome} ${who} ${outcome.reference ?? ''} ${outcome.entryReference ?? ''}`;
    if (this.#seen.add(key)) return undefined;
    const again = (this.#again.get(key) ?? 0) + 1;
    this.#again.set(key, again);
    return again;
  }
}

/** What an entry says, told apart from what an earlier one of its statement said alike. */
export const onceOrAgain = <V extends Said>(
  entry: NumberedEntry,
  verdict: V,
  bookings: SeenBookings,
): V => {
  const bookedAgain = bookings.before(entry, verdict);
  return bookedAgain === undefined
    ? verdict
    : { ...verdict, outcome: { ...verdict.outcome, bookedAgain } };
};
