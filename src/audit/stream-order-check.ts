import type { AggregateEvents, EventType } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import type { Found } from './report.js';
import { FIRST_ROOM, withRoomFor } from './growing-column.js';

const STATUSES = [
  'none',
  'there',
  'open',
  'closed',
  'with an account',
  'verified',
  'erased',
  'claimed',
  'released',
  'submitted',
  'determined',
  'recommended',
  'returned',
  'approved',
  'rejected',
  'rejected for good',
  'appealed',
  'withdrawn',
  'active',
  'suspended',
  'ended',
  'ordered',
  'instructed',
  'received',
  'quarantined',
  'applied',
  'decided',
  'started',
  'proposed',
] as const;
type Status = (typeof STATUSES)[number];
/** From where an event of a type may come, and where it leads; absent: where it was. */
interface Step {
  readonly from: readonly Status[];
  readonly to?: Status;
}

const PROGRAMME = { from: ['there', 'open'] } as const;
const BUDGET = { from: ['there'] } as const;
const ENROLLED = { from: ['active', 'suspended'] } as const;
/** What MoneyCheck and HouseholdLedger know better than one word can say. */
const ANY = { from: STATUSES } as const;
const INSTRUCTED = { from: ['instructed'] } as const;

const OF_PROGRAMMES = {
  ProgrammeDefined: { from: ['none'], to: 'there' },
  ProgrammeOpened: { from: ['there'], to: 'open' },
  ProgrammeClosingProposed: { from: ['open'] },
  ProgrammeClosed: { from: ['open'], to: 'closed' },
  ProgrammeReopeningProposed: { from: ['closed'] },
  ProgrammeReopened: { from: ['closed'], to: 'open' },
  PolicyProposed: PROGRAMME,
  PolicyPublished: PROGRAMME,
  PaymentTermsProposed: PROGRAMME,
  PaymentTermsSet: PROGRAMME,
  AccountHoldProposed: PROGRAMME,
  AccountHoldSet: PROGRAMME,
  ChecksProposed: PROGRAMME,
  ChecksConfigured: PROGRAMME,
  CalendarSet: PROGRAMME,
  BackdatingLimitProposed: PROGRAMME,
  BackdatingLimitSet: PROGRAMME,
  ProgrammeProposalWithdrawn: { from: ['there', 'open', 'closed'] },
  BudgetAllotted: { from: ['none'], to: 'there' },
  BudgetAdjusted: BUDGET,
  BudgetReserved: BUDGET,
  BudgetReservationReleased: BUDGET,
  BudgetSpent: BUDGET,
  BudgetRefunded: BUDGET,
  BudgetOverdrawn: BUDGET,
} as const;

const REGISTERED = ['there', 'with an account', 'verified'] as const;

const OF_PEOPLE = {
  PersonRegistered: { from: ['none'], to: 'there' },
  PersonMoved: { from: REGISTERED },
  PayeeAccountRegistered: { from: ['there'], to: 'with an account' },
  PayeeAccountVerified: { from: ['with an account'], to: 'verified' },
  PayeeAccountClosed: { from: ['with an account', 'verified'], to: 'there' },
  PersonErasureProposed: { from: REGISTERED },
  PersonErasureWithdrawn: { from: REGISTERED },
  PersonErased: { from: REGISTERED, to: 'erased' },
  // Whether somebody holds it, as whether they are enrolled, is told by UniquenessCheck.
  IdentityClaimed: { from: STATUSES, to: 'claimed' },
  IdentityReleased: { from: ['claimed'], to: 'released' },
  ApplicationSubmitted: { from: ['none'], to: 'submitted' },
  ApplicationAmended: {
    from: ['submitted', 'determined', 'recommended', 'returned'],
    to: 'submitted',
  },
  EligibilityDetermined: { from: ['submitted', 'determined', 'returned'], to: 'determined' },
  ApplicationRecommended: { from: ['determined'], to: 'recommended' },
  ApplicationReturned: { from: ['submitted', 'determined', 'recommended'], to: 'returned' },
  ApplicationApproved: { from: ['recommended'], to: 'approved' },
  ApplicationRejected: { from: ['recommended'], to: 'rejected' },
  ApplicationWithdrawn: {
    from: ['submitted', 'determined', 'recommended', 'returned', 'appealed'],
    to: 'withdrawn',
  },
  AppealLodged: { from: ['rejected'], to: 'appealed' },
  AppealUpheld: { from: ['appealed'], to: 'submitted' },
  AppealDismissed: { from: ['appealed'], to: 'rejected for good' },
  EnrolmentStarted: { from: STATUSES, to: 'active' },
  EnrolmentMoved: { from: ['active', 'suspended', 'ended'] },
  // Facts that are not eligible any more suspend who is suspended already.
  EnrolmentSuspended: { from: ['active', 'suspended'], to: 'suspended' },
  EnrolmentReinstatementProposed: { from: ['suspended'] },
  EnrolmentProposalWithdrawn: { from: ['active', 'suspended', 'ended'] },
  EnrolmentReinstated: { from: ['suspended'], to: 'active' },
  // Also of an enrolment that is over, for the months through which it was paid.
  EntitlementRevisionProposed: { from: ['active', 'suspended', 'ended'] },
  EntitlementRevised: { from: ['active', 'suspended', 'ended'] },
  RecertificationFellDue: ENROLLED,
  EnrolmentRecertificationProposed: ENROLLED,
  EnrolmentRecertified: ENROLLED,
  EnrolmentEnded: { from: ['active', 'suspended', 'ended'], to: 'ended' },
} as const;

const OF_MONEY = {
  PaymentOrdered: { from: STATUSES, to: 'ordered' },
  PaymentCancelled: ANY,
  PaymentInstructed: { from: STATUSES, to: 'instructed' },
  PaymentReinstructed: ANY,
  PaymentAccepted: ANY,
  PaymentSettled: ANY,
  PaymentRejected: ANY,
  PaymentReturned: ANY,
  PaymentCancellationRequested: INSTRUCTED,
  PaymentOutcomeProposed: INSTRUCTED,
  PaymentOutcomeWithdrawn: INSTRUCTED,
  PaymentBreakResolutionWithdrawn: INSTRUCTED,
  PaymentOutcomeUnknown: INSTRUCTED,
  PaymentBooked: INSTRUCTED,
  PaymentBreakRecorded: INSTRUCTED,
  PaymentBreakOwnerSet: INSTRUCTED,
  PaymentBreakResolutionProposed: INSTRUCTED,
  PaymentBreakResolved: INSTRUCTED,
  BankMessageReceived: { from: ['none'], to: 'received' },
  BankMessageQuarantined: { from: ['received', 'quarantined'], to: 'quarantined' },
  BankMessageReleased: { from: ['quarantined'], to: 'received' },
  BankMessageApplied: { from: ['received'], to: 'applied' },
  BankEntryQuarantined: { from: ['none'], to: 'quarantined' },
  BankEntryOwnerSet: { from: ['quarantined'] },
  BankEntryCandidatesFound: { from: ['quarantined'] },
  BankEntryAssignmentProposed: { from: ['quarantined'] },
  BankEntryAssignmentWithdrawn: { from: ['quarantined'] },
  BankEntryAssigned: { from: ['quarantined'], to: 'decided' },
  BankEntryDismissed: { from: ['quarantined'], to: 'decided' },
  CorrectionStarted: { from: ['none'], to: 'started' },
  CorrectionProposed: { from: ['started'], to: 'proposed' },
  CorrectionApproved: { from: ['proposed'], to: 'approved' },
  CorrectionRejected: { from: ['started', 'proposed'], to: 'rejected' },
  CorrectionApplied: { from: ['approved'], to: 'applied' },
  AdjustmentProposed: { from: STATUSES, to: 'there' },
  AdjustmentEstablished: { from: ['there'] },
  AdjustmentLapsed: { from: ['there'] },
  ArrearsOrdered: { from: ['there'] },
  ArrearsReleased: { from: ['there'] },
  OverpaymentEstablished: { from: STATUSES, to: 'there' },
  OverpaymentOffset: { from: ['there'] },
  OverpaymentWaiverProposed: { from: ['there'] },
  OverpaymentWaiverWithdrawn: { from: ['there'] },
  OverpaymentWaived: { from: ['there'] },
  RecoveryPlanAgreed: { from: ['there'] },
  RecoveryDeducted: { from: ['there'] },
  RecoveryDeductionReversed: { from: ['there'] },
  RecoveryMoved: { from: ['there'] },
  RecoverySuspended: { from: ['there'] },
  RecoveryResumed: { from: ['there'] },
  RecoveryCompleted: { from: ['there'] },
} as const;

/** Several automations may have failed at one event; each is decided on by itself. */
const OF_AUTOMATIONS = {
  SetAsideDismissalProposed: { from: STATUSES, to: 'proposed' },
  SetAsideDismissalWithdrawn: { from: ['proposed', 'decided'] },
  SetAsideDismissed: { from: ['proposed', 'decided'], to: 'decided' },
} as const;

/** Cycles have a check of their own. A type that has no line does not compile. */
const STEPS: Readonly<Record<Exclude<EventType, AggregateEvents['cycle']>, Step>> = {
  ...OF_PROGRAMMES,
  ...OF_PEOPLE,
  ...OF_MONEY,
  ...OF_AUTOMATIONS,
};

/** The steps with statuses as numbers, and sets of them as bits. */
const BY_TYPE: ReadonlyMap<string, { readonly from: number; readonly to: number | undefined }> =
  new Map(
    Object.entries(STEPS).map(([type, { from, to }]) => [
      type,
      {
        from: from.reduce((bits, status) => bits | (1 << STATUSES.indexOf(status)), 0),
        to: to === undefined ? undefined : STATUSES.indexOf(to),
      },
    ]),
  );

/**
 * I8 for the life of whatever has a stream: its events follow each other as they must, so that none
 * that others rest on is missing and none comes twice. A byte a stream.
 */
export class StreamOrderCheck {
  #status = new Uint8Array(FIRST_ROOM);

  /** @param stream dense number of the event's stream */
  add({ type }: Recorded, stream: number, found: Found): void {
    const step = BY_TYPE.get(type);
    if (!step) return;
    this.#status = withRoomFor(this.#status, stream, Uint8Array);
    const before = this.#status[stream]!;
    if ((step.from & (1 << before)) === 0) found('I8', `${type} when it is ${told(before)}`);
    if (step.to !== undefined) this.#status[stream] = step.to;
  }

  isEnrolled(enrolment: number): boolean {
    const status = STATUSES[this.#status[enrolment] ?? 0]!;
    return status === 'active' || status === 'suspended';
  }

  /** Whether a person was registered, and is not erased; false for a stream that is none (-1). */
  isRegistered(person: number): boolean {
    const status = STATUSES[this.#status[person] ?? 0]!;
    return status === 'there' || status === 'with an account' || status === 'verified';
  }
}

const told = (status: number): string => {
  const word = STATUSES[status]!;
  return word === 'none' ? 'not there' : word;
};
