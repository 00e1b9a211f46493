import { expect, test } from '@jest/globals';
import { cycleIn, ordered, ordersOf, type PaidMonths } from '../../src/audit/paid-months.js';

const order = (paid: PaidMonths, month: string, cycle: string, minor: bigint, position: number) =>
  ordered(paid, month, { cycle, minor, position });

test('a month that was not ordered has no cycle and no orders', () => {
  expect(cycleIn('', '2026-01')).toBeUndefined();
  expect(ordersOf('', '2026-01')).toEqual([]);
  const other = order('', '2026-02', '2026-03', 5n, 7);
  expect([cycleIn(other, '2026-03'), ordersOf(other, '2026-03')]).toEqual([undefined, []]);
});

test('a month has the cycle that ordered it last, and what each ordered', () => {
  const first = order('', '2026-01', '2026-01', 500n, 7);
  expect(cycleIn(first, '2026-01')).toBe('2026-01');
  const both = order(first, '2026-01', '2026-03', 700n, 90);
  expect(cycleIn(both, '2026-01')).toBe('2026-03');
  expect(ordersOf(both, '2026-01')).toEqual([
    { cycle: '2026-03', minor: 700n, position: 90 },
    { cycle: '2026-01', minor: 500n, position: 7 },
  ]);
});

test('a cycle that orders a month again orders it in the place of before', () => {
  const begun = order('', '2026-01', '2026-01', 500n, 7);
  const middle = order(begun, '2026-02', '2026-02', 600n, 17);
  const last = order(middle, '2026-03', '2026-03', 1n, 27);
  for (const [month, other] of [
    ['2026-01', '2026-03'],
    ['2026-02', '2026-01'],
    ['2026-03', '2026-02'],
  ] as const) {
    const again = order(last, month, month, 9_000n, 100);
    expect(ordersOf(again, month)).toEqual([{ cycle: month, minor: 9_000n, position: 100 }]);
    expect(ordersOf(again, other)).toEqual(ordersOf(last, other));
    expect(cycleIn(again, other)).toBe(other);
  }
});
