import { expect, test } from '@jest/globals';
import { initialState, type CycleState } from '../../src/cycle/cycle.state.js';
import { partsOfCycle } from '../../src/kernel/ids.js';
import { ComparedCycles } from '../../src/use-cases/cycles/compared-cycles.rule.js';

const cycle = (cycleId: string, more: Partial<CycleState> = {}): CycleState => ({
  ...initialState,
  ...partsOfCycle(cycleId),
  cycleId,
  round: 1,
  status: 'prepared',
  ...more,
});
const comparedWith = (...others: readonly CycleState[]) => {
  const compared = new ComparedCycles(cycle('asd-2026-03'));
  for (const other of others) compared.add(other);
  const { elsewhere, last } = compared;
  return { elsewhere: elsewhere.map(({ cycleId }) => cycleId), last: last?.cycleId };
};

test('a cycle is compared with its own last one and with what others pay in its month', () => {
  expect(
    comparedWith(
      cycle('aid-2026-02'),
      cycle('aid-2026-03'),
      cycle('asd-2026-01'),
      cycle('asd-2026-02'),
      cycle('asd-2026-03'),
      cycle('asd-2026-04'),
      cycle('heat-2026-03', { status: 'closed' }),
    ),
  ).toEqual({ elsewhere: ['aid-2026-03', 'heat-2026-03'], last: 'asd-2026-02' });
});

test.each<[string, Partial<CycleState>]>([
  ['was opened only', { status: 'open', round: 0 }],
  ['was returned', { status: 'returned' }],
  ['was abandoned', { status: 'abandoned' }],
])('and with none that %s', (_, more) => {
  expect(
    comparedWith(cycle('aid-2026-03', more), cycle('asd-2026-01'), cycle('asd-2026-02', more)),
  ).toEqual({ elsewhere: [], last: 'asd-2026-01' });
});

test('one that is being prepared orders already', () => {
  expect(comparedWith(cycle('aid-2026-03', { status: 'preparing' })).elsewhere).toEqual([
    'aid-2026-03',
  ]);
});
