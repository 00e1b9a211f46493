import type { Recorded } from '../kernel/decider.js';
import type { Status } from './cycle-ledger.js';
import type { Looked, Positions } from './doubted-arrears-check.js';

/** From where to where in the log a break was open. */
interface Span {
  readonly breakId: string;
  readonly from: number;
  readonly to: number;
}
interface Move {
  readonly at: number;
  readonly to: Status;
}

const isFailure = (status: Status | undefined): boolean =>
  status === 'rejected' || status === 'returned';

/**
 * Of payments that had breaks, when they were open, and of those that failed, what became of them
 * since: 200 bytes a break, and as much a failure.
 */
export class DoubtedPayments {
  readonly #spans = new Map<string, readonly Span[]>();
  /** From the first failure on. */
  readonly #moves = new Map<string, readonly Move[]>();

  opened({ position, data }: Recorded<'PaymentBreakRecorded'>): void {
    const { paymentId, breakId } = data;
    const spans = this.#spans.get(paymentId) ?? [];
    if (spans.some((span) => span.breakId === breakId && span.to === Infinity)) return;
    this.#spans.set(paymentId, [...spans, { breakId, from: position, to: Infinity }]);
  }

  resolved({ position, data }: Recorded<'PaymentBreakResolved'>): void {
    const { paymentId, breakId } = data;
    const spans = this.#spans.get(paymentId) ?? [];
    this.#spans.set(
      paymentId,
      spans.map((span) =>
        span.breakId === breakId && span.to === Infinity ? { ...span, to: position } : span,
      ),
    );
  }

  moved(paymentId: string, to: Status, at: number): void {
    const before = this.#moves.get(paymentId);
    if (before || isFailure(to)) this.#moves.set(paymentId, [...(before ?? []), { at, to }]);
  }

  /** Whether a break of the payment was open as of a position. */
  at(paymentId: string, asOf: number): boolean {
    return (this.#spans.get(paymentId) ?? []).some(({ from, to }) => from <= asOf && to > asOf);
  }

  /** Whether it had failed by a position, and a break left open then whether it was paid. */
  isInDoubt(paymentId: string, asOf: number): boolean {
    return isFailure(this.#statusAt(paymentId, asOf)) && this.at(paymentId, asOf);
  }

  /** The same, from a position to another. */
  isInDoubtAllThe(paymentId: string, { from, to }: Looked): boolean {
    const spans = this.#spans.get(paymentId) ?? [];
    return (
      [from, to].every((asOf) => isFailure(this.#statusAt(paymentId, asOf))) &&
      spans.some((span) => span.from <= from && span.to > to)
    );
  }

  /** Whether it had failed from a position to another, and no break left open that it was paid. */
  isLost(paymentId: string, { from, to }: Looked): boolean {
    return [from, to].every(
      (asOf) => isFailure(this.#statusAt(paymentId, asOf)) && !this.at(paymentId, asOf),
    );
  }

  /** Whether it had failed before a position, and was with the bank or paid to another. */
  isPaid(paymentId: string, { from, to }: Looked): boolean {
    return [from, to].every((asOf) => {
      const status = this.#statusAt(paymentId, asOf);
      return status !== undefined && status !== 'cancelled' && !isFailure(status);
    });
  }

  /**
   * Whether it had failed by a position and was paid after all by another, which who looked at it
   * last could not know.
   */
  hasArrived(paymentId: string, { since, lookedAt, asOf }: Positions): boolean {
    return (
      isFailure(this.#statusAt(paymentId, since)) &&
      this.#statusAt(paymentId, asOf) === 'settled' &&
      this.#statusAt(paymentId, lookedAt) !== 'settled'
    );
  }

  /** Undefined before its first failure. */
  #statusAt(paymentId: string, position: number): Status | undefined {
    return this.#moves.get(paymentId)?.findLast(({ at }) => at <= position)?.to;
  }
}
