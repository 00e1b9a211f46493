import type { EventType } from '../../events/generated.js';
import type { Recorded, Role } from '../kernel/decider.js';
import type { Era } from './era.js';
import type { Found } from './report.js';

type MayCause = Readonly<Record<EventType, readonly Role[]>>;

const AUTOMATION = ['automation'] as const;
const OFFICER = ['finance-officer'] as const;
const CONTROLLER = ['finance-controller'] as const;
const FINANCE = ['finance-officer', 'finance-controller'] as const;
const BANK = ['payment-system', ...FINANCE] as const;
const INTAKE = ['intake'] as const;
const SUPERVISOR = ['supervisor'] as const;
const MANAGER = ['programme-manager'] as const;
const ADMINISTRATOR = ['administrator'] as const;

const OF_PEOPLE = {
  ApplicationSubmitted: INTAKE,
  ApplicationAmended: INTAKE,
  ApplicationWithdrawn: INTAKE,
  EligibilityDetermined: ['case-officer', 'automation'],
  ApplicationRecommended: ['case-officer'],
  ApplicationReturned: ['case-officer', 'supervisor'],
  ApplicationApproved: SUPERVISOR,
  ApplicationRejected: SUPERVISOR,
  AppealLodged: INTAKE,
  AppealUpheld: SUPERVISOR,
  AppealDismissed: SUPERVISOR,
  PersonRegistered: ['intake', 'case-officer'],
  PersonMoved: SUPERVISOR,
  PersonErasureProposed: ADMINISTRATOR,
  PersonErasureWithdrawn: ADMINISTRATOR,
  PersonErased: ADMINISTRATOR,
  PayeeAccountRegistered: ['intake', 'case-officer'],
  PayeeAccountVerified: ['case-officer', 'supervisor', 'finance-officer', 'payment-system'],
  PayeeAccountClosed: ['intake', 'case-officer', 'supervisor'],
  IdentityClaimed: ['intake', 'case-officer', 'supervisor'],
  // Also by who claims an identity that an attempt to register left behind, and by the automation
  // where an erasure was cut off.
  IdentityReleased: ['administrator', 'intake', 'case-officer', 'supervisor', 'automation'],
  EnrolmentStarted: ['automation', 'supervisor'],
  EnrolmentMoved: SUPERVISOR,
  EnrolmentSuspended: ['supervisor', 'automation'],
  EnrolmentReinstatementProposed: SUPERVISOR,
  EnrolmentProposalWithdrawn: SUPERVISOR,
  EnrolmentReinstated: SUPERVISOR,
  EntitlementRevisionProposed: SUPERVISOR,
  EntitlementRevised: SUPERVISOR,
  RecertificationFellDue: ['automation', 'case-officer'],
  EnrolmentRecertificationProposed: SUPERVISOR,
  EnrolmentRecertified: SUPERVISOR,
  EnrolmentEnded: ['supervisor', 'automation', 'administrator'],
} as const satisfies Partial<MayCause>;

const OF_CYCLES = {
  BudgetAllotted: OFFICER,
  BudgetAdjusted: OFFICER,
  // By the automation where money that had left already is spent.
  BudgetReserved: ['finance-controller', 'automation'],
  BudgetReservationReleased: [...FINANCE, 'automation'],
  BudgetSpent: AUTOMATION,
  BudgetRefunded: AUTOMATION,
  BudgetOverdrawn: AUTOMATION,
  CycleOpened: OFFICER,
  CyclePreparationStarted: OFFICER,
  CyclePreparationResumed: OFFICER,
  LaterCycleStarted: OFFICER,
  CycleHouseholdsLeftOut: OFFICER,
  CyclePrepared: OFFICER,
  CycleChecked: ['finance-officer', 'automation'],
  CycleFindingOverridden: CONTROLLER,
  CycleApproved: CONTROLLER,
  CycleReturned: CONTROLLER,
  CycleAbandoned: CONTROLLER,
  CycleReleased: CONTROLLER,
  CycleInstructed: AUTOMATION,
  CycleReinstructionStarted: OFFICER,
  CycleReinstructed: AUTOMATION,
  CycleReinstructionEnded: AUTOMATION,
  CycleReconciled: OFFICER,
  CycleClosed: OFFICER,
  CorrectionStarted: OFFICER,
  CorrectionProposed: OFFICER,
  CorrectionApproved: CONTROLLER,
  CorrectionRejected: FINANCE,
  CorrectionApplied: AUTOMATION,
  AdjustmentProposed: OFFICER,
  AdjustmentEstablished: AUTOMATION,
  AdjustmentLapsed: AUTOMATION,
  ArrearsOrdered: OFFICER,
  ArrearsReleased: AUTOMATION,
} as const satisfies Partial<MayCause>;

const OF_MONEY = {
  OverpaymentEstablished: AUTOMATION,
  OverpaymentOffset: AUTOMATION,
  OverpaymentWaiverProposed: FINANCE,
  OverpaymentWaiverWithdrawn: FINANCE,
  OverpaymentWaived: CONTROLLER,
  RecoveryPlanAgreed: OFFICER,
  RecoveryDeducted: OFFICER,
  RecoveryDeductionReversed: AUTOMATION,
  RecoveryMoved: ['supervisor'],
  RecoverySuspended: ['supervisor', 'finance-officer'],
  RecoveryResumed: ['supervisor', 'finance-officer'],
  // With the last deduction, what is set against the debt, or a waiver.
  RecoveryCompleted: [...FINANCE, 'automation'],
  PaymentOrdered: OFFICER,
  PaymentInstructed: AUTOMATION,
  PaymentReinstructed: OFFICER,
  PaymentCancelled: ['finance-officer', 'automation'],
  PaymentCancellationRequested: OFFICER,
  PaymentOutcomeProposed: FINANCE,
  PaymentOutcomeWithdrawn: FINANCE,
  PaymentBreakResolutionWithdrawn: FINANCE,
  PaymentOutcomeUnknown: BANK,
  PaymentAccepted: BANK,
  PaymentSettled: BANK,
  PaymentRejected: BANK,
  PaymentReturned: BANK,
  PaymentBooked: BANK,
  PaymentBreakRecorded: BANK,
  PaymentBreakOwnerSet: FINANCE,
  PaymentBreakResolutionProposed: FINANCE,
  PaymentBreakResolved: FINANCE,
  BankMessageReceived: ['payment-system', 'finance-officer'],
  BankMessageQuarantined: BANK,
  BankMessageReleased: BANK,
  BankMessageApplied: BANK,
  BankEntryQuarantined: BANK,
  BankEntryCandidatesFound: AUTOMATION,
  BankEntryAssignmentProposed: OFFICER,
  BankEntryAssignmentWithdrawn: OFFICER,
  BankEntryAssigned: OFFICER,
  BankEntryOwnerSet: OFFICER,
  BankEntryDismissed: OFFICER,
} as const satisfies Partial<MayCause>;

const OF_PROGRAMMES = {
  ProgrammeDefined: MANAGER,
  ProgrammeOpened: MANAGER,
  ProgrammeClosingProposed: MANAGER,
  ProgrammeClosed: MANAGER,
  ProgrammeReopeningProposed: MANAGER,
  ProgrammeReopened: MANAGER,
  PolicyProposed: MANAGER,
  PolicyPublished: MANAGER,
  PaymentTermsProposed: MANAGER,
  PaymentTermsSet: MANAGER,
  AccountHoldProposed: MANAGER,
  AccountHoldSet: MANAGER,
  ChecksProposed: MANAGER,
  ChecksConfigured: MANAGER,
  CalendarSet: MANAGER,
  BackdatingLimitProposed: MANAGER,
  BackdatingLimitSet: MANAGER,
  ProgrammeProposalWithdrawn: MANAGER,
} as const satisfies Partial<MayCause>;

const OF_AUTOMATIONS = {
  SetAsideDismissalProposed: ['programme-manager', 'finance-controller'],
  SetAsideDismissalWithdrawn: ['programme-manager', 'finance-controller'],
  SetAsideDismissed: ['programme-manager', 'finance-controller'],
} as const satisfies Partial<MayCause>;

/**
 * Who may cause an event of each type, by any command: what the deciders require. A type that has
 * no line does not compile.
 */
export const MAY_CAUSE: MayCause = {
  ...OF_PEOPLE,
  ...OF_CYCLES,
  ...OF_MONEY,
  ...OF_PROGRAMMES,
  ...OF_AUTOMATIONS,
};

/** What older versions let by themselves, before events said how their actor came. */
const ONCE_BY_AUTOMATION: ReadonlySet<EventType> = new Set([
  'EntitlementRevised',
  'EnrolmentRecertified',
]);

const mayCause = ({ type, meta: { role } }: Recorded, { isNew }: Era): boolean =>
  MAY_CAUSE[type].includes(role) ||
  (role === 'automation' && !isNew && ONCE_BY_AUTOMATION.has(type));

/** I4: whoever caused an event acted in a role that may. */
export function checkRole(event: Recorded, era: Era, found: Found): void {
  if (!mayCause(event, era)) found('I4', `${event.type} by ${event.meta.role}, which may not`);
}
