import { expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { Era } from '../../src/audit/era.js';
import { checkRole, MAY_CAUSE } from '../../src/audit/roles-check.js';
import { ROLES, type Role } from '../../src/kernel/decider.js';
import { eventOf, Findings } from './direct.js';

const BANK = `PaymentAccepted PaymentSettled PaymentRejected PaymentReturned PaymentOutcomeUnknown
  PaymentBooked PaymentBreakRecorded BankMessageQuarantined BankMessageApplied BankEntryQuarantined`;
const BREAKS = `PaymentOutcomeProposed PaymentBreakOwnerSet PaymentBreakResolutionProposed
  PaymentBreakResolved BankMessageReleased PaymentOutcomeWithdrawn PaymentBreakResolutionWithdrawn`;
const WAIVERS = 'OverpaymentWaiverProposed OverpaymentWaiverWithdrawn';
const ASIDE = 'SetAsideDismissalProposed SetAsideDismissalWithdrawn SetAsideDismissed';
/** What each role may be the cause of, as the domain has it. */
const MAY: Readonly<Record<Role, string>> = {
  intake: `ApplicationSubmitted ApplicationAmended ApplicationWithdrawn AppealLodged
    PersonRegistered PayeeAccountRegistered PayeeAccountClosed IdentityClaimed IdentityReleased`,
  'case-officer': `EligibilityDetermined ApplicationRecommended ApplicationReturned
    PersonRegistered PayeeAccountRegistered PayeeAccountVerified PayeeAccountClosed IdentityClaimed
    IdentityReleased RecertificationFellDue`,
  supervisor: `ApplicationReturned ApplicationApproved ApplicationRejected AppealUpheld
    AppealDismissed PersonMoved PayeeAccountVerified PayeeAccountClosed IdentityClaimed
    IdentityReleased EnrolmentStarted EnrolmentMoved EnrolmentSuspended
    EnrolmentReinstatementProposed EnrolmentReinstated EntitlementRevisionProposed
    EntitlementRevised EnrolmentRecertificationProposed EnrolmentRecertified EnrolmentEnded
    RecoveryMoved RecoverySuspended RecoveryResumed EnrolmentProposalWithdrawn`,
  'programme-manager': `ProgrammeDefined ProgrammeOpened ProgrammeClosingProposed ProgrammeClosed
    ProgrammeReopeningProposed ProgrammeReopened PolicyProposed
    PolicyPublished PaymentTermsProposed PaymentTermsSet AccountHoldProposed AccountHoldSet
    ChecksProposed ChecksConfigured CalendarSet BackdatingLimitProposed BackdatingLimitSet
    ProgrammeProposalWithdrawn ${ASIDE}`,
  'finance-officer': `${BANK} ${BREAKS} PayeeAccountVerified BudgetAllotted BudgetAdjusted
    BudgetReservationReleased CycleOpened CyclePreparationStarted CyclePreparationResumed
    CycleHouseholdsLeftOut CyclePrepared LaterCycleStarted CycleChecked CycleReinstructionStarted
    CycleReconciled CycleClosed CorrectionStarted CorrectionProposed CorrectionRejected
    AdjustmentProposed ArrearsOrdered RecoveryPlanAgreed RecoveryDeducted RecoverySuspended
    RecoveryResumed RecoveryCompleted PaymentOrdered PaymentReinstructed PaymentCancelled
    PaymentCancellationRequested BankMessageReceived BankEntryAssignmentProposed BankEntryAssigned
    BankEntryOwnerSet BankEntryDismissed BankEntryAssignmentWithdrawn ${WAIVERS}`,
  'finance-controller': `${BANK} ${BREAKS} BudgetReserved BudgetReservationReleased
    CycleFindingOverridden CycleApproved CycleReturned CycleAbandoned CycleReleased
    CorrectionApproved CorrectionRejected ${WAIVERS} OverpaymentWaived RecoveryCompleted
    ${ASIDE}`,
  auditor: '',
  'payment-system': `${BANK} PayeeAccountVerified BankMessageReceived BankMessageReleased`,
  administrator:
    'PersonErasureProposed PersonErasureWithdrawn PersonErased IdentityReleased EnrolmentEnded',
  automation: `EligibilityDetermined IdentityReleased EnrolmentStarted EnrolmentSuspended RecertificationFellDue
    EnrolmentEnded BudgetReserved BudgetReservationReleased BudgetSpent BudgetRefunded
    BudgetOverdrawn CycleChecked CycleInstructed CycleReinstructed CycleReinstructionEnded
    CorrectionApplied AdjustmentEstablished AdjustmentLapsed ArrearsReleased OverpaymentEstablished
    OverpaymentOffset RecoveryDeductionReversed RecoveryCompleted PaymentInstructed
    PaymentCancelled BankEntryCandidatesFound`,
};

/** What is found of an event of each type that a role caused. */
function saidOf(role: Role, era: Era): readonly string[] {
  const { said, found } = new Findings();
  for (const type of Object.keys(MAY_CAUSE) as EventType[])
    checkRole(eventOf(type, {}, { meta: { role } }), era, found);
  return said;
}

test.each(ROLES)('%s may cause what the domain lets them, and nothing else', (role) => {
  const era = new Era();
  era.add(eventOf('PersonMoved'));
  const may = new Set<string>(MAY[role].split(/\s+/));
  const wanted = Object.keys(MAY_CAUSE)
    .filter((type) => !may.has(type))
    .map((type) => `I4 ${type} by ${role}, which may not`);
  expect(saidOf(role, era)).toEqual(wanted);
});

test('every type is somebody’s, and every name above is a type', () => {
  const named = Object.values(MAY).flatMap((types) => types.split(/\s+/).filter(Boolean));
  expect([...new Set(named)].sort()).toEqual(Object.keys(MAY_CAUSE).sort());
});

test('older versions revised and recertified by themselves, and did nothing else of others', () => {
  const era = new Era();
  const since = new Era();
  since.add(eventOf('PersonMoved'));
  const before = saidOf('automation', era);
  const more = saidOf('automation', since).filter((detail) => !before.includes(detail));
  expect([...more].sort()).toEqual([
    'I4 EnrolmentRecertified by automation, which may not',
    'I4 EntitlementRevised by automation, which may not',
  ]);
  expect(saidOf('auditor', era)).toEqual(saidOf('auditor', since));
});
