import { expect, test } from '@jest/globals';
import { CycleOrderCheck } from '../../src/audit/cycle-order-check.js';
import type { EventType } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';

const cycleId = 'sim-2026-01';
const RELEASED = [
  'CycleOpened',
  'CyclePreparationStarted',
  'CyclePrepared',
  'CycleChecked',
  'BudgetReserved',
  'CycleApproved',
  'CycleReleased',
] as const;
const CLOSED = [
  ...RELEASED,
  'CycleInstructed',
  'CycleReconciled',
  'CycleClosed',
  'BudgetReservationReleased',
] as const;

function found(types: readonly EventType[], fiscalYear = 2026): readonly string[] {
  const check = new CycleOrderCheck();
  const details: string[] = [];
  let round = 0;
  for (const type of types) {
    if (type === 'CyclePreparationStarted') round += 1;
    const data = { cycleId, fiscalYear, round, asOf: 1 };
    const event: object = { type, position: 2, data };
    check.add(event as Recorded, (_, detail) => details.push(detail));
  }
  return details;
}

test('lets a cycle go from its opening to its end, also sent back or given up', () => {
  expect(found(CLOSED)).toEqual([]);
  const again = ['CycleReturned', 'BudgetReservationReleased', ...CLOSED.slice(1)] as const;
  expect(found([...CLOSED.slice(0, 6), ...again])).toEqual([]);
  expect(found(['CycleOpened', 'CycleAbandoned', ...CLOSED])).toEqual([]);
});

test.each([
  ['CycleOpened', 'CyclePreparationStarted when the cycle is none'],
  ['CyclePreparationStarted', 'CyclePrepared when the cycle is open'],
  ['CyclePrepared', 'CycleChecked when the cycle is preparing'],
  ['CycleApproved', 'CycleReleased when the cycle is prepared'],
  ['CycleReleased', 'CycleInstructed when the cycle is approved'],
  ['CycleInstructed', 'CycleClosed when the cycle is released'],
  ['CycleClosed', 'given back while the cycle is instructed'],
] as const)('finds that %s is missing', (missing, detail) => {
  expect(found(CLOSED.filter((type) => type !== missing))[0]).toBe(detail);
});

test('finds that a cycle was prepared again though nobody sent it back', () => {
  expect(found([...CLOSED.slice(0, 6), ...CLOSED.slice(1, 3)])).toContain(
    'CyclePreparationStarted when the cycle is approved',
  );
});

test('finds an approval and a reservation of another year than the month is of', () => {
  expect(found(RELEASED, 2027)).toEqual([
    'BudgetReserved of the year 2027; the month is of 2026',
    'CycleApproved of the year 2027; the month is of 2026',
  ]);
});
