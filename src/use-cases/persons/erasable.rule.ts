import { enrolmentDecider } from '../../enrolment/enrolment.decider.js';
import { isEnrolled } from '../../enrolment/enrolment.state.js';
import { fold, type Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { recoveryDecider } from '../../recovery/recovery.decider.js';
import { balanceMinor } from '../../recovery/recovery.state.js';

/**
 * Nobody is erased whom a programme pays, or would pay again.
 * @param events of the enrolment
 * @throws DomainError STILL_ENROLLED
 */
export function requireEnded(programmeId: string, events: readonly Recorded[]): void {
  if (isEnrolled(fold(enrolmentDecider, events)))
    throw new DomainError(
      'STILL_ENROLLED',
      `The person is enrolled in ${programmeId}; end the enrolment first.`,
      'rule',
      'personId',
    );
}

/**
 * Nobody is erased who has something to give back to a programme.
 * @param events of the recovery
 * @throws DomainError STILL_OWES
 */
export function requireSettled(programmeId: string, events: readonly Recorded[]): void {
  const recovery = fold(recoveryDecider, events);
  if (recovery.status === 'open' && balanceMinor(recovery) > 0n)
    throw new DomainError(
      'STILL_OWES',
      `The person owes ${programmeId} what was overpaid; it is given back or waived first.`,
      'rule',
      'personId',
    );
}
