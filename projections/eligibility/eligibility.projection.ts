import type { EventData, EventType } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { minor } from '../../src/kernel/money.js';
import type { Projection, Rows, Touch } from '../engine/projection.js';
import {
  applications,
  applicationTally,
  determinations,
  enrolments,
  enrolmentTally,
  persons,
  policies,
  programmes,
  type ApplicationRow,
  type EnrolmentRow,
  type PersonRow,
} from './eligibility.tables.js';

const APPLICATION = [
  'ApplicationSubmitted',
  'ApplicationAmended',
  'EligibilityDetermined',
  'ApplicationRecommended',
  'ApplicationReturned',
  'ApplicationApproved',
  'ApplicationRejected',
  'ApplicationWithdrawn',
  'AppealLodged',
  'AppealUpheld',
  'AppealDismissed',
] as const satisfies readonly EventType[];
const ENROLMENT = [
  'EnrolmentStarted',
  'EntitlementRevised',
  'EnrolmentSuspended',
  'EnrolmentReinstated',
  'RecertificationFellDue',
  'EnrolmentRecertified',
  'EnrolmentEnded',
] as const satisfies readonly EventType[];
const PERSON = [
  'PersonRegistered',
  'PayeeAccountRegistered',
  'PayeeAccountVerified',
  'PayeeAccountClosed',
  'PersonErased',
] as const satisfies readonly EventType[];
const PROGRAMME = [
  'ProgrammeDefined',
  'PolicyPublished',
  'ProgrammeOpened',
  'ProgrammeClosed',
] as const satisfies readonly EventType[];

type Kind = 'application' | 'enrolment' | 'person' | 'programme';
const KINDS = new Map<EventType, Kind>([
  ...APPLICATION.map((type) => [type, 'application'] as const),
  ...ENROLMENT.map((type) => [type, 'enrolment'] as const),
  ...PERSON.map((type) => [type, 'person'] as const),
  ...PROGRAMME.map((type) => [type, 'programme'] as const),
]);

const enrolmentId = (programmeId: string, personId: string): string => `${programmeId}-${personId}`;

function evolveProgramme(rows: Rows, event: Recorded): void {
  switch (event.type) {
    case 'ProgrammeDefined': {
      const { data } = event;
      return rows.put(programmes, {
        programme_id: data.programmeId,
        name: JSON.stringify(data.name),
        currency: data.currency,
        time_zone: data.timeZone,
        decision_days: data.decisionDays,
        appeal_days: data.appealDays,
        appeal_decision_days: data.appealDecisionDays,
        status: 'defined',
        closed_reason: null,
      });
    }
    case 'PolicyPublished': {
      const { data } = event;
      const { criteria, benefits } = data.policy;
      const texts = {
        criteria: Object.fromEntries(criteria.map(({ id, text }) => [id, text])),
        benefits: Object.fromEntries(
          [...benefits.monthly, ...benefits.oneOff].map(({ code, text }) => [code, text]),
        ),
      };
      return rows.put(policies, {
        programme_id: data.programmeId,
        version: data.version,
        announced_on: data.announcedOn,
        effective_from: data.effectiveFrom,
        first_paid_period: data.firstPaidPeriod,
        legal_basis: data.legalBasis,
        unverified: data.unverified,
        content_hash: data.contentHash,
        texts: JSON.stringify(texts),
      });
    }
    case 'ProgrammeOpened':
    case 'ProgrammeClosed': {
      const found = rows.get(programmes, event.data.programmeId);
      if (!found) return;
      return rows.put(
        programmes,
        event.type === 'ProgrammeOpened'
          ? { ...found, status: 'open' }
          : { ...found, status: 'closed', closed_reason: event.data.reason },
      );
    }
    default:
  }
}

const NO_ACCOUNT = {
  account_id: null,
  account_kind: null,
  account_verified: false,
  account_since: null,
} as const;

function evolvePerson(rows: Rows, event: Recorded): void {
  const { time } = event;
  if (event.type === 'PersonRegistered') {
    return rows.put(persons, {
      person_id: event.data.personId,
      region: event.data.region,
      status: 'registered',
      registered_at: time,
      erased_at: null,
      ...NO_ACCOUNT,
    });
  }
  const person = rows.get(persons, (event.data as { readonly personId: string }).personId);
  if (!person) return;
  const put = (changes: Partial<PersonRow>) => rows.put(persons, { ...person, ...changes });
  switch (event.type) {
    case 'PayeeAccountRegistered':
      return put({
        account_id: event.data.accountId,
        account_kind: event.data.kind,
        account_verified: false,
        account_since: time,
      });
    case 'PayeeAccountVerified':
      return person.account_id === event.data.accountId
        ? put({ account_verified: true })
        : undefined;
    case 'PayeeAccountClosed':
      return person.account_id === event.data.accountId ? put(NO_ACCOUNT) : undefined;
    case 'PersonErased':
      return put({ ...NO_ACCOUNT, status: 'erased', erased_at: time });
    default:
  }
}

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

function evolveApplication(rows: Rows, event: Recorded): void {
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

function countEnrolment(rows: Rows, row: EnrolmentRow, by: 1 | -1): void {
  rows.add(enrolmentTally, {
    programme_id: row.programme_id,
    region: row.region,
    status: row.status,
    count: by,
    amount_minor: by === 1 ? row.amount_minor : -row.amount_minor,
  });
}

function enrolmentChanges(event: Recorded): Partial<EnrolmentRow> | undefined {
  switch (event.type) {
    case 'EntitlementRevised': {
      const { entitlement, fromPeriod, reason } = event.data;
      return {
        from_period: fromPeriod,
        policy_version: entitlement.policyVersion,
        amount_minor: minor(entitlement.amountMinor),
        reason,
      };
    }
    case 'EnrolmentSuspended':
      return { status: 'suspended', from_period: event.data.fromPeriod, reason: event.data.reason };
    case 'EnrolmentReinstated':
      return { status: 'active', from_period: event.data.fromPeriod, reason: event.data.reason };
    case 'RecertificationFellDue':
      return { recertification_due_on: event.data.dueOn };
    case 'EnrolmentRecertified': {
      const { entitlement, fromPeriod, nextDueOn } = event.data;
      return {
        from_period: fromPeriod,
        policy_version: entitlement.policyVersion,
        amount_minor: minor(entitlement.amountMinor),
        recertification_due_on: nextDueOn,
        reason: null,
      };
    }
    case 'EnrolmentEnded':
      return { status: 'ended', last_period: event.data.lastPeriod, reason: event.data.reason };
    default:
      return undefined;
  }
}

function evolveEnrolment(rows: Rows, event: Recorded): void {
  const { programmeId, personId } = event.data as {
    readonly programmeId: string;
    readonly personId: string;
  };
  const before = rows.get(enrolments, enrolmentId(programmeId, personId));
  let after: EnrolmentRow;
  if (event.type === 'EnrolmentStarted') {
    const { data } = event;
    after = {
      enrolment_id: enrolmentId(programmeId, personId),
      programme_id: programmeId,
      person_id: personId,
      application_id: data.applicationId,
      region: data.region,
      status: 'active',
      start_period: data.startPeriod,
      from_period: data.startPeriod,
      last_period: null,
      policy_version: data.entitlement.policyVersion,
      amount_minor: minor(data.entitlement.amountMinor),
      recertification_due_on: null,
      reason: null,
      updated_at: event.time,
    };
  } else {
    const changes = enrolmentChanges(event);
    if (!before || !changes) return;
    after = { ...before, ...changes, updated_at: event.time };
  }
  if (before) countEnrolment(rows, before, -1);
  countEnrolment(rows, after, 1);
  rows.put(enrolments, after);
}

/**
 * Applications from receipt to decision, the persons and enrolments behind them, and the policies'
 * words.
 */
export const eligibilityProjection: Projection = {
  name: 'eligibility',
  version: 1,
  tables: [
    programmes,
    policies,
    persons,
    applications,
    determinations,
    enrolments,
    applicationTally,
    enrolmentTally,
  ],
  handles: [...KINDS.keys()],
  touches(event: Recorded, touch: Touch): void {
    const data = event.data as {
      readonly applicationId?: string;
      readonly programmeId?: string;
      readonly personId?: string;
    };
    const fresh = event.revision === 0;
    switch (KINDS.get(event.type)) {
      case 'application':
        return touch(applications, data.applicationId!, fresh);
      case 'enrolment':
        return touch(enrolments, enrolmentId(data.programmeId!, data.personId!), fresh);
      case 'person':
        return touch(persons, data.personId!, fresh);
      case 'programme':
        return touch(programmes, data.programmeId!, fresh);
      case undefined:
    }
  },
  evolve(rows: Rows, event: Recorded): void {
    switch (KINDS.get(event.type)) {
      case 'application':
        return evolveApplication(rows, event);
      case 'enrolment':
        return evolveEnrolment(rows, event);
      case 'person':
        return evolvePerson(rows, event);
      case 'programme':
        return evolveProgramme(rows, event);
      case undefined:
    }
  },
};
