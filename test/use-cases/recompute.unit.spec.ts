import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DomainError } from '../../src/kernel/errors.js';
import {
  differenceOf,
  standingOf,
  type Household,
  type OrderedPayment,
  type Standing,
} from '../../src/use-cases/households/recompute.rule.js';
import { livesOf } from '../../src/enrolment/lives.rule.js';
import { entitlementFor } from '../../src/eligibility/determine.js';
import { adjustmentDecider } from '../../src/correction/adjustment.decider.js';
import type { Proposal } from '../../src/correction/adjustment.state.js';
import { recoveryDecider } from '../../src/recovery/recovery.decider.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { compiledOf, factsOf, PERIODS } from '../simulation/model-programme.js';
import { ended, HASH, of, revised, started, suspended } from './enrolment-events.fixtures.js';

const ruling = (late: boolean) => (period: string) => {
  const version = period >= '2026-03' || late ? 2 : 1;
  return { version, compiled: compiledOf(version) };
};
const payment = (period: string, facts: number): Standing => ({
  period,
  policyVersion: 1,
  contentHash: HASH,
  items: entitlementFor(compiledOf(1), 1, factsOf(facts), period).items,
  isSent: true,
  isDoubted: false,
});
const settle = (
  { differenceMinor, periods }: Pick<Proposal, 'differenceMinor' | 'periods'>,
  n: number,
): Proposal => ({ correctionId: `sim-000${n}`, ...of, region: 'MA-06', differenceMinor, periods });
const rates = () => 1;

describe('what a household is due less what stands as paid', () => {
  test('of two enrolments, each month belongs to the one that it falls into', () => {
    const lives = livesOf([started('2026-01', 3), ended('2026-02'), started('2026-04', 2)]);
    const household: Household = {
      lives,
      payments: [payment('2026-01', 3), payment('2026-02', 3)],
      established: [],
    };
    expect(
      differenceOf(household, ['2026-01', '2026-02', '2026-03'], ruling(false), rates),
    ).toBeUndefined();
    expect(differenceOf(household, [...PERIODS], ruling(false), rates)!.periods).toMatchObject([
      { period: '2026-04', causes: ['not-paid'], paidMinor: '0' },
    ]);
  });

  test('what may have been paid counts up to what is due, by nothing that was kept back of it', () => {
    const lives = livesOf([started('2026-01', 3)]);
    const found = (payments: readonly Standing[]) =>
      differenceOf({ lives, payments, established: [] }, ['2026-01'], ruling(false), rates)
        ?.differenceMinor;
    const doubted = { ...payment('2026-01', 3), isDoubted: true };
    const [first] = doubted.items;
    const due = BigInt(found([])!);
    const more = (amountMinor: string, code = first!.code) => ({
      ...doubted,
      items: [...doubted.items, { code, period: '2026-01', amountMinor }],
    });
    expect(found([doubted])).toBeUndefined();
    expect(found([more('100')])).toBeUndefined();
    expect(found([more('-100')])).toBe('100');
    expect(found([more('-100', 'recovery')])).toBeUndefined();
    expect(found([more(String(-due - 1n))])).toBe(String(due));
    expect(found([{ ...doubted, items: [] }])).toBe(String(due));
    expect(found([payment('2026-01', 3), doubted])).toBeUndefined();
  });

  test('names each month whose policy cannot be applied to its facts, and leaves it as it was paid', () => {
    const household: Household = {
      lives: livesOf([started('2026-01', 3)]),
      payments: [payment('2026-02', 2)],
      established: [],
    };
    const fails = (period: string) => {
      if (period === '2026-02')
        throw new DomainError('POLICY_EVALUATION_FAILED', 'Benefit child: integer overflow.');
      return ruling(false)(period);
    };
    const named: string[] = [];
    const difference = differenceOf(
      household,
      ['2026-01', '2026-02'],
      fails,
      rates,
      (period, why) => named.push(`${period} ${why}`),
    );
    expect(named).toEqual(['2026-02 Benefit child: integer overflow.']);
    expect(difference!.periods.map(({ period }) => period)).toEqual(['2026-01']);
  });

  test('what its account took back and the bank paid late all the same counts as paid', () => {
    const ordered: OrderedPayment = {
      ...of,
      paymentId: `sim-2026-02-${of.personId}`,
      period: '2026-02',
      region: 'MA-06',
      round: 1,
      amountMinor: '1',
      currency: 'MAD',
      policyVersion: 1,
      contentHash: HASH,
      isSent: true,
      isDoubted: false,
      items: [
        ...payment('2026-02', 0).items,
        { code: 'arrears', period: '2026-01', amountMinor: '7000' },
        { code: 'recovery', period: '2026-02', amountMinor: '-3000' },
      ],
    };
    const codes = (standing: Standing): string[] => standing.items.map(({ code }) => code);
    const carrying = {
      ...adjustmentDecider.initialState,
      arrears: [
        {
          proposal: settle({ differenceMinor: '7000', periods: [] }, 1),
          offsetMinor: 0n,
          orderedBy: { paymentId: ordered.paymentId, round: 1 },
        },
      ],
    };
    const deducting = {
      ...recoveryDecider.initialState,
      deductions: { [ordered.paymentId]: { round: 1, amountMinor: 3_000n } },
    };
    expect(codes(standingOf(ordered, carrying, deducting))).toEqual(['floor']);
    const late = standingOf(ordered, adjustmentDecider.initialState, recoveryDecider.initialState);
    expect(codes(late)).toEqual(['floor', 'arrears', 'recovery']);
    const household: Household = {
      lives: livesOf([started('2026-01', 0)]),
      payments: [payment('2026-01', 0), late],
      established: [],
    };
    expect(differenceOf(household, ['2026-01', '2026-02'], ruling(false), rates)).toMatchObject({
      differenceMinor: '-4000',
      periods: [
        { period: '2026-01', items: [{ code: 'arrears', paidMinor: '7000', dueMinor: '0' }] },
        { period: '2026-02', items: [{ code: 'recovery', paidMinor: '-3000', dueMinor: '0' }] },
      ],
    });
  });

  test('what was never instructed, of months that are not paid any more, was not paid', () => {
    const differing = (isSent: boolean, ...since: readonly Recorded[]) =>
      differenceOf(
        {
          lives: livesOf([started('2026-01', 0), ...since]),
          payments: [{ ...payment('2026-01', 0), isSent }],
          established: [],
        },
        ['2026-01'],
        ruling(false),
        rates,
      );
    for (const over of [suspended('2026-01'), ended('2025-12')]) {
      expect(differing(false, over)).toBeUndefined();
      expect(differing(true, over)).toMatchObject({ periods: [{ dueMinor: '0' }] });
    }
    expect(differing(false)).toBeUndefined();
  });

  const month = fc.constantFrom(...PERIODS);
  const facts = fc.nat({ max: 5 });
  const change = fc.oneof(
    fc.tuple(month, facts).map(([from, n]) => revised(from, n)),
    month.map(suspended),
  );
  test('adds up, item by item; settled, nothing is left; and in whatever order facts come, the sum is the same', () => {
    fc.assert(
      fc.property(
        facts,
        fc.array(fc.tuple(month, facts), { maxLength: 4 }),
        fc.array(change, { maxLength: 3 }),
        fc.boolean(),
        (first, paid, changes, late) => {
          const payments = [...new Map(paid)].map(([period, n]) => payment(period, n));
          let established: readonly Proposal[] = [];
          let settled = 0n;
          const events = [started('2026-01', first)];
          // A correction after every fact that comes.
          for (const [n, next] of [undefined, ...changes].entries()) {
            if (next) events.push(next);
            const household: Household = { lives: livesOf(events), payments, established };
            const difference = differenceOf(household, [...PERIODS], ruling(late), rates);
            if (!difference) continue;
            for (const { paidMinor, dueMinor, items } of difference.periods)
              expect(
                items.reduce(
                  (sum, item) => sum + BigInt(item.dueMinor) - BigInt(item.paidMinor),
                  0n,
                ),
              ).toBe(BigInt(dueMinor) - BigInt(paidMinor));
            expect(
              difference.periods.reduce(
                (sum, { paidMinor, dueMinor }) => sum + BigInt(dueMinor) - BigInt(paidMinor),
                0n,
              ),
            ).toBe(BigInt(difference.differenceMinor));
            established = [...established, settle(difference, n + 1)];
            settled += BigInt(difference.differenceMinor);
            expect(
              differenceOf({ ...household, established }, [...PERIODS], ruling(late), rates),
            ).toBeUndefined();
          }
          const once = differenceOf(
            { lives: livesOf(events), payments, established: [] },
            [...PERIODS],
            ruling(late),
            rates,
          );
          expect(settled).toBe(BigInt(once?.differenceMinor ?? '0'));
        },
      ),
      { numRuns: 500 },
    );
  });
});
