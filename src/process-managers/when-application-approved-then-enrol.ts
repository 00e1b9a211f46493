import type { Recorded } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { streams } from '../kernel/ids.js';
import {
  beginsNothing,
  enrolmentStart,
  monthAfter,
  type EnrolmentStart,
} from '../use-cases/applications/enrolment-start.rule.js';
import { foldEnrolment } from '../use-cases/folds.js';
import { enrolmentDecider } from '../enrolment/enrolment.decider.js';
import { record } from '../write-side/bulk.js';
import { guard, partFrom, type Part, type Unit } from '../write-side/unit.js';
import { AUTOMATION, PAGE, type Deps } from '../write-side/context.js';
import { isErased, regionOf } from '../person/person-history.rule.js';
import type { ProcessManager } from './runner.js';

/**
 * Starts the enrolment of every approved application whose approval did not itself (one of an
 * earlier version, or that was cut off where a store writes one stream at a time): from the month
 * it was received, with the facts and the entitlement that were approved, but not for months
 * through which an earlier enrolment is paid. Months that the person was paid beyond an earlier end
 * are begun with, and those that were paid to the same identity while it was another person's: they
 * are due again, and cycles and corrections leave them out as long as what was paid for them
 * stands. A person enrolled in the programme already stays as they are, and the approval begins
 * nothing when that enrolment is over either; an erased one is not enrolled.
 */
export const whenApplicationApprovedThenEnrol = (deps: Deps): ProcessManager => ({
  name: 'when-application-approved-then-enrol',
  handles: ['ApplicationApproved'],
  async handle(events) {
    for (let i = 0; i < events.length; i += PAGE) await enrol(deps, events.slice(i, i + PAGE));
  },
});

async function enrol(deps: Deps, approvals: readonly Recorded[]): Promise<void> {
  const applications = await deps.store.readStreams(approvals.map((event) => event.stream));
  const approved = approvals.flatMap((event, i) => {
    const start = enrolmentStart(applications[i]!.events.slice(0, event.revision + 1));
    return start ? [{ start, causationId: event.id, approvedAt: event.position }] : [];
  });
  const names = approved.flatMap(({ start }) => [streams.person(start.personId), streamOf(start)]);
  const read = new Map(
    (await deps.store.readStreams(names)).map(({ stream, events }) => [stream, events]),
  );
  const living = approved
    .filter(({ start }) => !isErased(read.get(streams.person(start.personId)) ?? []))
    .map(({ start, causationId, approvedAt }) => ({
      start: {
        ...start,
        region: regionOf(read.get(streams.person(start.personId)) ?? []) ?? start.region,
      },
      causationId,
      approvedAt,
      before: read.get(streamOf(start)) ?? [],
    }));
  const units = living.map(({ start, causationId, approvedAt, before }): Unit => ({
    verb: 'enrol',
    key: start.applicationId,
    causationId,
    loaded: [before, read.get(streams.person(start.personId)) ?? []],
    parts: [starting(start, approvedAt), notErased(start)],
  }));
  await record(deps, units, { actor: AUTOMATION, correlationId: approvals[0]!.meta.correlation });
}

function starting(start: EnrolmentStart, approvedAt: number): Part {
  const { applicationId } = start;
  const asked = ['StartEnrolment', applicationId];
  return partFrom(streamOf(start), enrolmentDecider, asked, (events) => {
    if (beginsNothing(events, { applicationId, approvedAt })) return [];
    const { lastPeriod } = foldEnrolment(events);
    const startPeriod = monthAfter(start.startPeriod, lastPeriod);
    return [{ type: 'StartEnrolment' as const, ...start, startPeriod }];
  });
}

const streamOf = ({ programmeId, personId }: EnrolmentStart): string =>
  streams.enrolment(programmeId, personId);

/**
 * Erasing looks at enrolments in its append as this looks at the person: one of the two is first.
 */
const notErased = ({ personId, region }: Pick<EnrolmentStart, 'personId' | 'region'>): Part =>
  guard(streams.person(personId), (events) => {
    // Not refused, but tried again with what is there now.
    if ((regionOf(events) ?? region) !== region) throw new Error('the person moved meanwhile');
    if (isErased(events))
      throw new DomainError('PERSON_ERASED', 'This person was erased.', 'rule', 'personId');
  });
