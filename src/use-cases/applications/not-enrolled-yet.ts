import { isEnrolled } from '../../enrolment/enrolment.state.js';
import { DomainError } from '../../kernel/errors.js';
import { streams } from '../../kernel/ids.js';
import { guard, type Part } from '../../write-side/unit.js';
import { foldEnrolment } from '../folds.js';

/**
 * Refuses to approve an application of somebody who is enrolled: the approval would begin nothing,
 * not then and not when that enrolment ends.
 * @throws DomainError ALREADY_ENROLLED
 */
export const notEnrolledYet = ({
  programmeId,
  personId,
}: {
  readonly programmeId: string;
  readonly personId: string;
}): Part =>
  guard(streams.enrolment(programmeId, personId), (events) => {
    if (isEnrolled(foldEnrolment(events)))
      throw new DomainError(
        'ALREADY_ENROLLED',
        'The person is enrolled in this programme already. Say new facts of the household, or end that enrolment first.',
        'conflict',
        'personId',
      );
  });
