import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  CheckedSet,
  type CheckedPayment,
  type Check,
  type Finding,
  type Rule,
} from '../../src/use-cases/cycles/findings.rule.js';
import { sha256Hex } from '../../src/kernel/canonical.js';
import { uuidOf } from '../../src/kernel/ids.js';

const person = (i: number): string => uuidOf('person', i);
const account = (i: number): string => sha256Hex(`account ${i}`);
const payment = (i: number, more: Partial<CheckedPayment> = {}): CheckedPayment => ({
  paymentId: `asd-2026-01-${person(i)}`,
  personId: person(i),
  region: 'MA-06',
  amountMinor: 50_000n,
  accountHash: account(i),
  erased: false,
  payable: true,
  withinEntitlement: true,
  ...more,
});
const rule = (check: Check, more: Partial<Rule> = {}): Rule => ({ check, level: 'block', ...more });
const ALL: readonly Rule[] = [
  rule('person-elsewhere'),
  rule('account-elsewhere'),
  rule('shared-account', { limit: 2 }),
  rule('payee-erased'),
  rule('not-payable'),
  rule('no-account', { level: 'warn' }),
  rule('above-entitlement'),
  rule('region-change', { limit: 20 }),
  rule('over-budget'),
  rule('over-forecast', { limit: 10, amountMinor: '100000' }),
];
const PLENTY = { freeMinor: 10n ** 12n };
const checked = (
  payments: readonly CheckedPayment[],
  rules: readonly Rule[],
  against: Parameters<CheckedSet['findings']>[0] = PLENTY,
  elsewhere: readonly CheckedPayment[] = [],
): readonly Finding[] => {
  const set = new CheckedSet(rules, 1);
  for (const other of elsewhere) set.addElsewhere(other);
  for (const one of payments) set.add(one);
  return set.findings(against);
};
const without = (payments: CheckedPayment): CheckedPayment => {
  const { accountHash: _, ...rest } = payments;
  return rest;
};

describe('a prepared set', () => {
  test('in which nothing is wrong has no findings', () => {
    expect(checked([payment(1), payment(2)], ALL)).toEqual([]);
    expect(
      checked([payment(1), payment(2)], ALL, {
        ...PLENTY,
        lastByRegion: new Map([['MA-06', { count: 2, totalMinor: 100_000n }]]),
      }),
    ).toEqual([]);
  });

  test.each<[Check, CheckedPayment]>([
    ['payee-erased', { ...without(payment(2)), erased: true }],
    ['not-payable', payment(2, { payable: false })],
    ['no-account', without(payment(2))],
    ['above-entitlement', payment(2, { withinEntitlement: false })],
  ])(
    'has a finding %s for the payment concerned, and none where it is not configured',
    (check, spoilt) => {
      const [finding, ...more] = checked(
        [payment(1), spoilt, payment(3)],
        ALL.filter((each) => each.check !== 'over-forecast'),
      );
      expect(more).toEqual([]);
      expect(finding).toMatchObject({
        check,
        level: check === 'no-account' ? 'warn' : 'block',
        count: 1,
        amountMinor: '50000',
        payments: [spoilt.paymentId],
      });
      expect(finding!.findingId).toMatch(/^[a-z-]{4,24}-[0-9a-f]{12}$/);
      expect(
        checked(
          [payment(1), spoilt, payment(3)],
          ALL.filter((each) => each.check !== check && each.check !== 'over-forecast'),
        ),
      ).toEqual([]);
    },
  );

  test('tells who is paid by another programme too, and whose account another programme pays somebody else on', () => {
    const findings = checked([payment(1), payment(2), payment(3)], ALL.slice(0, 3), PLENTY, [
      payment(1),
      { ...payment(99), accountHash: account(2) },
    ]);
    expect(findings.map(({ check, payments }) => [check, payments])).toEqual([
      ['person-elsewhere', [payment(1).paymentId]],
      ['account-elsewhere', [payment(2).paymentId]],
    ]);
  });

  test('tells accounts that more payees share than is allowed, those of other programmes counted once', () => {
    const shared = [1, 2].map((i) => payment(i, { accountHash: account(0) }));
    const rules = [rule('shared-account', { limit: 2 })];
    expect(checked(shared, rules)).toEqual([]);
    expect(checked(shared, rules, PLENTY, [shared[0]!])).toEqual([]);
    expect(
      checked([...shared, payment(3, { accountHash: account(0) }), payment(4)], rules),
    ).toMatchObject([
      {
        count: 3,
        amountMinor: '150000',
        measured: '3',
        limit: '2',
        payments: [1, 2, 3].map((i) => payment(i).paymentId),
      },
    ]);
    expect(checked(shared, rules, PLENTY, [payment(9, { accountHash: account(0) })])).toMatchObject(
      [{ count: 2, measured: '3' }],
    );
  });

  test('tells regions that changed by more than the limit, up, down, in count or amount, new or gone', () => {
    const set = [
      payment(1),
      payment(2),
      payment(3, { region: 'MA-02' }),
      payment(4, { region: 'MA-03', amountMinor: 70_000n }),
      payment(5, { region: 'MA-04' }),
    ];
    const lastByRegion = new Map([
      ['MA-06', { count: 2, totalMinor: 84_000n }],
      ['MA-02', { count: 2, totalMinor: 100_000n }],
      ['MA-03', { count: 1, totalMinor: 50_000n }],
      ['MA-05', { count: 1, totalMinor: 1n }],
    ]);
    expect(
      checked(set, [rule('region-change', { limit: 20 })], { ...PLENTY, lastByRegion }).map(
        ({ region, measured, count }) => [region, measured, count],
      ),
    ).toEqual([
      ['MA-02', '50', 1],
      ['MA-03', '40', 1],
      ['MA-04', '1000000', 1],
      ['MA-05', '100', 0],
    ]);
  });

  test('is held against budget and forecast to the centime', () => {
    const set = [payment(1), payment(2, { amountMinor: 60_000n })];
    expect(checked(set, ALL.slice(-2), { freeMinor: 110_000n })).toEqual([]);
    expect(checked(set, ALL.slice(-2), { freeMinor: 109_999n })).toMatchObject([
      { check: 'over-budget', count: 2, measured: '110000', limit: '109999' },
    ]);
    expect(checked(set, ALL.slice(-2), {})).toMatchObject([{ check: 'over-budget', limit: '0' }]);
    expect(checked([...set, payment(3, { amountMinor: 1n })], ALL.slice(-2))).toMatchObject([
      { check: 'over-forecast', measured: '110001', limit: '110000' },
    ]);
  });

  test('has a hundred findings of a check told one by one, and the rest as one that counts too', () => {
    const set = Array.from({ length: 250 }, (_, i) => payment(i, { payable: false }));
    const findings = checked(set, [rule('not-payable')]);
    expect(findings).toHaveLength(101);
    expect(findings.reduce((sum, { count }) => sum + count, 0)).toBe(250);
    expect(findings.at(-1)).toMatchObject({
      count: 150,
      amountMinor: '7500000',
      payments: [],
      level: 'block',
    });
  });

  test('gives the same finding the same id, and another where what was found is another', () => {
    const idsOf = (more: Partial<CheckedPayment>): string[] =>
      checked([payment(1, { payable: false, ...more })], [rule('not-payable')]).map(
        ({ findingId }) => findingId,
      );
    expect(idsOf({})).toEqual(idsOf({}));
    expect(idsOf({})).not.toEqual(idsOf({ amountMinor: 60_000n }));
    const ids = checked(
      [payment(1, { payable: false }), payment(2, { payable: false })],
      [rule('not-payable')],
    ).map(({ findingId }) => findingId);
    expect(new Set(ids).size).toBe(2);
  });

  test('has its shared accounts found whatever payees are on them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(8), { maxLength: 3_000 }),
        fc.integer({ min: 1, max: 400 }),
        (accounts, limit) => {
          const findings = checked(
            accounts.map((on, i) => payment(i, { accountHash: account(on) })),
            [rule('shared-account', { limit })],
          );
          const expected = new Map<number, number>();
          for (const on of accounts) expected.set(on, (expected.get(on) ?? 0) + 1);
          expect(findings.map(({ count }) => count).sort()).toEqual(
            [...expected.values()].filter((count) => count > limit).sort(),
          );
          for (const { payments, count } of findings)
            expect(payments).toHaveLength(Math.min(20, count));
        },
      ),
      { numRuns: 30 },
    );
  });
});
