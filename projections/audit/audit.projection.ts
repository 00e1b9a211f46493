import { schemas, type EventType } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import type { Projection, Rows } from '../engine/projection.js';
import { auditEvents, auditHours, auditTally } from './audit.tables.js';

const ALL = [...new Set(schemas.map(({ type }) => type))];

/**
 * The fields that say what was done beyond its type. None is personal: events carry no personal
 * data in the clear, and facts and findings stay in the log and in the eligibility read model.
 */
const TELLING: Partial<Record<EventType, readonly string[]>> = {
  ProgrammeDefined: ['currency', 'decisionDays', 'appealDays', 'appealDecisionDays'],
  PolicyPublished: ['version', 'firstPaidPeriod', 'legalBasis', 'unverified', 'contentHash'],
  ProgrammeClosed: ['reason'],
  BudgetAllotted: ['amountMinor', 'currency', 'reference'],
  BudgetAdjusted: ['deltaMinor', 'reason'],
  BudgetReserved: ['cycleId', 'amountMinor'],
  BudgetReservationReleased: ['cycleId', 'amountMinor', 'reason'],
  BudgetSpent: ['cycleId', 'amountMinor', 'count'],
  BudgetRefunded: ['cycleId', 'amountMinor', 'count'],
  IdentityReleased: ['reason'],
  PersonErased: ['reason'],
  PayeeAccountRegistered: ['accountId', 'kind'],
  PayeeAccountVerified: ['accountId', 'method'],
  PayeeAccountClosed: ['accountId', 'reason'],
  ApplicationSubmitted: ['programmeId', 'region', 'receivedOn', 'channel', 'contentHash'],
  ApplicationAmended: ['reason', 'contentHash'],
  EligibilityDetermined: ['policyVersion', 'asOf', 'eligible', 'contentHash'],
  ApplicationRecommended: ['recommendation', 'note', 'contentHash'],
  ApplicationReturned: ['reason'],
  ApplicationApproved: ['startPeriod', 'contentHash'],
  ApplicationRejected: ['reason', 'contentHash'],
  ApplicationWithdrawn: ['reason'],
  AppealLodged: ['grounds'],
  AppealUpheld: ['reason'],
  AppealDismissed: ['reason'],
  EnrolmentStarted: ['applicationId', 'startPeriod', 'contentHash'],
  EntitlementRevised: ['fromPeriod', 'reason', 'contentHash'],
  EnrolmentSuspended: ['fromPeriod', 'reason'],
  EnrolmentReinstated: ['fromPeriod', 'reason'],
  RecertificationFellDue: ['dueOn'],
  EnrolmentRecertified: ['fromPeriod', 'nextDueOn', 'contentHash'],
  EnrolmentEnded: ['lastPeriod', 'reason'],
  CycleOpened: ['policyVersion', 'currency'],
  CyclePreparationStarted: ['round', 'asOf'],
  CyclePrepared: ['round', 'asOf', 'count', 'totalMinor', 'contentHash'],
  CycleChecked: ['round', 'asOf', 'contentHash'],
  CycleFindingOverridden: ['round', 'findingId', 'reason'],
  CycleReinstructed: ['files'],
  CycleApproved: ['totalMinor', 'fiscalYear', 'contentHash'],
  CycleReturned: ['reason'],
  CycleReleased: ['count', 'totalMinor', 'executionDate', 'contentHash'],
  CycleInstructed: ['count', 'totalMinor', 'files'],
  CycleReconciled: ['orderedMinor', 'settledMinor', 'outstandingMinor', 'openBreaks'],
  CycleClosed: ['releasedMinor'],
  PaymentOrdered: ['round', 'amountMinor', 'currency', 'policyVersion', 'items'],
  PaymentInstructed: [
    'attempt',
    'endToEndId',
    'messageId',
    'accountId',
    'amountMinor',
    'executionDate',
  ],
  PaymentReinstructed: [
    'attempt',
    'endToEndId',
    'messageId',
    'accountId',
    'amountMinor',
    'executionDate',
  ],
  PaymentAccepted: ['attempt', 'source', 'reference'],
  PaymentOutcomeUnknown: ['attempt', 'source', 'reference'],
  PaymentSettled: ['attempt', 'amountMinor', 'settledOn', 'source', 'reference'],
  PaymentRejected: ['attempt', 'reason', 'source', 'reference'],
  PaymentReturned: ['attempt', 'reason', 'source', 'reference'],
  PaymentCancelled: ['reason'],
  PaymentBreakRecorded: [
    'breakId',
    'attempt',
    'kind',
    'reported',
    'reportedMinor',
    'reason',
    'source',
  ],
  PaymentBreakResolved: ['breakId', 'resolution', 'reason'],
};

function detailOf(event: Recorded): string | null {
  const fields = TELLING[event.type];
  if (!fields) return null;
  const payload: object = event.data;
  const data = payload as Readonly<Record<string, unknown>>;
  const detail: Record<string, unknown> = {};
  for (const field of fields) {
    const value = data[field];
    if (value !== undefined) detail[field] = value;
  }
  return JSON.stringify(detail);
}

/** Who did what, when and in which role, over every stream. */
export const auditProjection: Projection = {
  name: 'audit',
  version: 1,
  tables: [auditEvents, auditTally, auditHours],
  handles: ALL,
  touches(): void {
    /* Rows are only added. */
  },
  evolve(rows: Rows, event: Recorded): void {
    const {
      position,
      stream,
      revision,
      type,
      time,
      meta: { actor, role, correlation },
    } = event;
    rows.put(auditEvents, {
      position,
      stream,
      revision,
      type,
      time,
      actor,
      role,
      correlation,
      detail: detailOf(event),
    });
    rows.add(auditTally, { day: time.slice(0, 10), actor, role, type, count: 1 });
    const hour = time.slice(0, 13);
    rows.add(auditHours, { hour, first_position: position, last_position: position, count: 1 });
  },
};
