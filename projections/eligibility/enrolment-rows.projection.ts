import type { Recorded } from '../../src/kernel/decider.js';
import { minor } from '../../src/kernel/money.js';
import type { Rows } from '../engine/projection.js';
import { enrolments, enrolmentTally, type EnrolmentRow } from './eligibility.tables.js';

export const enrolmentId = (programmeId: string, personId: string): string =>
  `${programmeId}-${personId}`;

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
    case 'EnrolmentMoved':
      return { region: event.data.region };
    case 'EnrolmentEnded':
      return { status: 'ended', last_period: event.data.lastPeriod, reason: event.data.reason };
    default:
      return undefined;
  }
}

export function evolveEnrolment(rows: Rows, event: Recorded): void {
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
