import type { EventData } from '../../../events/generated.js';
import { enrolmentDecider } from '../../enrolment/enrolment.decider.js';
import { fold, type Draft, type Recorded } from '../../kernel/decider.js';
import { isEnrolled } from '../../enrolment/enrolment.state.js';
import { addMonths } from '../../kernel/time.js';

/** What an approval starts an enrolment with. */
export type EnrolmentStart = NonNullable<ReturnType<typeof enrolmentStart>>;

/**
 * What the history up to the approval says the enrolment starts with; nothing where an appeal or
 * withdrawal undid it.
 */
export function enrolmentStart(events: readonly Draft[]) {
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

/** The month, or the one after the last that an earlier enrolment pays, whichever is later. */
export const monthAfter = (month: string, last: string | undefined): string =>
  last === undefined || month > last ? month : addMonths(last, 1);

/**
 * Whether an approval begins nothing, whenever it is acted on, by the events of the person's
 * enrolment: another application's enrolment went on when it was given, or began after it. Where
 * the log is followed anew that is so still, though that enrolment may be over by then.
 */
export function beginsNothing(
  enrolment: readonly Recorded[],
  { applicationId, approvedAt }: { readonly applicationId: string; readonly approvedAt: number },
): boolean {
  const isAnother = (event: Recorded): boolean =>
    event.type === 'EnrolmentStarted' && event.data.applicationId !== applicationId;
  if (enrolment.some((event) => event.position > approvedAt && isAnother(event))) return true;
  const before = fold(
    enrolmentDecider,
    enrolment.filter(({ position }) => position < approvedAt),
  );
  return isEnrolled(before) && before.applicationId !== applicationId;
}
