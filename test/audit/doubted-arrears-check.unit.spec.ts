import { expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { DoubtedArrearsCheck } from '../../src/audit/doubted-arrears-check.js';
import { DoubtedPayments } from '../../src/audit/doubted-payments.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { eventOf, Findings } from './direct.js';

const personId = '00000000-0000-4000-8000-000000000001';
const household = { programmeId: 'asd', personId };
const paymentOf = (period: string): string => `asd-${period}-${personId}`;
const OVER_A_BREAK = ['I2 arrears are ordered of what may have been paid: a break of it is open'];

/** What is said of an order of arrears as of position 40, of payments that are in doubt. */
function saidOf(doubted: readonly string[], before: readonly [EventType, object][] = []) {
  const { said, found } = new Findings();
  const check = new DoubtedArrearsCheck();
  const isInDoubt = (paymentId: string, asOf: number): boolean =>
    asOf === 40 && doubted.includes(paymentId);
  const periods = [{ period: '2025-10' }, { period: '2025-11' }];
  const carried = { ...household, correctionIds: ['asd-0001'] };
  for (const [type, data] of [
    ['AdjustmentProposed', { ...household, correctionId: 'asd-0001', periods }],
    ['AdjustmentProposed', { ...household, correctionId: 'asd-0002', periods: [] }],
    ...before,
    ['ArrearsOrdered', { ...carried, paymentId: paymentOf('2026-01') }],
  ] as const)
    check.add(eventOf(type, data), { payment: () => 40 }, isInDoubt, found);
  return said;
}

test('arrears are not ordered over an open break of a month that they are of', () => {
  expect(saidOf([])).toEqual([]);
  expect(saidOf([paymentOf('2025-10')])).toEqual(OVER_A_BREAK);
  expect(saidOf([paymentOf('2025-11')])).toEqual(OVER_A_BREAK);
  expect(saidOf([paymentOf('2025-09'), paymentOf('2026-01')])).toEqual([]);
});

test('nor over one of a payment that carried them and gave them back', () => {
  const carrier = paymentOf('2025-12');
  const back = (correctionId: string): [EventType, object] => [
    'ArrearsReleased',
    { ...household, correctionIds: [correctionId], paymentId: carrier },
  ];
  expect(saidOf([carrier])).toEqual([]);
  expect(saidOf([carrier], [back('asd-0001')])).toEqual(OVER_A_BREAK);
  expect(saidOf([carrier], [back('asd-0002')])).toEqual([]);
});

test('a payment is in doubt from a break of it until that is resolved', () => {
  const doubted = new DoubtedPayments();
  const paymentId = paymentOf('2025-10');
  const at = (type: EventType, position: number, breakId: string) =>
    eventOf(type, { paymentId, breakId }, { position });
  doubted.opened(at('PaymentBreakRecorded', 5, 'b') as Recorded<'PaymentBreakRecorded'>);
  doubted.opened(at('PaymentBreakRecorded', 6, 'b') as Recorded<'PaymentBreakRecorded'>);
  doubted.opened(at('PaymentBreakRecorded', 7, 'c') as Recorded<'PaymentBreakRecorded'>);
  doubted.resolved(at('PaymentBreakResolved', 9, 'b') as Recorded<'PaymentBreakResolved'>);
  doubted.resolved(at('PaymentBreakResolved', 12, 'c') as Recorded<'PaymentBreakResolved'>);
  const isAt = (position: number): boolean => doubted.at(paymentId, position);
  expect([4, 5, 8, 9, 11, 12, 99].map(isAt)).toEqual([false, true, true, true, true, false, false]);
  expect(doubted.at(paymentOf('2025-11'), 6)).toBe(false);
});
