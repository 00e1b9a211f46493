import type { CycleState } from '../../cycle/cycle.state.js';
import { fold, type Recorded } from '../../kernel/decider.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { isDoubted, isLost } from '../../payment/payment-doubt.rule.js';
import type { OrderedPayment } from './recompute.rule.js';

/** What was paid for good: cycles that were released are not prepared again. */
export interface Past {
  /** Last month with a released cycle; undefined where none is. */
  readonly toPeriod: string | undefined;
  /**
   * The latest position that a released cycle was prepared as of. An enrolment that is newer is
   * paid from its start by its first cycle.
   */
  readonly paidThrough: number;
  /** Months of released cycles, in order. */
  readonly periods: readonly string[];
  /** Cycles that are closed: what was rejected or returned in them is not paid any more. */
  readonly closed: ReadonlySet<string>;
}

/** What these cycles of a programme paid for good. */
export function pastIn(cycles: readonly CycleState[]): Past {
  const paid = cycles.filter(({ status }) => ['released', 'instructed', 'closed'].includes(status));
  const periods = paid.map(({ period }) => period).sort();
  const closed = paid.filter(({ status }) => status === 'closed');
  return {
    toPeriod: periods.at(-1),
    periods,
    paidThrough: Math.max(-1, ...paid.map(({ asOf }) => asOf)),
    closed: new Set(closed.map(({ cycleId }) => cycleId)),
  };
}

/**
 * What a payment was ordered for, where it is paid or may still be, or somebody has yet to say
 * whether it was.
 */
export function standing(
  events: readonly Recorded[],
  cycleIsClosed: boolean,
): OrderedPayment | undefined {
  const state = fold(paymentDecider, events);
  if (state.status === 'none' || state.status === 'cancelled') return undefined;
  if (isLost(state) && cycleIsClosed) return undefined;
  const ordered = events.findLast((event) => event.type === 'PaymentOrdered');
  return ordered && { ...ordered.data, isSent: state.attempt > 0, isDoubted: isDoubted(state) };
}
