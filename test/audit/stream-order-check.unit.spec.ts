import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { StreamOrderCheck } from '../../src/audit/stream-order-check.js';
import { eventOf, FAR_STREAMS, Findings } from './direct.js';

/** By what events one comes to a state, which leave it as it is, and which lead where. */
interface State {
  readonly by: readonly EventType[];
  readonly stays?: readonly EventType[];
  readonly leads?: Readonly<Partial<Record<EventType, string>>>;
}
type Life = Readonly<Record<string, State>>;

const TERMS: readonly EventType[] = [
  'PolicyProposed',
  'PolicyPublished',
  'PaymentTermsProposed',
  'PaymentTermsSet',
  'AccountHoldProposed',
  'AccountHoldSet',
  'ChecksProposed',
  'ChecksConfigured',
  'CalendarSet',
  'BackdatingLimitProposed',
  'BackdatingLimitSet',
  'ProgrammeProposalWithdrawn',
];
const WHOEVER: readonly EventType[] = [
  'PersonMoved',
  'PersonErasureProposed',
  'PersonErasureWithdrawn',
];
const SUBMITTED: readonly EventType[] = ['ApplicationSubmitted'];
const DETERMINED: readonly EventType[] = [...SUBMITTED, 'EligibilityDetermined'];
const RECOMMENDED: readonly EventType[] = [...DETERMINED, 'ApplicationRecommended'];
const REJECTED: readonly EventType[] = [...RECOMMENDED, 'ApplicationRejected'];
const APPEALED: readonly EventType[] = [...REJECTED, 'AppealLodged'];
const BACK = {
  ApplicationAmended: 'submitted',
  ApplicationReturned: 'returned',
  ApplicationWithdrawn: 'withdrawn',
} as const;
const REVISED: readonly EventType[] = [
  'EnrolmentMoved',
  'EntitlementRevisionProposed',
  'EntitlementRevised',
  'EnrolmentProposalWithdrawn',
];
const RECERTIFIED: readonly EventType[] = [
  'RecertificationFellDue',
  'EnrolmentRecertificationProposed',
  'EnrolmentRecertified',
];
/** Where a payment is, and whether that may be, is told from the money. */
const MOVED: readonly EventType[] = [
  'PaymentCancelled',
  'PaymentReinstructed',
  'PaymentAccepted',
  'PaymentSettled',
  'PaymentRejected',
  'PaymentReturned',
];
const MONEY = { PaymentOrdered: 'ordered', PaymentInstructed: 'instructed' } as const;

const LIVES: Readonly<Record<string, Life>> = {
  programme: {
    'not there': { by: [], leads: { ProgrammeDefined: 'there' } },
    there: { by: ['ProgrammeDefined'], stays: TERMS, leads: { ProgrammeOpened: 'open' } },
    open: {
      by: ['ProgrammeDefined', 'ProgrammeOpened'],
      stays: [...TERMS, 'ProgrammeClosingProposed'],
      leads: { ProgrammeClosed: 'closed' },
    },
    closed: {
      by: ['ProgrammeDefined', 'ProgrammeOpened', 'ProgrammeClosed'],
      stays: ['ProgrammeReopeningProposed', 'ProgrammeProposalWithdrawn'],
      leads: { ProgrammeReopened: 'open' },
    },
  },
  budget: {
    'not there': { by: [], leads: { BudgetAllotted: 'there' } },
    there: {
      by: ['BudgetAllotted'],
      stays: [
        'BudgetAdjusted',
        'BudgetReserved',
        'BudgetReservationReleased',
        'BudgetSpent',
        'BudgetRefunded',
        'BudgetOverdrawn',
      ],
    },
  },
  person: {
    'not there': { by: [], leads: { PersonRegistered: 'there' } },
    there: {
      by: ['PersonRegistered'],
      stays: WHOEVER,
      leads: { PayeeAccountRegistered: 'with an account', PersonErased: 'erased' },
    },
    'with an account': {
      by: ['PersonRegistered', 'PayeeAccountRegistered'],
      stays: WHOEVER,
      leads: {
        PayeeAccountVerified: 'verified',
        PayeeAccountClosed: 'there',
        PersonErased: 'erased',
      },
    },
    verified: {
      by: ['PersonRegistered', 'PayeeAccountRegistered', 'PayeeAccountVerified'],
      stays: WHOEVER,
      leads: { PayeeAccountClosed: 'there', PersonErased: 'erased' },
    },
    erased: { by: ['PersonRegistered', 'PersonErased'] },
  },
  identity: {
    'not there': { by: [], leads: { IdentityClaimed: 'claimed' } },
    // That somebody holds it already is found as I1.
    claimed: {
      by: ['IdentityClaimed'],
      leads: { IdentityClaimed: 'claimed', IdentityReleased: 'released' },
    },
    released: {
      by: ['IdentityClaimed', 'IdentityReleased'],
      leads: { IdentityClaimed: 'claimed' },
    },
  },
  application: {
    'not there': { by: [], leads: { ApplicationSubmitted: 'submitted' } },
    submitted: { by: SUBMITTED, leads: { ...BACK, EligibilityDetermined: 'determined' } },
    determined: {
      by: DETERMINED,
      leads: {
        ...BACK,
        EligibilityDetermined: 'determined',
        ApplicationRecommended: 'recommended',
      },
    },
    recommended: {
      by: RECOMMENDED,
      leads: { ...BACK, ApplicationApproved: 'approved', ApplicationRejected: 'rejected' },
    },
    returned: {
      by: [...SUBMITTED, 'ApplicationReturned'],
      leads: {
        ApplicationAmended: 'submitted',
        EligibilityDetermined: 'determined',
        ApplicationWithdrawn: 'withdrawn',
      },
    },
    approved: { by: [...RECOMMENDED, 'ApplicationApproved'] },
    rejected: { by: REJECTED, leads: { AppealLodged: 'appealed' } },
    appealed: {
      by: APPEALED,
      leads: {
        AppealUpheld: 'submitted',
        AppealDismissed: 'rejected for good',
        ApplicationWithdrawn: 'withdrawn',
      },
    },
    'rejected for good': { by: [...APPEALED, 'AppealDismissed'] },
    withdrawn: { by: [...SUBMITTED, 'ApplicationWithdrawn'] },
  },
  enrolment: {
    'not there': { by: [], leads: { EnrolmentStarted: 'active' } },
    // That one is active already is found as I1.
    active: {
      by: ['EnrolmentStarted'],
      stays: [...REVISED, ...RECERTIFIED],
      leads: {
        EnrolmentStarted: 'active',
        EnrolmentSuspended: 'suspended',
        EnrolmentEnded: 'ended',
      },
    },
    suspended: {
      by: ['EnrolmentStarted', 'EnrolmentSuspended'],
      stays: [...REVISED, ...RECERTIFIED, 'EnrolmentReinstatementProposed'],
      leads: {
        EnrolmentStarted: 'active',
        EnrolmentSuspended: 'suspended',
        EnrolmentReinstated: 'active',
        EnrolmentEnded: 'ended',
      },
    },
    ended: {
      by: ['EnrolmentStarted', 'EnrolmentEnded'],
      stays: REVISED,
      leads: { EnrolmentStarted: 'active', EnrolmentEnded: 'ended' },
    },
  },
  payment: {
    'not there': { by: [], stays: MOVED, leads: MONEY },
    ordered: { by: ['PaymentOrdered'], stays: MOVED, leads: MONEY },
    instructed: {
      by: ['PaymentOrdered', 'PaymentInstructed'],
      stays: [
        ...MOVED,
        'PaymentCancellationRequested',
        'PaymentOutcomeProposed',
        'PaymentOutcomeUnknown',
        'PaymentBooked',
        'PaymentBreakRecorded',
        'PaymentBreakOwnerSet',
        'PaymentBreakResolutionProposed',
        'PaymentBreakResolved',
        'PaymentOutcomeWithdrawn',
        'PaymentBreakResolutionWithdrawn',
      ],
      leads: MONEY,
    },
  },
  message: {
    'not there': { by: [], leads: { BankMessageReceived: 'received' } },
    received: {
      by: ['BankMessageReceived'],
      leads: { BankMessageQuarantined: 'quarantined', BankMessageApplied: 'applied' },
    },
    quarantined: {
      by: ['BankMessageReceived', 'BankMessageQuarantined'],
      leads: { BankMessageQuarantined: 'quarantined', BankMessageReleased: 'received' },
    },
    applied: { by: ['BankMessageReceived', 'BankMessageApplied'] },
  },
  entry: {
    'not there': { by: [], leads: { BankEntryQuarantined: 'quarantined' } },
    quarantined: {
      by: ['BankEntryQuarantined'],
      stays: [
        'BankEntryOwnerSet',
        'BankEntryCandidatesFound',
        'BankEntryAssignmentProposed',
        'BankEntryAssignmentWithdrawn',
      ],
      leads: { BankEntryAssigned: 'decided', BankEntryDismissed: 'decided' },
    },
    decided: { by: ['BankEntryQuarantined', 'BankEntryAssigned'] },
  },
  correction: {
    'not there': { by: [], leads: { CorrectionStarted: 'started' } },
    started: {
      by: ['CorrectionStarted'],
      leads: { CorrectionProposed: 'proposed', CorrectionRejected: 'rejected' },
    },
    proposed: {
      by: ['CorrectionStarted', 'CorrectionProposed'],
      leads: { CorrectionApproved: 'approved', CorrectionRejected: 'rejected' },
    },
    approved: {
      by: ['CorrectionStarted', 'CorrectionProposed', 'CorrectionApproved'],
      leads: { CorrectionApplied: 'applied' },
    },
    applied: {
      by: ['CorrectionStarted', 'CorrectionProposed', 'CorrectionApproved', 'CorrectionApplied'],
    },
    rejected: { by: ['CorrectionStarted', 'CorrectionRejected'] },
  },
  adjustment: {
    'not there': { by: [], leads: { AdjustmentProposed: 'there' } },
    there: {
      by: ['AdjustmentProposed'],
      stays: ['AdjustmentEstablished', 'AdjustmentLapsed', 'ArrearsOrdered', 'ArrearsReleased'],
      leads: { AdjustmentProposed: 'there' },
    },
  },
  recovery: {
    'not there': { by: [], leads: { OverpaymentEstablished: 'there' } },
    there: {
      by: ['OverpaymentEstablished'],
      stays: [
        'OverpaymentOffset',
        'OverpaymentWaiverProposed',
        'OverpaymentWaiverWithdrawn',
        'OverpaymentWaived',
        'RecoveryPlanAgreed',
        'RecoveryDeducted',
        'RecoveryDeductionReversed',
        'RecoveryMoved',
        'RecoverySuspended',
        'RecoveryResumed',
        'RecoveryCompleted',
      ],
      leads: { OverpaymentEstablished: 'there' },
    },
  },
  // Of one event that several automations may have failed at, each decided on by itself.
  'what was set aside': {
    'not there': { by: [], leads: { SetAsideDismissalProposed: 'proposed' } },
    proposed: {
      by: ['SetAsideDismissalProposed'],
      stays: ['SetAsideDismissalWithdrawn'],
      leads: { SetAsideDismissalProposed: 'proposed', SetAsideDismissed: 'decided' },
    },
    decided: {
      by: ['SetAsideDismissalProposed', 'SetAsideDismissed'],
      stays: ['SetAsideDismissalWithdrawn'],
      leads: { SetAsideDismissalProposed: 'proposed', SetAsideDismissed: 'decided' },
    },
  },
};

const typesOf = (life: Life): readonly EventType[] => [
  ...new Set(
    Object.values(life).flatMap(({ stays = [], leads = {} }) => [
      ...stays,
      ...(Object.keys(leads) as EventType[]),
    ]),
  ),
];

/** A stream in a state, and what is found of what comes then. */
function inState({ by }: State, stream = 0) {
  const check = new StreamOrderCheck();
  const { said, found } = new Findings();
  for (const type of by) check.add(eventOf(type), stream, found);
  return {
    check,
    said,
    add: (type: EventType) => check.add(eventOf(type), stream, found),
  };
}

/** Each pair that the check judges otherwise than is written above. */
function misjudged(life: Life): readonly string[] {
  return Object.entries(life).flatMap(([state, one]) =>
    typesOf(life).flatMap((type) => {
      const { add, said } = inState(one);
      add(type);
      const leads = one.leads?.[type] ?? (one.stays?.includes(type) ? state : undefined);
      if (leads === undefined) {
        const wanted = [`I8 ${type} when it is ${state}`];
        return said.join() === wanted.join() ? [] : [`${state}: ${type} is let: ${said.join()}`];
      }
      // Nothing is corrected twice, so that this says where the stream is.
      add('CorrectionStarted');
      const wanted = leads === 'not there' ? '' : `I8 CorrectionStarted when it is ${leads}`;
      return said.join() === wanted ? [] : [`${state}: ${type}: ${said.join()}, not ${leads}`];
    }),
  );
}

describe.each(Object.entries(LIVES))('in the life of a %s', (_, life) => {
  test('each event follows those that it may follow, and no others', () => {
    expect(misjudged(life)).toEqual([]);
  });
  test.each(Object.entries(life))('one is %s after what leads there', (_state, { by }) => {
    expect(inState({ by }).said).toEqual([]);
  });
});

test('cycles are left to a check of their own', () => {
  const { add, said } = inState({ by: ['CycleClosed', 'CycleOpened'] });
  add('CycleReleased');
  add('CorrectionStarted');
  expect(said).toEqual([]);
});

test.each(FAR_STREAMS)('streams are told apart, also number %d', (stream) => {
  const check = new StreamOrderCheck();
  const { said, found } = new Findings();
  check.add(eventOf('PersonRegistered'), 1, found);
  check.add(eventOf('EnrolmentStarted'), stream, found);
  expect([check.isEnrolled(stream), check.isRegistered(1)]).toEqual([true, true]);
  check.add(eventOf('PersonRegistered'), stream - 1, found);
  expect(said).toEqual([]);
  check.add(eventOf('PersonRegistered'), 1, found);
  expect(said).toEqual(['I8 PersonRegistered when it is there']);
});

test('who is enrolled, and who is registered, is told of each state', () => {
  const told = (kind: string): readonly string[] =>
    Object.entries(LIVES[kind]!).map(([state, one]) => {
      const { check } = inState(one);
      return `${state} ${check.isEnrolled(0)} ${check.isRegistered(0)}`;
    });
  expect(told('enrolment')).toEqual([
    'not there false false',
    'active true false',
    'suspended true false',
    'ended false false',
  ]);
  expect(told('person')).toEqual([
    'not there false false',
    'there false true',
    'with an account false true',
    'verified false true',
    'erased false false',
  ]);
  const { check } = inState({ by: ['PersonRegistered'] });
  expect([check.isEnrolled(-1), check.isRegistered(-1)]).toEqual([false, false]);
});
