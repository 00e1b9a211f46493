import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import { streams } from '../kernel/ids.js';
import { enrolmentDecider } from '../enrolment/enrolment.decider.js';
import { record } from '../write-side/bulk.js';
import { part, type Unit } from '../write-side/unit.js';
import { AUTOMATION, PAGE, type Deps } from '../write-side/context.js';
import { isErased } from '../person/registered-person.js';
import type { ProcessManager } from './runner.js';

/**
 * Starts the enrolment of every approved application: from the month it was received, with the
 * facts and the entitlement that were approved. A person enrolled in the programme already stays as
 * they are; an erased one is not enrolled.
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
  const starts = approvals.map((event, i) =>
    enrolmentOf(applications[i]!.events.slice(0, event.revision + 1)),
  );
  const persons = new Map(
    (
      await deps.store.readStreams(
        starts.flatMap((start) => (start ? [streams.person(start.personId)] : [])),
      )
    ).map((read) => [read.stream, read.events]),
  );
  const units = approvals.flatMap((event, i): Unit[] => {
    const start = starts[i];
    if (!start || isErased(persons.get(streams.person(start.personId)) ?? [])) return [];
    const stream = streams.enrolment(start.programmeId, start.personId);
    return [
      {
        verb: 'enrol',
        key: start.applicationId,
        causationId: event.id,
        parts: [part(stream, enrolmentDecider, { type: 'StartEnrolment', ...start })],
      },
    ];
  });
  await record(deps, units, { actor: AUTOMATION, correlationId: approvals[0]!.meta.correlation });
}

/**
 * What the history up to the approval says the enrolment starts with; nothing where an appeal or
 * withdrawal undid it.
 */
function enrolmentOf(events: readonly Recorded[]) {
  let submitted: EventData['ApplicationSubmitted'] | undefined;
  let facts: Pick<EventData['ApplicationSubmitted'], 'facts' | 'contentHash'> | undefined;
  let determined: EventData['EligibilityDetermined'] | undefined;
  let approved: EventData['ApplicationApproved'] | undefined;
  for (const event of events) {
    if (event.type === 'ApplicationSubmitted') {
      submitted = event.data;
      facts = event.data;
    } else if (event.type === 'ApplicationAmended') facts = event.data;
    else if (event.type === 'EligibilityDetermined') determined = event.data;
    else if (event.type === 'ApplicationApproved') approved = event.data;
  }
  if (!submitted || !facts || !determined || !approved) return undefined;
  const { programmeId, personId, region, applicationId } = submitted;
  return {
    programmeId,
    personId,
    applicationId,
    region,
    startPeriod: approved.startPeriod,
    facts: facts.facts,
    contentHash: facts.contentHash,
    entitlement: determined.entitlement,
  };
}
