import type { EventType } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
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
  type PersonRow,
} from './eligibility.tables.js';
import { enrolmentId, evolveEnrolment } from './enrolment-rows.projection.js';
import { evolveApplication } from './application-rows.projection.js';

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
  'EnrolmentMoved',
] as const satisfies readonly EventType[];

const PERSON = [
  'PersonRegistered',
  'PayeeAccountRegistered',
  'PayeeAccountVerified',
  'PayeeAccountClosed',
  'PersonMoved',
  'PersonErased',
] as const satisfies readonly EventType[];

const PROGRAMME = [
  'ProgrammeDefined',
  'PolicyPublished',
  'ProgrammeOpened',
  'ProgrammeClosed',
  'ProgrammeReopened',
] as const satisfies readonly EventType[];

type Kind = 'application' | 'enrolment' | 'person' | 'programme';

const KINDS = new Map<EventType, Kind>([
  ...APPLICATION.map((type) => [type, 'application'] as const),
  ...ENROLMENT.map((type) => [type, 'enrolment'] as const),
  ...PERSON.map((type) => [type, 'person'] as const),
  ...PROGRAMME.map((type) => [type, 'programme'] as const),
]);

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
    case 'ProgrammeReopened':
    case 'ProgrammeClosed': {
      const found = rows.get(programmes, event.data.programmeId);
      if (!found) return;
      return rows.put(
        programmes,
        event.type === 'ProgrammeClosed'
          ? { ...found, status: 'closed', closed_reason: event.data.reason }
          : { ...found, status: 'open', closed_reason: null },
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
    case 'PersonMoved':
      return put({ region: event.data.region });
    case 'PersonErased':
      return put({ ...NO_ACCOUNT, status: 'erased', erased_at: time });
    default:
  }
}

/**
 * Applications from receipt to decision, the persons and enrolments behind them, and the policies'
 * words.
 */
export const eligibilityProjection: Projection = {
  name: 'eligibility',
  version: 3,
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
