import { expect, test } from '@jest/globals';
import { foldAdjustment } from '../../src/use-cases/folds.js';
import { monthsOnAccount, monthsPaidBy } from '../../src/use-cases/households/months-paid.rule.js';
import { eventOf } from '../audit/direct.js';

const paymentId = 'asd-2026-01-p';
const ORDERED = eventOf('PaymentOrdered', {
  paymentId,
  items: [
    { code: 'floor', period: '2025-12', amountMinor: '700' },
    { code: 'arrears', period: '2026-01', amountMinor: '500' },
    { code: 'recovery', period: '2026-02', amountMinor: '-100' },
  ],
});
const attempt = { paymentId, attempt: 1, endToEndId: 'E1' };
const INSTRUCTED = eventOf('PaymentInstructed', attempt);
const REJECTED = eventOf('PaymentRejected', { ...attempt, reason: 'AC04' });
const MONTHS = ['2025-12', '2026-01'];

test('a payment pays the months of its items, but for what it gives back', () => {
  expect(monthsPaidBy([], false)).toEqual([]);
  expect(monthsPaidBy([ORDERED, INSTRUCTED], true)).toEqual(MONTHS);
  const cancelled = eventOf('PaymentCancelled', { paymentId, reason: 'x' });
  expect(monthsPaidBy([ORDERED, cancelled], false)).toEqual([]);
});

test('one that came back pays them until its cycle is closed', () => {
  const back = [ORDERED, INSTRUCTED, REJECTED];
  expect(monthsPaidBy(back, false)).toEqual(MONTHS);
  expect(monthsPaidBy(back, true)).toEqual([]);
});

test('on the account is what corrections put there, all together', () => {
  const correction = (dueMinor: string, paidMinor: string, period = '2026-01') => [
    eventOf('AdjustmentProposed', {
      differenceMinor: String(BigInt(dueMinor) - BigInt(paidMinor)),
      periods: [{ period, dueMinor, paidMinor, items: [] }],
    }),
    eventOf('AdjustmentEstablished', {}),
  ];
  const on = (...all: readonly ReturnType<typeof correction>[]) => [
    ...monthsOnAccount(foldAdjustment(all.flat())),
  ];
  expect(on()).toEqual([]);
  expect(on(correction('900', '500'), correction('0', '100', '2026-02'))).toEqual(['2026-01']);
  expect(on(correction('900', '500').slice(0, 1))).toEqual([]);
  expect(on(correction('900', '500'), correction('500', '900'))).toEqual([]);
});
