import type { Draft, Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { streams } from '../../kernel/ids.js';
import { enrolmentDecider } from '../../enrolment/enrolment.decider.js';
import { isEnrolled } from '../../enrolment/enrolment.state.js';
import { regionOf } from '../../person/person-history.rule.js';
import { AUTOMATION } from '../../write-side/context.js';
import { partFrom, type Part } from '../../write-side/unit.js';
import { foldEnrolment } from '../folds.js';
import { enrolmentStart, monthAfter } from './enrolment-start.rule.js';
import { whileNotErased } from './while-not-erased.js';

interface Approved {
  readonly applicationId: string;
  readonly programmeId: string;
  readonly personId: string;
}

/**
 * An approval with the enrolment that it begins, so that of two applications of one person that are
 * approved at once one is refused: both would write the person's enrolment. Where a store writes
 * one stream at a time and the approval is written already, the automation begins what is left.
 * @param approving the part of the application, which the others are decided after
 * @throws DomainError PERSON_ERASED; ALREADY_ENROLLED, as the approval would begin nothing, not
 * then and not when that enrolment ends
 */
export function approvalParts(
  approving: Part,
  { applicationId, programmeId, personId }: Approved,
): readonly Part[] {
  let decided: readonly Draft[] | undefined;
  let person: readonly Recorded[] = [];
  const application: Part = {
    ...approving,
    decide(events, context) {
      decided = undefined;
      const decisions = approving.decide(events, context);
      decided = [...events, ...decisions.map(({ draft }) => draft)];
      return decisions;
    },
  };
  const living = whileNotErased(personId);
  const registered: Part = {
    ...living,
    decide(events, context) {
      person = events;
      return living.decide(events, context);
    },
  };
  const stream = streams.enrolment(programmeId, personId);
  const begun = partFrom(stream, enrolmentDecider, ['StartEnrolment', applicationId], (events) => {
    const start = decided && enrolmentStart(decided);
    decided = undefined;
    if (!start) return [];
    const state = foldEnrolment(events);
    if (isEnrolled(state)) throw alreadyEnrolled();
    const startPeriod = monthAfter(start.startPeriod, state.lastPeriod);
    const region = regionOf(person) ?? start.region;
    const command = { type: 'StartEnrolment' as const, ...start, region, startPeriod };
    return [{ command, as: AUTOMATION }];
  });
  return [application, registered, { ...begun, guards: true }];
}

const alreadyEnrolled = (): DomainError =>
  new DomainError(
    'ALREADY_ENROLLED',
    'The person is enrolled in this programme already. Say new facts of the household, or end that enrolment first.',
    'conflict',
    'personId',
  );
