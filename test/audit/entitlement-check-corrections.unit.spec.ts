import { describe, expect, test } from '@jest/globals';
import { entitlementFor } from '../../src/eligibility/determine.js';
import { compiledOf, versions } from '../simulation/model-programme.js';
import {
  enrolment,
  FACTS,
  foundIn,
  itemsOf,
  ordered,
  PUBLISHED,
  started,
  STARTED,
  step,
  type Step,
  sumOf,
} from './entitled.js';

describe('a correction', () => {
  const correctionId = 'sim-0001';
  const begun = (toPeriod = '2026-02', fromPeriod = '2025-01', more: object = {}): Step => [
    'CorrectionStarted',
    { programmeId: 'sim', correctionId, basis: 'first-paid', fromPeriod, toPeriod, ...more },
  ];
  const due = (month: string): string => sumOf(itemsOf(FACTS, month));
  const adjusted = (month: object): Step =>
    step('AdjustmentProposed', {
      correctionId,
      periods: [
        {
          period: '2026-01',
          policyVersion: 1,
          dueMinor: due('2026-01'),
          paidMinor: '0',
          items: [],
          ...month,
        },
      ],
    });
  const PAID = [STARTED, ordered('2026-01'), begun()] as const;
  const paid = { paidMinor: due('2026-01') };

  test('finds nothing due for a month after a recertification that nobody made', () => {
    const over = (dueOn: string) => [
      STARTED,
      step('RecertificationFellDue', { dueOn }),
      step('EnrolmentEnded', { lastPeriod: '2026-02', reason: 'moved' }),
      begun(),
    ];
    const month = { period: '2026-02', paidMinor: '0', dueMinor: due('2026-02') };
    const none = { period: '2026-02', paidMinor: '0', dueMinor: '0', policyVersion: undefined };
    expect(foundIn({}, ...over('2026-02-01'), adjusted(month))).toEqual([]);
    expect(foundIn({}, ...over('2026-01-31'), adjusted(month))).toEqual([
      `I5 2026-02: ${due('2026-02')} said to be due; the recorded facts give 0`,
    ]);
    expect(foundIn({}, ...over('2026-01-31'), adjusted(none))).toEqual([]);
    expect(foundIn({ isNew: false }, ...over('2026-01-31'), adjusted(month))).toEqual([]);
  });
  test('is of what was paid, and of what the facts give', () => {
    expect(foundIn({}, ...PAID, adjusted(paid))).toEqual([]);
    expect(foundIn({}, ...PAID, adjusted({}))).toEqual([
      `I5 2026-01: 0 said to be paid; the log has ${due('2026-01')}`,
    ]);
    expect(foundIn({}, ...PAID, adjusted({ ...paid, dueMinor: '1' }))).toEqual([
      `I5 2026-01: 1 said to be due; the recorded facts give ${due('2026-01')}`,
    ]);
    expect(foundIn({}, adjusted({}))).toEqual(['I5 corrected for somebody who was not enrolled']);
    expect(foundIn({ asOf: 199 }, STARTED, begun(), adjusted({}))).toEqual([
      'I5 corrected for somebody who was not enrolled',
    ]);
  });
  test('is of what was paid as of its position, also where it came back for good since', () => {
    const stands = (_id: string, asOf = Infinity): boolean => asOf < 500;
    expect(foundIn({ asOf: 450, stands }, ...PAID, adjusted(paid))).toEqual([]);
    expect(foundIn({ asOf: 550, stands }, ...PAID, adjusted(paid))).toEqual([
      `I5 2026-01: ${due('2026-01')} said to be paid; the log has 0`,
    ]);
  });
  test('counts what may have been paid up to what is due, and owes nobody anything for it', () => {
    const doubted = { isInDoubt: () => true };
    const less = { policyVersion: undefined, dueMinor: '0' };
    const over = [
      STARTED,
      ordered('2026-01'),
      step('EnrolmentEnded', { lastPeriod: '2025-12', reason: 'moved' }),
      begun(),
    ] as const;
    expect(foundIn(doubted, ...PAID, adjusted(paid))).toEqual([]);
    expect(foundIn(doubted, ...over, adjusted({ ...less, paidMinor: '0' }))).toEqual([]);
    expect(foundIn(doubted, ...over, adjusted({ ...less, ...paid }))).toEqual([
      `I5 2026-01: ${due('2026-01')} said to be paid; the log has 0`,
    ]);
    expect(foundIn({}, ...over, adjusted({ ...less, ...paid }))).toEqual([]);
  });
  test('is by a version that is paid', () => {
    const other = adjusted({ ...paid, policyVersion: 2 });
    expect(foundIn({}, ...PAID, other)).toEqual(['I5 2026-01: due under version 1, not 2']);
    const december = adjusted({ period: '2025-12', dueMinor: '0' });
    expect(foundIn({}, started({ startPeriod: '2025-11' }), begun(), december)).toEqual([
      'I5 2025-12: due under version undefined, not 1',
    ]);
    const march = { period: '2026-03', policyVersion: 2, dueMinor: due('2026-03') };
    expect(foundIn({}, ...PAID, adjusted(march))).toEqual([]);
    const [type, data] = STARTED;
    const early: Step = [type, data, { stream: enrolment, position: 50 }];
    expect(foundIn({ asOf: 50 }, early, begun(), adjusted(march))).toEqual([
      'I5 2026-03: due under version 1, not 2',
    ]);
    expect(foundIn({ asOf: 100 }, early, begun(), adjusted(march))).toEqual([]);
  });
  describe('is by its basis', () => {
    /** In effect from 2026-01 on, and paid from 2026-04 on. */
    const third: Step = [
      'PolicyPublished',
      { ...versions[1], version: 3, effectiveFrom: '2026-01-01', firstPaidPeriod: '2026-04' },
    ];
    const lawful = { basis: 'legal-effect' };
    const inEffect = {
      ...paid,
      policyVersion: 3,
      dueMinor: entitlementFor(compiledOf(2), 3, FACTS, '2026-01').amountMinor,
    };
    const after = (...steps: readonly Step[]): readonly (readonly string[])[] =>
      [paid, inEffect].map((month) =>
        foundIn({}, third, STARTED, ordered('2026-01'), ...steps, adjusted(month)),
      );
    const isFirst = [[], ['I5 2026-01: due under version 1, not 3']];
    const isLawful = [['I5 2026-01: due under version 3, not 1'], []];
    const approved = (id: string): Step => ['CorrectionApproved', { correctionId: id }];
    const earlier = (more: object = {}, from = '2025-01', to = '2026-02'): Step =>
      begun(to, from, { correctionId: 'sim-0000', ...lawful, ...more });

    test('the version first paid, or the newest in legal effect', () => {
      expect(after(begun())).toEqual(isFirst);
      expect(after(begun('2026-02', '2026-01', lawful))).toEqual(isLawful);
      const none = adjusted({ ...paid, policyVersion: undefined, dueMinor: '0' });
      const all = [third, started({ startPeriod: '2025-11' }), ordered('2026-01')] as const;
      expect(foundIn({}, ...all, begun('2026-02', '2026-01', lawful), none)).toEqual([
        `I5 2026-01: 0 said to be due; the recorded facts give ${inEffect.dueMinor}`,
      ]);
    });
    test('or by one that decided on the month before, and was approved', () => {
      expect(after(earlier(), begun())).toEqual(isFirst);
      expect(after(earlier(), approved('sim-0000'), begun())).toEqual(isLawful);
      expect(after(earlier(), approved('sim-0009'), begun())).toEqual(isFirst);
      const first = earlier({ basis: 'first-paid' });
      expect(after(first, approved('sim-0000'), begun())).toEqual(isFirst);
      const second = earlier({ correctionId: 'sim-0007' }, '2026-02');
      const both = [earlier(), approved('sim-0000'), second, approved('sim-0007')] as const;
      expect(after(...both, begun())).toEqual(isLawful);
    });
    test('of this household, and of this month', () => {
      const then = (one: Step) => after(one, approved('sim-0000'), begun());
      expect(then(earlier({ personId: 'p' }))).toEqual(isLawful);
      expect(then(earlier({ personId: 'q' }))).toEqual(isFirst);
      expect(then(earlier({ programmeId: 'other' }))).toEqual(isFirst);
      expect(then(earlier({}, '2026-02'))).toEqual(isFirst);
      expect(then(earlier({}, '2025-01', '2025-12'))).toEqual(isFirst);
      expect(then(earlier({}, '2026-01', '2026-01'))).toEqual(isLawful);
    });
  });
  const NONE = { policyVersion: undefined, dueMinor: '0' };
  test('says no version where nothing is due whatever the facts, and nowhere else', () => {
    const none = adjusted({ ...paid, ...NONE });
    const gives = (minor: string, said = '0') => [
      `I5 2026-01: ${said} said to be due; the recorded facts give ${minor}`,
    ];
    expect(foundIn({}, ...PAID, none)).toEqual(gives(due('2026-01')));
    const suspended = step('EnrolmentSuspended', { fromPeriod: '2026-01', reason: 'asked' });
    expect(foundIn({}, ...PAID, suspended, none)).toEqual([]);
    const some = adjusted({ ...paid, ...NONE, dueMinor: '5' });
    expect(foundIn({}, ...PAID, suspended, some)).toEqual(gives('0', '5'));
    // Before any policy is paid, or published.
    const december = adjusted({ ...NONE, period: '2025-12' });
    expect(foundIn({}, started({ startPeriod: '2025-11' }), begun(), december)).toEqual([]);
    const [type, data] = STARTED;
    const early: Step = [type, data, { stream: enrolment, position: -2 }];
    expect(foundIn({ asOf: -1 }, early, begun(), adjusted(NONE))).toEqual([]);
    expect(foundIn({ asOf: 0 }, early, begun(), adjusted(NONE))).toEqual(gives(due('2026-01')));
  });
  test('says no version of a month that was paid to the same identity elsewhere', () => {
    const other = { personId: 'q' };
    const first: readonly Step[] = [
      step('EnrolmentStarted', { ...STARTED[1], ...other }, 'enrolment-sim-q'),
      step('PaymentOrdered', { ...ordered('2026-01')[1], ...other }),
    ];
    const log = [...first, STARTED, begun(), adjusted(NONE)] as const;
    expect(foundIn({ earlier: ['x', 'q'] }, ...log)).toEqual([]);
    expect(foundIn({ earlier: ['x'] }, ...log)).toHaveLength(1);
    expect(
      foundIn({ earlier: ['q'], stands: (id) => id !== 'sim-2026-01-q' }, ...log),
    ).toHaveLength(1);
    // Ordered after the position that the correction is as of.
    const late = [STARTED, ...first, begun(), adjusted(NONE)] as const;
    expect(foundIn({ earlier: ['q'], asOf: 400 }, ...late)).toEqual([]);
    expect(foundIn({ earlier: ['q'], asOf: 399 }, ...late)).toHaveLength(1);
  });
  test('gives nothing for a month that is not payable, and says nothing of one before the enrolment', () => {
    const suspended = step('EnrolmentSuspended', { fromPeriod: '2026-01', reason: 'asked' });
    expect(foundIn({}, ...PAID, suspended, adjusted({ ...paid, dueMinor: '0' }))).toEqual([]);
    expect(foundIn({}, ...PAID, suspended, adjusted(paid))).toHaveLength(1);
    // What was never instructed, and is not due, was left out of its release.
    const leftOut = [...PAID, suspended, adjusted({ dueMinor: '0' })] as const;
    expect(foundIn({ isSent: () => false }, ...leftOut)).toEqual([]);
    expect(foundIn({}, ...leftOut)).toHaveLength(1);
    expect(foundIn({ isSent: () => false }, ...PAID, adjusted({}))).toHaveLength(1);
    const late = started({ startPeriod: '2026-02' });
    expect(foundIn({}, late, begun(), adjusted({ paidMinor: '5', dueMinor: '7' }))).toEqual([]);
  });
  test('counts what stands, was ordered as of it, and in the cycles that it looks at', () => {
    const nothing = adjusted({});
    const stands = (id: string) => id !== 'sim-2026-01-p';
    expect(foundIn({ stands }, ...PAID, nothing)).toEqual([]);
    expect(foundIn({ asOf: 300 }, ...PAID, adjusted(paid))).toEqual([]);
    expect(foundIn({ asOf: 299 }, ...PAID, nothing)).toEqual([]);
    const before = [STARTED, ordered('2026-01'), begun('2025-12')] as const;
    expect(foundIn({}, ...before, nothing)).toEqual([]);
    const until = [STARTED, ordered('2026-01'), begun('2026-01')] as const;
    expect(foundIn({}, ...until, adjusted(paid))).toEqual([]);
    const two = [STARTED, ordered('2026-02', {}, ['2026-01', '2026-02']), begun()] as const;
    expect(foundIn({}, ...two, adjusted(paid))).toEqual([]);
    const february = { period: '2026-02', dueMinor: due('2026-02'), paidMinor: due('2026-02') };
    expect(foundIn({}, ...two, adjusted(february))).toEqual([]);
  });
  test('counts nothing of what a cycle ordered before it was prepared anew', () => {
    const first = ordered('2026-02', {}, ['2026-01', '2026-02']);
    const log = [STARTED, first, ordered('2026-01'), ordered('2026-02'), begun()] as const;
    const stands = (id: string) => id !== 'sim-2026-02-p';
    const both = String(2n * BigInt(due('2026-01')));
    const returned = (asOf: number, one: Step) =>
      foundIn({ asOf, stands: (id, at) => at !== undefined || stands(id) }, ...log, one);
    expect(returned(700, adjusted(paid))).toEqual([]);
    expect(returned(700, adjusted({ paidMinor: both }))).toEqual([
      `I5 2026-01: ${both} said to be paid; the log has ${due('2026-01')}`,
    ]);
    // As of before it was prepared anew.
    expect(returned(300, adjusted(paid))).toEqual([]);
  });
  test('pays a month from the account, and no cycle does beside it', () => {
    const established = step('AdjustmentEstablished', { correctionId }, 'adjustment-sim-p');
    const first = [STARTED, begun(), adjusted({}), established] as const;
    const order = ordered('2026-02', {}, ['2026-01', '2026-02']);
    const twice = `I5 2026-01: corrections put ${due('2026-01')} on the account for it already`;
    expect(foundIn({}, ...first, order)).toEqual([twice]);
    expect(foundIn({}, ...first, ordered('2026-02'))).toEqual([]);
    expect(foundIn({ isNew: false }, ...first, order)).toEqual([]);
    // Put there after the position that the cycle was prepared as of.
    const at = (PUBLISHED.length + first.length - 1) * 100;
    expect(foundIn({ asOf: at - 1 }, ...first, order)).toEqual([]);
    expect(foundIn({ asOf: at }, ...first, order)).toEqual([twice]);
    const back = adjusted({ dueMinor: '0', ...paid });
    expect(foundIn({ asOf: at + 300 }, ...first, back, established, order)).not.toContain(twice);
  });
  test('counts what corrections put on the account', () => {
    const established = step('AdjustmentEstablished', { correctionId }, 'adjustment-sim-p');
    const first = [STARTED, begun(), adjusted({}), established] as const;
    expect(foundIn({}, ...first, adjusted(paid))).toEqual([]);
    expect(foundIn({}, ...first, adjusted({}))).toHaveLength(1);
    expect(foundIn({ isNew: false }, ...first, adjusted({}))).toEqual([]);
  });
  describe('counts what a payment carried for the account', () => {
    const round = 1;
    const paymentId = 'sim-2026-02-p';
    const carried = (code: string, amountMinor: string): Step => {
      const items = [...itemsOf(FACTS, '2026-02'), { code, period: '2026-01', amountMinor }];
      return ordered('2026-02', { round, items, amountMinor: sumOf(items) });
    };
    const arrears = carried('arrears', '50');
    const recovery = carried('recovery', '-20');
    const released = (data: object = {}) =>
      step('ArrearsReleased', { paymentId, round, ...data }, 'adjustment-sim-p');
    const reversed = (data: object = {}) =>
      step('RecoveryDeductionReversed', { paymentId, round, ...data }, 'recovery-sim-p');
    const after = (...steps: readonly Step[]) => {
      const said = (minor: bigint): readonly string[] =>
        foundIn(
          {},
          STARTED,
          ordered('2026-01'),
          ...steps,
          begun(),
          adjusted({ paidMinor: String(BigInt(due('2026-01')) + minor) }),
        );
      return [0n, 50n, -20n].filter((minor) => said(minor).length === 0);
    };
    test('only where that lapsed, and the payment stands all the same', () => {
      expect(after(arrears)).toEqual([0n]);
      expect(after(arrears, released())).toEqual([50n]);
      expect(after(recovery)).toEqual([0n]);
      expect(after(recovery, reversed())).toEqual([-20n]);
      expect(after(arrears, reversed())).toEqual([0n]);
      expect(after(recovery, released())).toEqual([0n]);
    });
    test('not what another payment or round carried, so that what lapsed hides nothing', () => {
      expect(after(arrears, released({ round: 2 }))).toEqual([0n]);
      expect(after(arrears, released({ paymentId: 'sim-2026-03-p' }))).toEqual([0n]);
      expect(after(released())).toEqual([0n]);
      expect(after(arrears, released(), ordered('2026-02', { round: 2 }))).toEqual([0n]);
    });
    test('not what lapsed after the position of the correction, or is not paid', () => {
      const log = [STARTED, arrears, begun(), released()] as const;
      const said = adjusted({ paidMinor: '50' });
      expect(foundIn({ asOf: 500 }, ...log, said)).toEqual([]);
      expect(foundIn({ asOf: 499 }, ...log, said)).toHaveLength(1);
      expect(foundIn({ asOf: 499 }, ...log, adjusted({}))).toEqual([]);
      expect(foundIn({ stands: () => false }, ...log, adjusted({}))).toEqual([]);
      const others = [STARTED, arrears, begun('2026-01'), released()] as const;
      expect(foundIn({}, ...others, adjusted({}))).toEqual([]);
      const later = [STARTED, arrears, begun('2026-03', '2026-03'), released()] as const;
      expect(foundIn({}, ...later, adjusted({}))).toEqual([]);
    });
    test('as paid to the same identity, if it is not given back', () => {
      const by = (order: Step): readonly string[] =>
        foundIn(
          { earlier: ['q'] },
          step('EnrolmentStarted', { ...STARTED[1], personId: 'q' }, 'enrolment-sim-q'),
          step('PaymentOrdered', { ...order[1], personId: 'q' }),
          STARTED,
          begun(),
          adjusted(NONE),
        );
      expect(by(arrears)).toEqual([]);
      expect(by(recovery)).toHaveLength(1);
    });
  });
});
