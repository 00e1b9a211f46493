import { isCertifiedIn, isOverdue, type EnrolmentState } from '../enrolment/enrolment.state.js';
import type { Found } from './report.js';

/**
 * I7 over recertifications: nothing is ordered for a household that is overdue in the cycle's
 * month, nor, with what is left of an enrolment that is over, for a month after the one in which it
 * was due.
 */
export function requireCertified(
  state: EnrolmentState,
  cycle: string,
  months: readonly string[],
  found: Found,
): void {
  const wrong = isOverdue(state, cycle)
    ? [cycle]
    : months.filter((month) => !isCertifiedIn(state, month));
  for (const month of wrong)
    found('I7', `ordered for ${month}, though recertification was due on ${state.dueOn}`);
}
