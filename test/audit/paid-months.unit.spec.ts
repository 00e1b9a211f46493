import { expect, test } from '@jest/globals';
import {
  cycleIn,
  ordered,
  orderedAnew,
  ordersOf,
  type PaidMonths,
} from '../../src/audit/paid-months.js';

const GIVEN = { kind: '>', round: 0 } as const;
const order = (paid: PaidMonths, month: string, cycle: string, minor: bigint, position: number) =>
  ordered(paid, month, { ...GIVEN, cycle, minor, position });
const anew = (paid: PaidMonths, cycle: string, position: number, earliest = 0) =>
  orderedAnew(paid, { cycle, position }, { earliest: () => earliest });

test('a month that was not ordered has no cycle and no orders', () => {
  expect(cycleIn('', '2026-01')).toBeUndefined();
  expect(ordersOf('', '2026-01', 99)).toEqual([]);
  const other = order('', '2026-02', '2026-03', 5n, 7);
  expect([cycleIn(other, '2026-03'), ordersOf(other, '2026-03', 99)]).toEqual([undefined, []]);
});

test('a month has the cycle that ordered it last, and what each ordered by a position', () => {
  const first = order('', '2026-01', '2026-01', 500n, 7);
  expect(cycleIn(first, '2026-01')).toBe('2026-01');
  const both = order(first, '2026-01', '2026-03', 700n, 90);
  expect(cycleIn(both, '2026-01')).toBe('2026-03');
  const january = { ...GIVEN, cycle: '2026-01', minor: 500n };
  expect(ordersOf(both, '2026-01', 90)).toEqual([
    { ...GIVEN, cycle: '2026-03', minor: 700n },
    january,
  ]);
  expect(ordersOf(both, '2026-01', 89)).toEqual([january]);
  expect(ordersOf(both, '2026-01', 7)).toEqual([january]);
  expect(ordersOf(both, '2026-01', 6)).toEqual([]);
});

test('a cycle that orders anew has what it orders then, and before that what it had ordered', () => {
  const begun = order('', '2026-01', '2026-01', 500n, 7);
  const middle = order(begun, '2026-02', '2026-03', 600n, 17);
  const both = order(middle, '2026-03', '2026-03', 1n, 17);
  const last = order(anew(both, '2026-03', 100), '2026-03', '2026-03', 9_000n, 100);
  expect([cycleIn(last, '2026-01'), cycleIn(last, '2026-02')]).toEqual(['2026-01', undefined]);
  expect(cycleIn(last, '2026-03')).toBe('2026-03');
  const march = (minor: bigint) => [{ ...GIVEN, cycle: '2026-03', minor }];
  expect([ordersOf(last, '2026-02', 100), ordersOf(last, '2026-02', 99)]).toEqual([
    [],
    march(600n),
  ]);
  expect(ordersOf(last, '2026-03', 100)).toEqual(march(9_000n));
  expect(ordersOf(last, '2026-03', 99)).toEqual(march(1n));
  expect(ordersOf(last, '2026-01', 100)).toEqual([{ ...GIVEN, cycle: '2026-01', minor: 500n }]);
  const other = order(last, '2026-02', '2026-02', 600n, 200);
  expect(
    cycleIn(order(anew(other, '2026-03', 300), '2026-04', '2026-03', 1n, 300), '2026-02'),
  ).toBe('2026-02');
});

test('what was ordered before is forgotten once nothing is computed as of then', () => {
  const one = order('', '2026-01', '2026-01', 500n, 7);
  expect(anew(one, '2026-02', 100)).toBe(one);
  const twice = order(anew(one, '2026-01', 100), '2026-02', '2026-01', 1n, 100);
  const kept = anew(twice, '2026-01', 200_000, 99);
  expect(ordersOf(kept, '2026-01', 99)).toEqual([{ ...GIVEN, cycle: '2026-01', minor: 500n }]);
  const gone = anew(twice, '2026-01', 200_000, 100);
  expect(ordersOf(gone, '2026-01', 99)).toEqual([]);
  expect(ordersOf(gone, '2026-02', 100)).toEqual([{ ...GIVEN, cycle: '2026-01', minor: 1n }]);
});

test('arrears and what is given back are of a round, and no order of the month itself', () => {
  const arrears = { kind: 'A', cycle: '2026-03', minor: -40n, round: 2 } as const;
  const recovery = { kind: 'R', cycle: '2026-03', minor: -20n, round: 11 } as const;
  const first = ordered('', '2026-01', { ...arrears, position: 7 });
  const both = ordered(first, '2026-01', { ...recovery, position: 7 });
  expect(cycleIn(both, '2026-01')).toBeUndefined();
  expect(ordersOf(both, '2026-01', 7)).toEqual([recovery, arrears]);
  expect(ordersOf(both, '2026-01', 6)).toEqual([]);
  const again = order(anew(both, '2026-03', 100), '2026-01', '2026-03', 5n, 100);
  expect(ordersOf(again, '2026-01', 99)).toEqual([recovery, arrears]);
  expect(ordersOf(again, '2026-01', 100)).toEqual([{ ...GIVEN, cycle: '2026-03', minor: 5n }]);
});
