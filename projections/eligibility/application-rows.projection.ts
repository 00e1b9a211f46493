import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { minor } from '../../src/kernel/money.js';
import type { Rows } from '../engine/projection.js';
import {
  applications,
  applicationTally,
  determinations,
  type ApplicationRow,
} from './eligibility.tables.js';

function countApplication(rows: Rows, row: ApplicationRow, by: 1 | -1): void {
  rows.add(applicationTally, {
    programme_id: row.programme_id,
    region: row.region,
    status: row.status,
    failed_criterion: row.failed_criterion ?? '',
    month: row.received_on.slice(0, 7),
    count: by,
  });
}

function submitted(
  data: EventData['ApplicationSubmitted'],
  actor: string,
  time: string,
): ApplicationRow {
  return {
    application_id: data.applicationId,
    programme_id: data.programmeId,
    person_id: data.personId,
    region: data.region,
    channel: data.channel,
    received_on: data.receivedOn,
    status: 'submitted',
    clock_from: data.receivedOn,
    officer: actor,
    submitted_by: actor,
    recommended_by: null,
    decided_by: null,
    recommendation: null,
    eligible: null,
    policy_version: null,
    amount_minor: null,
    failed_criterion: null,
    content_hash: data.contentHash,
    start_period: null,
    reason: null,
    decided_at: null,
    appeals: 0,
    submitted_at: time,
    updated_at: time,
  };
}

/**
 * What amending, returning or an upheld appeal takes back: the content that was judged is judged
 * anew.
 */
const UNJUDGED = {
  recommended_by: null,
  recommendation: null,
  decided_by: null,
  decided_at: null,
  start_period: null,
} as const;

const UNDETERMINED = {
  eligible: null,
  policy_version: null,
  amount_minor: null,
  failed_criterion: null,
} as const;

function determined(
  rows: Rows,
  data: EventData['EligibilityDetermined'],
  { position, revision, time, meta: { actor } }: Recorded,
): Partial<ApplicationRow> {
  const amount = minor(data.entitlement.amountMinor);
  rows.put(determinations, {
    position,
    application_id: data.applicationId,
    revision,
    time,
    actor,
    policy_version: data.policyVersion,
    as_of: data.asOf,
    eligible: data.eligible,
    amount_minor: amount,
    findings: JSON.stringify(data.findings),
    entitlement: JSON.stringify(data.entitlement),
  });
  const failed = data.eligible ? undefined : data.findings.find(({ satisfied }) => !satisfied);
  return {
    status: 'determined',
    eligible: data.eligible,
    policy_version: data.policyVersion,
    amount_minor: amount,
    failed_criterion: failed?.criterion ?? null,
    content_hash: data.contentHash,
  };
}

function changesOf(
  rows: Rows,
  row: ApplicationRow,
  event: Recorded,
): Partial<ApplicationRow> | undefined {
  const {
    time,
    meta: { actor },
  } = event;
  const decided = { decided_by: actor, decided_at: time } as const;
  switch (event.type) {
    case 'ApplicationAmended':
      return {
        ...UNJUDGED,
        ...UNDETERMINED,
        status: 'submitted',
        content_hash: event.data.contentHash,
        reason: event.data.reason,
      };
    case 'EligibilityDetermined':
      return determined(rows, event.data, event);
    case 'ApplicationRecommended':
      return {
        status: 'recommended',
        recommended_by: actor,
        recommendation: event.data.recommendation,
        reason: event.data.note ?? null,
      };
    case 'ApplicationReturned':
      return { ...UNJUDGED, status: 'returned', reason: event.data.reason };
    case 'ApplicationApproved':
      return { ...decided, status: 'approved', start_period: event.data.startPeriod, reason: null };
    case 'ApplicationRejected':
      return { ...decided, status: 'rejected', reason: event.data.reason };
    case 'ApplicationWithdrawn':
      return { status: 'withdrawn', reason: event.data.reason };
    case 'AppealLodged':
      return {
        status: 'appealed',
        clock_from: time.slice(0, 10),
        appeals: row.appeals + 1,
        reason: event.data.grounds,
      };
    case 'AppealUpheld':
      return {
        ...UNJUDGED,
        ...UNDETERMINED,
        status: 'submitted',
        clock_from: time.slice(0, 10),
        reason: event.data.reason,
      };
    case 'AppealDismissed':
      return { ...decided, status: 'rejected', reason: event.data.reason };
    default:
      return undefined;
  }
}

export function evolveApplication(rows: Rows, event: Recorded): void {
  const {
    time,
    meta: { actor, role },
  } = event;
  if (event.type === 'ApplicationSubmitted') {
    const row = submitted(event.data, actor, time);
    countApplication(rows, row, 1);
    return rows.put(applications, row);
  }
  const before = rows.get(
    applications,
    (event.data as { readonly applicationId: string }).applicationId,
  );
  const changes = before && changesOf(rows, before, event);
  if (!changes) return;
  const after: ApplicationRow = {
    ...before,
    ...changes,
    officer: role === 'automation' ? before.officer : actor,
    updated_at: time,
  };
  countApplication(rows, before, -1);
  countApplication(rows, after, 1);
  rows.put(applications, after);
}
