import type { EventData, EventType } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';

/** For each type of event, the names of fields of its data. */
export type DetailFields = {
  readonly [Type in EventType]: readonly (keyof EventData[Type] & string)[];
};

/**
 * The fields that say what was done beyond its type, for every type of event: a new one does not
 * compile without. None is personal: events carry no personal data in the clear, and facts and
 * findings stay in the log and in the eligibility read model. What repeats the stream's name is
 * left out.
 */
export const DETAIL_FIELDS: DetailFields = {
  ProgrammeDefined: ['currency', 'decisionDays', 'appealDays', 'appealDecisionDays'],
  PolicyPublished: ['version', 'firstPaidPeriod', 'legalBasis', 'unverified', 'contentHash'],
  ProgrammeOpened: ['programmeId'],
  ProgrammeClosed: ['reason'],
  PaymentTermsSet: ['remittance', 'accounts'],
  AccountHoldSet: ['days', 'verification'],
  ChecksConfigured: ['rules'],
  BudgetAllotted: ['amountMinor', 'currency', 'reference'],
  BudgetAdjusted: ['deltaMinor', 'reason'],
  BudgetReserved: ['cycleId', 'amountMinor'],
  BudgetReservationReleased: ['cycleId', 'amountMinor', 'reason'],
  BudgetSpent: ['cycleId', 'amountMinor', 'count'],
  BudgetOverdrawn: ['cycleId', 'amountMinor'],
  BudgetRefunded: ['cycleId', 'amountMinor', 'count'],
  IdentityClaimed: ['personId'],
  IdentityReleased: ['reason'],
  PersonRegistered: ['region'],
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
  CycleAbandoned: ['reason'],
  CycleHouseholdsLeftOut: ['round', 'count'],
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
  PaymentOutcomeProposed: [
    'attempt',
    'outcome',
    'amountMinor',
    'reason',
    'settledOn',
    'source',
    'reference',
  ],
  PaymentSettled: ['attempt', 'amountMinor', 'settledOn', 'source', 'reference'],
  PaymentRejected: ['attempt', 'reason', 'source', 'reference'],
  PaymentReturned: ['attempt', 'reason', 'source', 'reference'],
  PaymentCancellationRequested: ['attempt', 'reason'],
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
  PaymentBreakOwnerSet: ['breakId', 'owner'],
  PaymentBreakResolutionProposed: ['breakId', 'resolution', 'reason'],
  PaymentBreakResolved: ['breakId', 'resolution', 'reason', 'proposedBy'],
  BankMessageReceived: ['sender', 'fileName', 'bytes'],
  BankMessageApplied: ['messages'],
  BankMessageQuarantined: ['code', 'detail', 'findings'],
  BankMessageReleased: ['reason'],
  BankEntryQuarantined: [
    'sha256',
    'number',
    'family',
    'code',
    'outcome',
    'paymentId',
    'amountMinor',
    'currency',
    'direction',
  ],
  BankEntryCandidatesFound: ['candidates'],
  BankEntryOwnerSet: ['owner'],
  BankEntryAssignmentProposed: ['paymentId', 'attempt', 'outcome', 'reason'],
  BankEntryAssigned: ['paymentId', 'attempt', 'outcome', 'reason', 'proposedBy'],
  BankEntryDismissed: ['kind', 'reason'],
  CorrectionStarted: ['programmeId', 'fromPeriod', 'toPeriod', 'basis', 'asOf', 'reason'],
  CorrectionProposed: [
    'asOf',
    'households',
    'arrearsCount',
    'arrearsMinor',
    'overpaidCount',
    'overpaidMinor',
    'contentHash',
  ],
  CorrectionApproved: ['contentHash'],
  CorrectionRejected: ['reason'],
  CorrectionApplied: ['arrearsCount', 'arrearsMinor', 'overpaidCount', 'overpaidMinor'],
  AdjustmentProposed: ['correctionId', 'differenceMinor'],
  AdjustmentEstablished: ['correctionId', 'differenceMinor', 'offsetMinor'],
  ArrearsOrdered: ['paymentId', 'round', 'amountMinor', 'correctionIds'],
  ArrearsReleased: ['paymentId', 'round', 'amountMinor', 'correctionIds', 'reason'],
  OverpaymentEstablished: ['correctionId', 'amountMinor', 'currency'],
  OverpaymentOffset: ['correctionId', 'amountMinor', 'waivedMinor'],
  OverpaymentWaived: ['amountMinor', 'reason'],
  RecoveryPlanAgreed: ['sharePercent', 'floorMinor', 'reason'],
  RecoveryDeducted: ['paymentId', 'round', 'grossMinor', 'amountMinor', 'remainingMinor'],
  RecoveryDeductionReversed: ['paymentId', 'round', 'amountMinor', 'reason'],
  RecoverySuspended: ['reason'],
  RecoveryResumed: ['reason'],
  RecoveryCompleted: ['overpaidMinor', 'recoveredMinor', 'waivedMinor'],
};

/** The telling fields of an event as an object; those that it has not are left out. */
export function detailOf(event: Recorded): Readonly<Record<string, unknown>> {
  const payload: object = event.data;
  const data = payload as Readonly<Record<string, unknown>>;
  const detail: Record<string, unknown> = {};
  for (const field of DETAIL_FIELDS[event.type]) {
    const value = data[field];
    if (value !== undefined) detail[field] = value;
  }
  return detail;
}
