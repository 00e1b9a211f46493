import { addMonths } from '../kernel/time.js';
import type { EnrolmentCommand } from './enrolment.decider.js';
import { overdueReason } from './overdue-reason.rule.js';
import { heldOrPaidFrom, isOverdue, type EnrolmentState } from './enrolment.state.js';

const latest = (a: string, b: string): string => (a > b ? a : b);

/** Says that the recertification fell due, where nobody said so and the enrolment goes on. */
export function fallsDue(state: EnrolmentState, period: string): EnrolmentCommand | undefined {
  const { dueOn, recertificationDue, status } = state;
  if (dueOn === undefined || !isOverdue(state, period)) return undefined;
  if (recertificationDue || status === 'ended') return undefined;
  return { type: 'MarkRecertificationDue', dueOn };
}

/**
 * Suspends from the month after the one in which it was due, or from where it is paid again after
 * another suspension, which is not taken for this one; an enrolment whose end is still to come is
 * ended there.
 */
export function stopsPaying(state: EnrolmentState, period: string): EnrolmentCommand | undefined {
  const { dueOn, status } = state;
  if (dueOn === undefined || !isOverdue(state, period)) return undefined;
  const reason = overdueReason(dueOn);
  const lastPeriod = dueOn.slice(0, 7);
  if (status === 'ended') return { type: 'EndEnrolment', lastPeriod, reason };
  const fromPeriod = latest(paidAgainFrom(state, period), addMonths(lastPeriod, 1));
  return { type: 'SuspendEnrolment', fromPeriod, reason };
}

/** Since when it is paid; a suspension that is still to come is passed over. */
const paidAgainFrom = (state: EnrolmentState, period: string): string =>
  state.status === 'suspended'
    ? (state.payable.findLast(({ payable, fromPeriod }) => payable && fromPeriod <= period)
        ?.fromPeriod ?? state.startPeriod)
    : heldOrPaidFrom(state);
