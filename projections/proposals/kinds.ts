import type { EventData, EventType } from '../../events/generated.js';
import type { Role } from '../../src/kernel/decider.js';
import { PROPOSAL_KINDS, type ProposalKind } from '../../src/kernel/two-people.js';

interface KindRules {
  /** Who may be the second person. */
  readonly roles: readonly Role[];
  /** Whose region it is of; absent: it concerns all regions. */
  readonly regionOf?: 'person' | 'enrolment' | 'payment' | 'recovery';
  /** Kinds of which somebody's newest word takes the place of what they said before. */
  readonly replaces: readonly ProposalKind[];
  /** Events of the same stream that answer what was proposed, whoever caused them. */
  readonly answeredBy: readonly EventType[];
  /** The event by which somebody takes their own word back; absent: one that answers it does. */
  readonly withdrawnBy?: EventType;
}

const OF_ENROLMENT: Omit<KindRules, 'answeredBy'> = {
  roles: ['supervisor'],
  regionOf: 'enrolment',
  replaces: ['facts', 'recertification', 'reinstatement'],
};
/** Each answers whatever was proposed about the enrolment. */
const ENROLMENT_CHANGED = [
  'EnrolmentStarted',
  'EntitlementRevised',
  'EnrolmentRecertified',
  'EnrolmentReinstated',
  'EnrolmentEnded',
] as const satisfies readonly EventType[];
const ofEnrolment: KindRules = {
  ...OF_ENROLMENT,
  answeredBy: ENROLMENT_CHANGED,
  withdrawnBy: 'EnrolmentProposalWithdrawn',
};

/** A closed programme takes no second word. */
const ofProgramme = (kind: ProposalKind, set: EventType): KindRules => ({
  roles: ['programme-manager'],
  replaces: [kind],
  answeredBy: [set, 'ProgrammeClosed'],
  withdrawnBy: 'ProgrammeProposalWithdrawn',
});

/** The rules of each kind, as its decider has them. */
export const KINDS: Readonly<Record<ProposalKind, KindRules>> = {
  facts: ofEnrolment,
  recertification: ofEnrolment,
  reinstatement: ofEnrolment,
  erasure: {
    roles: ['administrator'],
    regionOf: 'person',
    replaces: ['erasure'],
    answeredBy: ['PersonErased'],
    withdrawnBy: 'PersonErasureWithdrawn',
  },
  'payee-account': {
    roles: ['case-officer', 'supervisor', 'finance-officer'],
    regionOf: 'person',
    replaces: [],
    answeredBy: ['PayeeAccountVerified', 'PayeeAccountClosed', 'PersonErased'],
  },
  policy: ofProgramme('policy', 'PolicyPublished'),
  'paying-accounts': ofProgramme('paying-accounts', 'PaymentTermsSet'),
  'account-hold': ofProgramme('account-hold', 'AccountHoldSet'),
  checks: ofProgramme('checks', 'ChecksConfigured'),
  'backdating-limit': ofProgramme('backdating-limit', 'BackdatingLimitSet'),
  closing: ofProgramme('closing', 'ProgrammeClosed'),
  reopening: ofProgramme('reopening', 'ProgrammeReopened'),
  outcome: {
    roles: ['finance-officer'],
    regionOf: 'payment',
    replaces: [],
    answeredBy: [
      'PaymentAccepted',
      'PaymentSettled',
      'PaymentRejected',
      'PaymentReturned',
      'PaymentOutcomeUnknown',
      'PaymentBooked',
      'PaymentBreakRecorded',
    ],
    withdrawnBy: 'PaymentOutcomeWithdrawn',
  },
  break: {
    roles: ['finance-officer', 'finance-controller'],
    regionOf: 'payment',
    replaces: [],
    answeredBy: ['PaymentBreakResolved'],
    withdrawnBy: 'PaymentBreakResolutionWithdrawn',
  },
  entry: {
    roles: ['finance-officer'],
    replaces: [],
    answeredBy: ['BankEntryAssigned', 'BankEntryDismissed'],
    withdrawnBy: 'BankEntryAssignmentWithdrawn',
  },
  correction: {
    roles: ['finance-controller'],
    replaces: [],
    answeredBy: ['CorrectionApproved', 'CorrectionRejected'],
  },
  waiver: {
    roles: ['finance-controller'],
    regionOf: 'recovery',
    replaces: ['waiver'],
    answeredBy: ['OverpaymentWaived', 'RecoveryCompleted'],
    withdrawnBy: 'OverpaymentWaiverWithdrawn',
  },
  'set-aside': {
    roles: ['programme-manager', 'finance-controller'],
    replaces: ['set-aside'],
    answeredBy: ['SetAsideDismissed'],
    withdrawnBy: 'SetAsideDismissalWithdrawn',
  },
};

type Proposed = Extract<EventType, `${string}Proposed`>;

/** The kind of each proposal. A new one does not compile before it is said here what it is. */
export const KIND_OF: Readonly<Record<Proposed, ProposalKind | 'of its correction'>> = {
  EntitlementRevisionProposed: 'facts',
  EnrolmentRecertificationProposed: 'recertification',
  EnrolmentReinstatementProposed: 'reinstatement',
  PersonErasureProposed: 'erasure',
  PolicyProposed: 'policy',
  PaymentTermsProposed: 'paying-accounts',
  AccountHoldProposed: 'account-hold',
  ChecksProposed: 'checks',
  BackdatingLimitProposed: 'backdating-limit',
  ProgrammeClosingProposed: 'closing',
  ProgrammeReopeningProposed: 'reopening',
  PaymentOutcomeProposed: 'outcome',
  PaymentBreakResolutionProposed: 'break',
  BankEntryAssignmentProposed: 'entry',
  CorrectionProposed: 'correction',
  AdjustmentProposed: 'of its correction',
  SetAsideDismissalProposed: 'set-aside',
  OverpaymentWaiverProposed: 'waiver',
};

/** What a programme's events call its kinds. */
export const WITHDRAWN_AS: Readonly<
  Partial<Record<ProposalKind, EventData['ProgrammeProposalWithdrawn']['what']>>
> = {
  policy: 'policy',
  'paying-accounts': 'terms',
  'account-hold': 'hold',
  checks: 'checks',
  'backdating-limit': 'backdating',
  closing: 'closing',
  reopening: 'reopening',
};

/** The kinds that a role may be the second person of; an auditor sees every one. */
export const kindsOf = (role: Role): readonly ProposalKind[] =>
  role === 'auditor'
    ? PROPOSAL_KINDS
    : PROPOSAL_KINDS.filter((kind) => KINDS[kind].roles.includes(role));

/** Who may ask for the list at all. */
export const ROLES: readonly Role[] = [
  ...new Set([...PROPOSAL_KINDS.flatMap((kind) => KINDS[kind].roles), 'auditor' as const]),
];
