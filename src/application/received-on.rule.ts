import { DomainError } from '../kernel/errors.js';
import { addMonths, localDateOf } from '../kernel/time.js';

/**
 * Refuses the date of an application that is after today in the programme's time zone, or so long
 * before the programme's newest cycle that nobody would notice what is paid for it at once. That it
 * is not before the programme's first policy is asked by who looks for that policy.
 * @param now UTC instant
 * @param months before the newest cycle that the programme takes
 * @param newestCycle period of the newest cycle that was opened; undefined without one
 * @throws DomainError RECEIVED_IN_FUTURE, BACKDATED_TOO_FAR
 */
export function requireReceivedOn(
  receivedOn: string,
  { timeZone, months }: { readonly timeZone: string; readonly months: number },
  now: string,
  newestCycle: string | undefined,
): void {
  if (receivedOn > localDateOf(now, timeZone))
    throw new DomainError(
      'RECEIVED_IN_FUTURE',
      'An application is received today or before.',
      'rule',
      'receivedOn',
    );
  if (newestCycle === undefined) return;
  const earliest = addMonths(newestCycle, -months);
  if (receivedOn.slice(0, 7) < earliest)
    throw new DomainError(
      'BACKDATED_TOO_FAR',
      `The programme pays ${newestCycle}; an application is dated back to ${earliest} at most.`,
      'rule',
      'receivedOn',
    );
}
