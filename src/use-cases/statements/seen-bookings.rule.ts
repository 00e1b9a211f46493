import { HashSet } from '../../kernel/hash-set.js';
import { endToEndIdOf } from '../../payment/instruction-ids.rule.js';
import type { ReportedOutcome } from '../../payment/reported-outcome.js';

/**
 * Bookings of one statement: a second one of the same payment that no reference of the bank's tells
 * from the first is another booking, because a statement has each once. It does not matter whether
 * an entry named the payment, or a message that the payment is in.
 */
export class SeenBookings {
  #statement = -1;
  #seen = new HashSet();
  readonly #again = new Map<string, number>();

  /** What a statement says of a payment, told apart from what it said alike before. */
  onceOrAgain(statement: number, outcome: ReportedOutcome): ReportedOutcome {
    const bookedAgain = this.#before(statement, outcome);
    return bookedAgain === undefined ? outcome : { ...outcome, bookedAgain };
  }

  /** How many there were before it; undefined for none. */
  #before(statement: number, outcome: ReportedOutcome): number | undefined {
    if (this.#statement !== statement) {
      this.#seen = new HashSet();
      this.#again.clear();
    }
    this.#statement = statement;
    const { reference, entryReference: entry } = outcome;
    const said = `${outcome.outcome} ${instructionOf(outcome)}`;
    const own = reference === entry ? undefined : reference;
    const key = own === undefined ? `${said} entry ${entry ?? ''}` : `${said} own ${own}`;
    // Nothing is told from what has no reference, and an entry's from those of its transactions.
    const alike = [`${said} entry `];
    if (entry !== undefined)
      alike.push(own === undefined ? `${said} own in ${entry}` : `${said} entry ${entry}`);
    const isFirst = this.#seen.add(said);
    const isNew = this.#seen.add(key) && !alike.some((one) => one !== key && this.#seen.has(one));
    if (own !== undefined && entry !== undefined) this.#seen.add(`${said} own in ${entry}`);
    if (reference === undefined && entry === undefined ? isFirst : isNew) return undefined;
    const again = (this.#again.get(key) ?? 0) + 1;
    this.#again.set(key, again);
    return again;
  }
}

/** By its end-to-end id, whichever of its references the bank gave. */
const instructionOf = ({ endToEndId, paymentId, attempt }: ReportedOutcome): string =>
  endToEndId ??
  (paymentId === undefined || attempt === undefined ? '' : endToEndIdOf(paymentId, attempt));
