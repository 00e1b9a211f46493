import { describe, expect, test } from '@jest/globals';
import type { EventData, EventType } from '../../events/generated.js';
import { EventRegistry } from '../../events/registry.js';
import { setAsideDecider } from '../../src/automation/set-aside.decider.js';
import { correctionDecider } from '../../src/correction/correction.decider.js';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import type { Context, Decider, Foldable, Role, Via } from '../../src/kernel/decider.js';
import { DomainError } from '../../src/kernel/errors.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import { personDecider } from '../../src/person/person.decider.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { recoveryDecider } from '../../src/recovery/recovery.decider.js';
import { bankEntryDecider } from '../../src/statement/entry.decider.js';
import { by, HASH, OTHER_HASH, uuid, was } from './given.js';
import { terms, v1, v2, v3 } from './programme.fixtures.js';
import { owed } from './recovery.fixtures.js';

/** What is proposed by one person and counts by another, with what came before. */
interface Kind {
  /** What the first person's word comes to: types of events. */
  readonly propose: (who: Context) => readonly string[];
  /** What somebody's word comes to after it: types of events, or the code of a refusal. */
  readonly approve: (first: Context, second: Context) => readonly string[] | string;
  readonly roles: readonly [Role, Role];
}

function kind<S, C extends { readonly type: string }, T extends EventType>(
  decider: Decider<S, C, T>,
  past: readonly Foldable<T>[],
  roles: Role | readonly [Role, Role],
  proposal: C,
  approval: C = proposal,
): Kind {
  const after = (events: readonly Foldable<T>[]): S =>
    events.reduce((state, event) => decider.evolve(state, event), decider.initialState);
  const propose = (who: Context) => decider.decide(after(past), proposal, who);
  return {
    propose: (who) => propose(who).map(({ type }) => type),
    approve: (first, second) => {
      const { id, role } = first.actor;
      const said = propose(first).map(({ type, data }) => was(type, data, id, role));
      try {
        return decider.decide(after([...past, ...said]), approval, second).map(({ type }) => type);
      } catch (error) {
        if (error instanceof DomainError) return error.code;
        throw error;
      }
    },
    roles: typeof roles === 'string' ? [roles, roles] : roles,
  };
}

const programmeId = 'asd';
const programme = [
  was('ProgrammeDefined', asdProgramme),
  was('PolicyPublished', v1),
  was('PolicyPublished', v2),
  was('ProgrammeOpened', { programmeId }),
  was('ChecksConfigured', { programmeId, rules: [{ check: 'over-budget', level: 'block' }] }),
  was('AccountHoldSet', { programmeId, days: 5, verification: 'every' }),
  was('BackdatingLimitSet', { programmeId, months: 3 }),
];

const personId = uuid(2);
const entitlement: EventData['EnrolmentStarted']['entitlement'] = {
  period: '2026-01',
  policyVersion: 1,
  amountMinor: '50000',
  items: [{ code: 'floor', period: '2026-01', amountMinor: '50000' }],
};
const started = was('EnrolmentStarted', {
  programmeId,
  personId,
  applicationId: uuid(1),
  region: 'MA-06',
  startPeriod: '2026-01',
  facts: { children: [] },
  contentHash: HASH,
  entitlement,
});
const suspended = was('EnrolmentSuspended', {
  programmeId,
  personId,
  fromPeriod: '2026-02',
  reason: 'not seen',
});
const facts = {
  fromPeriod: '2026-03',
  facts: { children: [{ disabled: true }] },
  contentHash: OTHER_HASH,
  entitlement,
};

const paymentId = `asd-2026-01-${personId}`;
const attempt = { paymentId, attempt: 1, endToEndId: 'E1', source: 'http' as const };
const instructed = [
  was('PaymentOrdered', {
    paymentId,
    programmeId,
    period: '2026-01',
    personId,
    region: 'MA-06',
    round: 1,
    amountMinor: '50000',
    currency: 'MAD',
    policyVersion: 1,
    contentHash: HASH,
    items: entitlement.items,
  }),
  was('PaymentInstructed', {
    paymentId,
    attempt: 1,
    messageId: 'M1',
    endToEndId: 'E1',
    accountId: uuid(11),
    executionDate: '2026-01-31',
    amountMinor: '50000',
    currency: 'MAD',
  }),
];
const broken = [
  ...instructed,
  was('PaymentRejected', { ...attempt, reason: 'AC04' }, 'bank', 'payment-system'),
  was(
    'PaymentBreakRecorded',
    { ...attempt, breakId: uuid(12), kind: 'settled-after-rejected', reported: 'settled' },
    'bank',
    'payment-system',
  ),
];

const entryId = uuid(3);
const entry = was(
  'BankEntryQuarantined',
  {
    entryId,
    sha256: HASH,
    number: 1,
    family: 'camt.054',
    scope: 'transaction',
    code: 'REFERENCE_UNKNOWN',
    detail: 'The entry names no payment of ours.',
    outcome: 'settled',
  },
  'bank',
  'payment-system',
);
const assignment = { paymentId, attempt: 1, outcome: 'settled', reason: 'a letter' } as const;

const registered = was('PersonRegistered', {
  personId,
  identityHash: HASH,
  region: 'MA-06',
  sealed: { record: 'person/1', sha256: HASH },
});
const correctionId = 'asd-0001';
const correction = was(
  'CorrectionStarted',
  {
    correctionId,
    programmeId,
    fromPeriod: '2025-11',
    toPeriod: '2026-01',
    basis: 'first-paid',
    asOf: 90,
    reason: 'rates published late',
  },
  'somebody.else',
);
const reason = 'as the paper says';

/** By the type of event that says that one person proposed it. */
const KINDS: Readonly<Partial<Record<EventType, Kind>>> = {
  PolicyProposed: kind(programmeDecider, programme, 'programme-manager', {
    type: 'PublishPolicy',
    ...v3,
  }),
  PaymentTermsProposed: kind(programmeDecider, programme, 'programme-manager', {
    type: 'SetPaymentTerms',
    ...terms,
  }),
  ChecksProposed: kind(programmeDecider, programme, 'programme-manager', {
    type: 'ConfigureChecks',
    programmeId,
    rules: [],
  }),
  AccountHoldProposed: kind(programmeDecider, programme, 'programme-manager', {
    type: 'SetAccountHold',
    programmeId,
    days: 0,
    verification: 'none',
  }),
  BackdatingLimitProposed: kind(programmeDecider, programme, 'programme-manager', {
    type: 'SetBackdatingLimit',
    programmeId,
    months: 12,
  }),
  ProgrammeClosingProposed: kind(programmeDecider, programme, 'programme-manager', {
    type: 'CloseProgramme',
    programmeId,
    reason,
  }),
  ProgrammeReopeningProposed: kind(
    programmeDecider,
    [...programme, was('ProgrammeClosed', { programmeId, reason })],
    'programme-manager',
    {
      type: 'ReopenProgramme',
      programmeId,
      reason,
    },
  ),
  EntitlementRevisionProposed: kind(enrolmentDecider, [started], 'supervisor', {
    type: 'ReviseEntitlement',
    ...facts,
    reason,
  }),
  EnrolmentRecertificationProposed: kind(enrolmentDecider, [started], 'supervisor', {
    type: 'RecertifyEnrolment',
    ...facts,
    nextDueOn: '2027-01-31',
  }),
  EnrolmentReinstatementProposed: kind(enrolmentDecider, [started, suspended], 'supervisor', {
    type: 'ReinstateEnrolment',
    fromPeriod: '2026-03',
    reason,
  }),
  PaymentOutcomeProposed: kind(paymentDecider, instructed, 'finance-officer', {
    type: 'ReportOutcome',
    outcome: 'rejected',
    attempt: 1,
    endToEndId: 'E1',
    source: 'http',
    reason: 'AC04',
  }),
  PaymentBreakResolutionProposed: kind(paymentDecider, broken, 'finance-officer', {
    type: 'ResolveBreak',
    breakId: uuid(12),
    resolution: 'counted-as-settled',
    reason,
  }),
  BankEntryAssignmentProposed: kind(
    bankEntryDecider,
    [entry],
    'finance-officer',
    { type: 'ProposeAssignment', ...assignment },
    { type: 'AssignEntry', ...assignment },
  ),
  PersonErasureProposed: kind(
    personDecider,
    [registered],
    'administrator',
    { type: 'ProposeErasure', personId, reason },
    { type: 'ErasePerson', personId, reason },
  ),
  CorrectionProposed: kind(
    correctionDecider,
    [correction],
    ['finance-officer', 'finance-controller'],
    {
      type: 'ProposeCorrection',
      asOf: 90,
      households: 10,
      arrearsCount: 2,
      arrearsMinor: '15000',
      overpaidCount: 1,
      overpaidMinor: '2000',
      contentHash: HASH,
    },
    { type: 'ApproveCorrection', contentHash: HASH },
  ),
  OverpaymentWaiverProposed: kind(recoveryDecider, [owed], 'finance-controller', {
    type: 'WaiveOverpayment',
    amountMinor: '1',
    reason,
  }),
  SetAsideDismissalProposed: kind(setAsideDecider, [], 'finance-controller', {
    type: 'DismissSetAside',
    eventId: uuid(13),
    automation: 'when-application-approved-then-enrol',
    eventType: 'ApplicationApproved',
    eventStream: `application-${uuid(1)}`,
    failure: 'PERSON_NOT_FOUND',
    reason,
  }),
};

/** Decided by the approval of its correction, and by no command of its own that a person gives. */
const OF_A_CORRECTION: readonly EventType[] = ['AdjustmentProposed'];

const http: Via = { channel: 'http', authentication: 'oidc' };
const cli: Via = { channel: 'cli', authentication: 'none' };
const who = (id: string, role: Role, via: Via): Context => {
  const context = by(id, role);
  return { ...context, actor: { ...context.actor, via } };
};

test('every event that says that something was proposed is tried', () => {
  const all = new EventRegistry().types().filter((type) => type.endsWith('Proposed'));
  expect([...Object.keys(KINDS), ...OF_A_CORRECTION].sort()).toEqual([...all].sort());
});

describe.each(Object.entries(KINDS))('%s', (type, { propose, approve, roles }) => {
  const [first, second] = roles;
  const proposer = who('a.first', first, http);

  test('is what the first person’s word comes to', () => {
    expect(propose(proposer)).toEqual([type]);
  });
  test.each([
    ['by the same name', 'a.first', http],
    ['by another door', 'a.first', cli],
    ['by another door, in capitals', 'A.FIRST', cli],
    ['by another door, in wide letters', 'ａ．ｆｉｒｓｔ', cli],
    ['by another door, with what nobody sees', 'a.\u200bfirst ', cli],
  ])('is not approved by who proposed it: %s', (_, id, via) => {
    const decided = approve(proposer, who(id, second, via));
    expect(decided === 'SAME_PERSON' ? [] : decided).toEqual([]);
  });
  test('is approved by another person, by whatever door', () => {
    for (const via of [http, cli]) {
      const decided = approve(proposer, who('b.second', second, via));
      if (typeof decided === 'string') throw new Error(`refused: ${decided}`);
      expect(decided.length).toBeGreaterThan(0);
      expect(decided).not.toContain(type);
    }
  });
});
