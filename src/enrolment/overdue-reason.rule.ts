/** Why an enrolment is suspended that nobody recertified in time. */
export const overdueReason = (dueOn: string): string => `Recertification was due on ${dueOn}.`;

/** Whatever day it was due on: that may have been brought nearer since. */
export const isOverdueReason = (reason: string): boolean =>
  reason === overdueReason(reason.slice(-'YYYY-MM-DD.'.length, -1));
