import { expect, test } from '@jest/globals';
import { budgetCommands, type Movement } from '../../src/use-cases/cycles/budget-movements.rule.js';

const moved = (position: number, amountMinor: bigint): Movement => ({
  position,
  cycleId: 'asd-2026-01',
  amountMinor,
});

test('what moved one way is summed; what came back in between is given back first', () => {
  const movements = [moved(3, 100n), moved(5, 50n), moved(8, -50n), moved(9, 70n)];
  expect(budgetCommands('asd-2026-01', movements)).toEqual([
    {
      type: 'SpendBudget',
      cycleId: 'asd-2026-01',
      amountMinor: '150',
      count: 2,
      throughPosition: 5,
    },
    {
      type: 'RefundBudget',
      cycleId: 'asd-2026-01',
      amountMinor: '50',
      count: 1,
      throughPosition: 8,
    },
    {
      type: 'SpendBudget',
      cycleId: 'asd-2026-01',
      amountMinor: '70',
      count: 1,
      throughPosition: 9,
    },
  ]);
  expect(budgetCommands('asd-2026-01', [])).toEqual([]);
});
