import { describe, expect, test } from '@jest/globals';
import { entitlementFor } from '../../src/eligibility/determine.js';
import { ARREARS_ITEM, RECOVERY_ITEM } from '../../src/eligibility/rules.js';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import type { EnrolmentState } from '../../src/enrolment/enrolment.state.js';
import { fold, type Recorded } from '../../src/kernel/decider.js';
import { recoveryDecider } from '../../src/recovery/recovery.decider.js';
import {
  dueIn,
  lessRecovery,
  withinEntitlement,
  type Due,
} from '../../src/use-cases/cycles/payable.rule.js';
import { compiledOf, factsOf } from '../simulation/model-programme.js';
import { owed, planned } from '../deciders/recovery.fixtures.js';
import { ended, HASH, revised, started, suspended } from './enrolment-events.fixtures.js';

const policies = {
  policyOf: (period: string) => {
    const version = period >= '2026-03' ? 2 : 1;
    return { version, compiled: compiledOf(version) };
  },
};
const enrolled = (...events: readonly Recorded[]): EnrolmentState => fold(enrolmentDecider, events);
const given = (period: string, facts: number) => {
  const { version, compiled } = policies.policyOf(period);
  return entitlementFor(compiled, version, factsOf(facts), period);
};
const sum = (...amounts: readonly string[]): string =>
  String(amounts.reduce((total, amount) => total + BigInt(amount), 0n));

describe('what a cycle owes an enrolment', () => {
  test('is the entitlement of its period where an earlier cycle saw the enrolment', () => {
    const { amountMinor, items } = given('2026-02', 3);
    expect(dueIn(enrolled(started('2026-01', 3)), '2026-02', '2026-02', policies)).toEqual({
      amountMinor,
      items,
      policyVersion: 1,
      contentHash: HASH,
    });
  });

  test('is that of each month from its start where none did, each under its own policy', () => {
    const months = ['2026-01', '2026-02', '2026-03'].map((period) => given(period, 3));
    const due = dueIn(enrolled(started('2026-01', 3)), '2026-01', '2026-03', policies)!;
    expect(due.items).toEqual(months.flatMap(({ items }) => items));
    expect(due.amountMinor).toBe(sum(...months.map(({ amountMinor }) => amountMinor)));
    expect(due.policyVersion).toBe(2);
  });

  test('leaves out months in which it was not payable, and is nothing where the period is one', () => {
    const left = enrolled(started('2026-01', 3), ended('2026-02'));
    expect(dueIn(left, '2026-03', '2026-03', policies)).toBeUndefined();
    expect(
      dueIn(enrolled(started('2026-01', 3), suspended('2026-02')), '2026-01', '2026-02', policies),
    ).toBeUndefined();
    expect(dueIn(enrolled(), '2026-01', '2026-03', policies)).toBeUndefined();
  });

  test('is what was left of an enrolment that is over, and its arrears', () => {
    const left = enrolled(started('2026-01', 3), ended('2026-01'));
    expect(dueIn(left, '2026-01', '2026-03', policies)!.items).toEqual(given('2026-01', 3).items);
    const items = [{ code: ARREARS_ITEM, period: '2025-12', amountMinor: '700' }];
    const arrears = { amountMinor: '700', correctionIds: ['sim-0001'], items };
    expect(dueIn(left, '2026-03', '2026-03', policies, { arrears })).toMatchObject({
      amountMinor: '700',
      items,
    });
    const held = enrolled(started('2026-01', 3), suspended('2026-02'));
    expect(dueIn(held, '2026-02', '2026-02', policies, { arrears })).toBeUndefined();
  });

  test('leaves out what the same identity was paid already, and keeps what it was not', () => {
    const paid = new Set(['2026-02']);
    expect(
      dueIn(enrolled(started('2026-01', 3)), '2026-01', '2026-03', policies, { paid })!.items,
    ).toEqual(['2026-01', '2026-03'].flatMap((period) => given(period, 3).items));
  });

  test('knows the months of an earlier enrolment, also once a later one began', () => {
    const lives = [started('2026-01', 3), ended('2026-01'), started('2026-03', 1)];
    expect(dueIn(enrolled(...lives), '2026-01', '2026-03', policies)!.items).toEqual([
      ...given('2026-01', 3).items,
      ...given('2026-03', 1).items,
    ]);
  });

  test('takes the facts that held in each month', () => {
    const due = dueIn(
      enrolled(started('2026-01', 3), revised('2026-02', 1)),
      '2026-01',
      '2026-02',
      policies,
    )!;
    expect(due.items).toEqual([...given('2026-01', 3).items, ...given('2026-02', 1).items]);
    expect(due.contentHash).toBe('1'.repeat(64));
  });

  test('carries approved arrears', () => {
    const arrears = {
      amountMinor: '700',
      correctionIds: ['sim-0001'],
      items: [{ code: ARREARS_ITEM, period: '2025-12', amountMinor: '700' }],
    };
    const state = enrolled(started('2026-01', 3));
    const due = dueIn(state, '2026-01', '2026-01', policies, { arrears })!;
    expect(due.amountMinor).toBe(sum(given('2026-01', 3).amountMinor, '700'));
    expect(due.items.at(-1)).toEqual(arrears.items[0]);
    expect(withinEntitlement(state, due.items, policies)).toBe(true);
  });
});

describe('what a recovery keeps back', () => {
  const due: Due = { amountMinor: '100000', policyVersion: 1, contentHash: HASH, items: [] };
  test('is the share that was agreed, as an item of the payment, and the gross amount is kept', () => {
    const recovery = fold(recoveryDecider, [owed, planned]);
    expect(lessRecovery(due, recovery, 'p', '2026-01')).toEqual({
      due: {
        ...due,
        amountMinor: '80000',
        items: [{ code: RECOVERY_ITEM, period: '2026-01', amountMinor: '-20000' }],
      },
      deduction: { grossMinor: '100000', amountMinor: '20000' },
    });
  });

  test('is nothing without a plan, and nothing that the floor does not leave', () => {
    expect(lessRecovery(due, fold(recoveryDecider, [owed]), 'p', '2026-01')).toEqual({ due });
    const small = { ...due, amountMinor: '40000' };
    const recovery = fold(recoveryDecider, [owed, planned]);
    expect(lessRecovery(small, recovery, 'p', '2026-01')).toEqual({ due: small });
  });
});

describe('a payment is within what its household is entitled to', () => {
  const state = enrolled(started('2026-01', 3));
  const { items } = given('2026-02', 3);
  test('to the centime, period by period', () => {
    expect(withinEntitlement(state, items, policies)).toBe(true);
    const [first, ...rest] = items;
    const more = { ...first!, amountMinor: sum(first!.amountMinor, '1') };
    expect(withinEntitlement(state, [more, ...rest], policies)).toBe(false);
    const otherMonth = { ...first!, period: '2026-03', amountMinor: '99999999' };
    expect(withinEntitlement(state, [...items, otherMonth], policies)).toBe(false);
  });

  test('and nobody who never was enrolled is', () => {
    expect(withinEntitlement(enrolled(), items, policies)).toBe(false);
  });
});
