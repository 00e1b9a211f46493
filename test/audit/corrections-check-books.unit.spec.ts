import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { CorrectionsCheck } from '../../src/audit/corrections-check.js';
import { eventOf, Findings } from './direct.js';

type Step = readonly [EventType, object?, string?];
const correctionId = 'asd-0001';
const household = { programmeId: 'asd', personId: 'p', recoveryId: 'asd-p' };

/** As of what, and at which months, a correction looks unless it says otherwise. */
const LOOKING = { asOf: 7, fromPeriod: '2026-01', toPeriod: '2026-03' };

/** What is found of a correction of one household, each event by its actor. */
function log(...steps: readonly Step[]) {
  const check = new CorrectionsCheck();
  const { said, found } = new Findings();
  let position = 0;
  const add = (type: EventType, data: object = {}, actor = 'farid'): void => {
    position += 1;
    const all = { correctionId, ...household, ...LOOKING, ...data };
    const event = eventOf(type, all, { position, meta: { actor } });
    check.add(event, (paymentId) => paymentId === 'paid', found);
  };
  for (const step of steps) add(...step);
  const finish = (): string[] => {
    const left: string[] = [];
    check.finish((invariant, detail, stream) => left.push(`${invariant} ${stream}: ${detail}`));
    return left;
  };
  return { said, add, check, finish };
}
const foundIn = (...steps: readonly Step[]): readonly string[] => log(...steps).said;

const STARTED: Step = ['CorrectionStarted', { personId: undefined }];
const month = (dueMinor: string, paidMinor: string, more: object = {}) => ({
  period: '2026-01',
  dueMinor,
  paidMinor,
  items: [{ dueMinor, paidMinor }],
  ...more,
});
const adjusted = (differenceMinor: string, more: object = {}): Step => [
  'AdjustmentProposed',
  {
    differenceMinor,
    periods: [
      differenceMinor.startsWith('-')
        ? month('0', differenceMinor.slice(1))
        : month(differenceMinor, '0'),
    ],
    ...more,
  },
];
const figures = (arrears: readonly [number, string], overpaid: readonly [number, string]) => ({
  arrearsCount: arrears[0],
  arrearsMinor: arrears[1],
  overpaidCount: overpaid[0],
  overpaidMinor: overpaid[1],
});
const ONE = figures([1, '500'], [0, '0']);
const proposed = (more: object = ONE, actor = 'farid'): Step => [
  'CorrectionProposed',
  { contentHash: 'h', ...more },
  actor,
];
const approved = (actor = 'kenza', contentHash = 'h'): Step => [
  'CorrectionApproved',
  { contentHash },
  actor,
];
const established = (differenceMinor = '500', more: object = {}): Step => [
  'AdjustmentEstablished',
  { differenceMinor, ...more },
];
const applied = (more: object = ONE): Step => ['CorrectionApplied', more];
const READY = [STARTED, adjusted('500'), proposed()] as const;

describe('a correction', () => {
  test('goes from its start onto the account', () => {
    const { said, finish } = log(...READY, approved(), established(), applied());
    expect([said, finish()]).toEqual([[], []]);
  });
  test('is of what it looks at', () => {
    const of = (start: object, found: object = {}) =>
      foundIn(['CorrectionStarted', start], adjusted('500', found));
    const month = 'I6 proposed for 2026-01; the correction is from';
    expect(of({ fromPeriod: '2026-02' })).toEqual([`${month} 2026-02 to 2026-03`]);
    expect(of({ toPeriod: '2025-12' })).toEqual([`${month} 2026-01 to 2025-12`]);
    expect(of({ toPeriod: '2026-01' })).toEqual([]);
    const other = ['I6 proposed for a household that the correction does not look at'];
    expect(of({ personId: undefined })).toEqual([]);
    expect(of({ personId: 'q' })).toEqual(other);
    expect(of({ personId: undefined, programmeId: 'oth' })).toEqual(other);
    expect(foundIn(STARTED, adjusted('500'), proposed({ ...ONE, asOf: 3 }))).toEqual([
      'I6 proposed as of 3; started as of 7',
    ]);
  });
  test('is approved by another than started or proposed it, as it was proposed', () => {
    const self = ['I4 approved by who proposed it'];
    expect(foundIn(...READY, approved('FARID'))).toEqual(self);
    const other = [STARTED, adjusted('500'), proposed(ONE, 'rachid')] as const;
    expect(foundIn(...other, approved('rachid'))).toEqual(self);
    expect(foundIn(...other, approved('farid'))).toEqual(self);
    expect(foundIn(...READY, approved('kenza', 'x'))).toEqual([
      'I4 approved other content than was proposed',
    ]);
    const none = ['I4 approved without having been proposed'];
    expect(foundIn(STARTED, adjusted('500'), approved())).toEqual(none);
    expect(foundIn(approved())).toEqual(none);
  });
  test('comes onto an account once somebody approved it', () => {
    expect(foundIn(...READY, established())).toEqual([
      'I4 put on the account before anybody approved it',
    ]);
    expect(foundIn(established('500', { correctionId: 'asd-0002' }))[0]).toBe(
      'I4 put on the account before anybody approved it',
    );
  });
  test('goes off the account as it is there, and not while a payment carries it', () => {
    const gone = (differenceMinor = '500'): Step => [
      'AdjustmentLapsed',
      { differenceMinor, paymentId: 'asd-2025-11-amal' },
    ];
    const on = [...READY, approved(), established()];
    expect(foundIn(...on, gone())).toEqual([]);
    expect(foundIn(...on, gone('400'))).toEqual([
      'I6 arrears of 400 lapsed, which are not on the account',
    ]);
    expect(foundIn(...on, gone(), gone())).toEqual([
      'I6 arrears of 500 lapsed, which are not on the account',
    ]);
  });
  test('lapses once it is approved, as it was proposed, and is on no account then', () => {
    const lapsed = (differenceMinor = '500', more: object = {}): Step => [
      'AdjustmentLapsed',
      { differenceMinor, ...more },
    ];
    const none = figures([0, '0'], [0, '0']);
    const { said, finish } = log(...READY, approved(), lapsed(), applied(none));
    expect([said, finish()]).toEqual([[], []]);
    expect(foundIn(...READY, lapsed())).toEqual(['I4 lapsed before anybody approved it']);
    expect(foundIn(...READY, approved(), lapsed('400'))).toEqual([
      'I6 400 lapsed, which is not what was proposed',
    ]);
    expect(foundIn(...READY, approved(), lapsed(), established())).toEqual([
      'I6 500 put on the account, which is not what was proposed',
    ]);
    expect(foundIn(...READY, approved(), established(), applied(none))).toHaveLength(2);
    expect(foundIn(...READY, approved(), lapsed(), applied())).toHaveLength(2);
  });
  test('is started before anything is said of it', () => {
    expect(foundIn(proposed())).toEqual(['I6 proposed without having been started']);
    expect(foundIn(applied())).toEqual(['I6 applied without having been started']);
    const late = ['I6 proposed for a correction that is not under way'];
    expect(foundIn(adjusted('500'))).toEqual(late);
    expect(foundIn(adjusted('500'), adjusted('400'))).toEqual([...late, ...late]);
    expect(foundIn(...READY, adjusted('500'))).toEqual(late);
  });
  test('is as of a position, and the earliest of those under way is known', () => {
    const { check, add } = log();
    expect([check.asOfOf(correctionId), check.earliestAsOf]).toEqual([-1, Infinity]);
    add('CorrectionStarted');
    expect([check.asOfOf(correctionId), check.earliestAsOf]).toEqual([7, 7]);
    add('CorrectionStarted', { asOf: 5, correctionId: 'asd-0002' });
    add('CorrectionStarted', { asOf: 9, correctionId: 'asd-0003' });
    expect(check.earliestAsOf).toBe(5);
    add('CorrectionProposed', { ...ONE, asOf: 5, contentHash: 'h', correctionId: 'asd-0002' });
    expect(check.earliestAsOf).toBe(7);
  });
});

describe('what a correction says adds up', () => {
  const sums = (said: string, were: string, what = 'proposed') => [
    `I6 ${said}; ${what} were ${were}`,
  ];
  test('over its households, what is owed to them and by them', () => {
    const two = [STARTED, adjusted('500'), adjusted('-300', { personId: 'q' })] as const;
    const least = figures([1, '1'], [0, '0']);
    expect(foundIn(STARTED, adjusted('1'), proposed(least))).toEqual([]);
    const both = figures([1, '500'], [1, '300']);
    expect(foundIn(...two, proposed(both))).toEqual([]);
    const were = '1 of 500 and 1 of 300';
    expect(foundIn(...two, proposed(figures([2, '500'], [1, '300'])))).toEqual(
      sums('2 arrears of 500 and 1 overpayments of 300', were),
    );
    expect(foundIn(...two, proposed(figures([1, '501'], [1, '300'])))).toEqual(
      sums('1 arrears of 501 and 1 overpayments of 300', were),
    );
    expect(foundIn(...two, proposed(figures([1, '500'], [0, '300'])))).toEqual(
      sums('1 arrears of 500 and 0 overpayments of 300', were),
    );
    expect(foundIn(...two, proposed(figures([1, '500'], [1, '299'])))).toEqual(
      sums('1 arrears of 500 and 1 overpayments of 299', were),
    );
  });
  test('with the last word on each household', () => {
    const again = (first: string, last: string, said: object) =>
      foundIn(STARTED, adjusted(first), adjusted(last), proposed(said));
    expect(again('300', '500', ONE)).toEqual([]);
    expect(again('-300', '500', ONE)).toEqual([]);
    expect(again('500', '-300', figures([0, '0'], [1, '300']))).toEqual([]);
    const other = [['CorrectionStarted', { asOf: 1, correctionId: 'asd-0002' }], STARTED] as const;
    const first = adjusted('300', { correctionId: 'asd-0002' });
    expect(foundIn(...other, first, adjusted('500'), proposed())).toEqual([]);
  });
  test('month by month, and item by item', () => {
    const periods = [month('500', '0'), month('0', '100', { period: '2026-02' })];
    const of = (differenceMinor: string, more: readonly object[]) =>
      foundIn(STARTED, adjusted(differenceMinor, { periods: more }));
    expect(of('400', periods)).toEqual([]);
    expect(of('401', periods)).toEqual(['I6 the months sum to 400, not 401']);
    const items = [
      { dueMinor: '200', paidMinor: '0' },
      { dueMinor: '350', paidMinor: '50' },
    ];
    expect(of('500', [month('500', '0', { items })])).toEqual([]);
    expect(of('500', [month('500', '0', { items: items.slice(1) })])).toEqual([
      'I6 2026-01: the items sum to 300, not 500',
    ]);
  });
  test('and what came onto accounts is what was proposed', () => {
    const done = [...READY, approved(), established()] as const;
    expect(foundIn(...done, applied(figures([1, '499'], [0, '0'])))).toEqual([
      ...sums('1 arrears of 499 and 0 overpayments of 0', '1 of 500 and 0 of 0'),
      ...sums('1 arrears of 499 and 0 overpayments of 0', '1 of 500 and 0 of 0', 'put on accounts'),
    ]);
    expect(foundIn(...READY, approved(), applied())).toEqual(
      sums('1 arrears of 500 and 0 overpayments of 0', '0 of 0 and 0 of 0', 'put on accounts'),
    );
  });
});

describe('a payment', () => {
  const order = (items: readonly object[], more: object = {}): Step => [
    'PaymentOrdered',
    { paymentId: 'P1', round: 1, amountMinor: '1000', items, ...more },
  ];
  const item = (code: string, amountMinor: string) => ({ code, amountMinor });
  const OWED = [...READY, approved(), established()] as const;
  const carried: Step = [
    'ArrearsOrdered',
    { paymentId: 'P1', round: 1, amountMinor: '500', correctionIds: [correctionId] },
  ];
  test('carries nothing of a household that no correction concerned', () => {
    const nobody = ['I6 arrears or a recovery of a household that no correction concerned'];
    expect(foundIn(order([item('child', '1000')]))).toEqual([]);
    expect(foundIn(order([item('arrears', '5')]))).toEqual(nobody);
    expect(foundIn(order([item('recovery', '-5')]))).toEqual(nobody);
    expect(foundIn(...OWED, order([item('arrears', '5')], { personId: 'q' }))).toEqual(nobody);
  });
  test('carries the arrears that the account says, in all its items', () => {
    const half = item('arrears', '250');
    expect(foundIn(...OWED, carried, order([item('child', '1000'), half, half]))).toEqual([]);
    expect(foundIn(...OWED, carried, order([half]))).toEqual([
      'I6 the payment has arrears of 250; the account says 500',
    ]);
    const { finish } = log(...OWED, carried);
    expect(finish()).toEqual([
      "I6 payment-P1: the household's account says that this payment carries arrears or a recovery, and it was not ordered so",
    ]);
    expect(log(...OWED, carried, order([half, half])).finish()).toEqual([]);
  });
  test('gives them back where it does not pay, and not where it does', () => {
    const released = (paymentId: string): Step => [
      'ArrearsReleased',
      { paymentId, round: 1, amountMinor: '500' },
    ];
    const arrears = item('arrears', '500');
    expect(foundIn(...OWED, carried, order([arrears]), released('P1'))).toEqual([]);
    const paid = { paymentId: 'paid' };
    const carriedBy: Step = [carried[0], { ...carried[1], ...paid }];
    expect(foundIn(...OWED, carriedBy, order([arrears], paid), released('paid'))).toEqual([
      'I2 arrears released that a payment pays',
    ]);
  });

  const MINUS = figures([0, '0'], [1, '300']);
  const overpaid: Step = ['OverpaymentEstablished', { amountMinor: '300' }];
  const OWES = [
    STARTED,
    adjusted('-300'),
    proposed(MINUS),
    approved(),
    overpaid,
    established('-300'),
  ] as const;
  const plan: Step = ['RecoveryPlanAgreed', { sharePercent: 50, floorMinor: '0' }, 'farid'];
  const deducted = (amountMinor: string, more: object = {}): Step => [
    'RecoveryDeducted',
    {
      paymentId: 'P1',
      round: 1,
      grossMinor: '1000',
      amountMinor,
      remainingMinor: String(300 - Number(amountMinor)),
      ...more,
    },
  ];
  test('gives back what the account says, of what it is before that', () => {
    const life = [...OWES, plan, deducted('100')] as const;
    const less = { amountMinor: '900' };
    expect(foundIn(...life, order([item('recovery', '-100')], less))).toEqual([]);
    expect(foundIn(...life, order([item('recovery', '-100')]))).toEqual([
      'I6 deducted from 1000; the payment is of 1100',
    ]);
    expect(foundIn(...life, order([item('recovery', '-99')], { amountMinor: '901' }))).toEqual([
      'I6 the payment gives back 99; the account says 100',
    ]);
  });
  test('gives back no more than is owed, by a plan that goes on', () => {
    const suspended: Step = ['RecoverySuspended'];
    const resumed: Step = ['RecoveryResumed'];
    const stopped = ['I6 deducted while the recovery is suspended'];
    expect(foundIn(...OWES, plan, suspended, deducted('100'))).toEqual(stopped);
    expect(foundIn(...OWES, plan, suspended, resumed, deducted('100'))).toEqual([]);
    expect(foundIn(...OWES, deducted('100'))).toEqual(['I6 deducted without a plan']);
    const waived = (actor: string): Step => ['OverpaymentWaived', { amountMinor: '300' }, actor];
    expect(foundIn(...OWES, plan, waived('kenza'))).toEqual([]);
    expect(foundIn(...OWES, plan, waived('farid'))).toEqual(['I4 waived by who agreed the plan']);
    const both = log(...OWES, plan, waived('kenza'), deducted('100'));
    expect(both.finish()).toContain(
      'I6 recovery-asd-p: 100 more recovered and waived than was overpaid',
    );
    expect(log(...OWES, plan, waived('kenza')).finish()).toEqual([]);
  });
  test('is given back a deduction that it does not make, and the debt ends with nothing left', () => {
    const reversed: Step = [
      'RecoveryDeductionReversed',
      { paymentId: 'P1', round: 1, amountMinor: '100' },
    ];
    expect(foundIn(...OWES, plan, deducted('100'), reversed)).toEqual([]);
    expect(foundIn(...OWES, plan, reversed)).toEqual([
      'I6 a deduction of 100 given back that was not made',
    ]);
    const completed = (recoveredMinor: string): Step => [
      'RecoveryCompleted',
      { overpaidMinor: '300', recoveredMinor, waivedMinor: '0' },
    ];
    expect(foundIn(...OWES, plan, deducted('300'), completed('300'))).toEqual([]);
    expect(foundIn(...OWES, plan, deducted('100'), completed('100'))).toEqual([
      'I6 completed with 200 left',
    ]);
  });
  test('is not asked for what arrears were set against', () => {
    const next = { correctionId: 'asd-0002' };
    const offset: Step = ['OverpaymentOffset', { ...next, amountMinor: '300', waivedMinor: '0' }];
    const second = [
      ['CorrectionStarted', { asOf: 9, ...next }],
      adjusted('500', next),
      ['CorrectionProposed', { ...ONE, asOf: 9, contentHash: 'h', ...next }],
      ['CorrectionApproved', { contentHash: 'h', ...next }, 'kenza'],
    ] as const;
    const then = established('500', { ...next, offsetMinor: '300' });
    expect(foundIn(...OWES, ...second, offset, then)).toEqual([]);
    expect(foundIn(...OWES, ...second, then)).toEqual(['I6 300 set against a debt that was not']);
    // All of it is set against the debt, unless that moved while it came onto the account.
    const none = established('500', next);
    const has = (minor: string) => [
      `I6 0 of 500 set against a debt; the household has ${minor} of it`,
    ];
    const back: Step = [
      'RecoveryDeductionReversed',
      { paymentId: 'P1', round: 1, amountMinor: '100' },
    ];
    const given = [...OWES, plan, deducted('100')] as const;
    expect(foundIn(...OWES, ...second, none)).toEqual(has('300'));
    expect(foundIn(...given, ...second, none)).toEqual(has('200'));
    expect(foundIn(...given, ...second, back, none)).toEqual([]);
    expect(foundIn(...given, back, ...second, none)).toEqual(has('300'));
    expect(foundIn(...OWES, plan, ...second, deducted('100'), none)).toEqual([]);
  });
});
