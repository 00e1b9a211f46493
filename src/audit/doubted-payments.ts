import type { Recorded } from '../kernel/decider.js';

/** From where to where in the log a break was open. */
interface Span {
  readonly breakId: string;
  readonly from: number;
  readonly to: number;
}

/** Of payments that had breaks, when they were open. 200 bytes a break. */
export class DoubtedPayments {
  readonly #spans = new Map<string, readonly Span[]>();

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

  /** Whether a break of the payment was open as of a position. */
  at(paymentId: string, asOf: number): boolean {
    return (this.#spans.get(paymentId) ?? []).some(({ from, to }) => from <= asOf && to > asOf);
  }
}
