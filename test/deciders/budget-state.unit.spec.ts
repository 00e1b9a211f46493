import { expect, test } from '@jest/globals';
import { budgetDecider } from '../../src/budget/budget.decider.js';
import { freeMinor, sameAllotment } from '../../src/budget/budget.state.js';
import { fold } from '../../src/kernel/decider.js';
import { eventOf } from '../audit/direct.js';

const cycleId = 'asd-2026-01';
const allotment = { reference: 'LF 2026', amountMinor: '100000', currency: 'MAD' };
const allotted = eventOf('BudgetAllotted', { ...allotment, programmeId: 'asd', fiscalYear: 2026 });
const moved = (
  type: 'BudgetReserved' | 'BudgetSpent' | 'BudgetRefunded',
  amountMinor: string,
  throughPosition?: number,
) => eventOf(type, { cycleId, amountMinor, throughPosition });

test('what comes back to a budget is reserved for its cycle again, and no longer spent', () => {
  const back = fold(budgetDecider, [
    allotted,
    moved('BudgetReserved', '60000'),
    moved('BudgetSpent', '50000', 4),
    moved('BudgetRefunded', '20000', 5),
  ]);
  expect(back).toMatchObject({ status: 'allotted', reservedMinor: 30_000n, spentMinor: 30_000n });
  expect(back.cycles[cycleId]).toEqual({
    reservedMinor: 30_000n,
    spentMinor: 30_000n,
    spentThrough: 4,
    refundedThrough: 5,
  });
  expect(freeMinor(back)).toBe(40_000n);
});

test('an allotment is the same by its reference, its amount and its currency', () => {
  const adjusted = eventOf('BudgetAdjusted', allotment);
  expect(sameAllotment([adjusted, allotted], allotment)).toBe(allotted);
  expect(sameAllotment([adjusted], allotment)).toBeUndefined();
  for (const other of [{ reference: 'B' }, { amountMinor: '1' }, { currency: 'EUR' }])
    expect(sameAllotment([allotted], { ...allotment, ...other })).toBeUndefined();
});
