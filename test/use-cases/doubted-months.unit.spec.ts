import { expect, test } from '@jest/globals';
import { doubtedMonths, earlierMonths } from '../../src/use-cases/cycles/doubted-months.rule.js';
import { eventOf } from '../audit/direct.js';

const PERIOD = '2025-11';
const item = (code: string, period: string) => ({ code, period, amountMinor: '500' });
const ITEMS = [item('floor', '2025-10'), item('floor', PERIOD), item('recovery', '2025-09')];

const paymentId = 'asd-2025-10-p';
const attempt = { paymentId, attempt: 1, endToEndId: 'E1' };
const ordered = (...items: ReturnType<typeof item>[]) =>
  eventOf('PaymentOrdered', { paymentId, items });
const INSTRUCTED = eventOf('PaymentInstructed', attempt);
const REJECTED = eventOf('PaymentRejected', { ...attempt, reason: 'AC04' });
const SETTLED = eventOf('PaymentSettled', attempt);
const OCTOBER = ordered(item('floor', '2025-10'));
const FAILED = [OCTOBER, INSTRUCTED, REJECTED];

const waits = (
  events: Parameters<typeof doubtedMonths>[2][number],
  { items = ITEMS, named = false } = {},
) =>
  doubtedMonths(items, PERIOD, [events], {
    naming: () => (named ? 'entry' : undefined),
    dismissersOf: () => [],
  })?.waits ?? false;

test('only months before its own may have been paid by an earlier cycle', () => {
  expect(earlierMonths(ITEMS, PERIOD)).toEqual(['2025-10']);
});

test('what failed, or was cancelled, paid nothing; what an entry names may have been paid', () => {
  expect(waits(FAILED)).toBe(false);
  expect(waits([OCTOBER, eventOf('PaymentCancelled', { paymentId, reason: 'x' })])).toBe(false);
  expect(waits([])).toBe(false);
  expect(waits(FAILED, { named: true })).toBe(true);
  expect(waits([OCTOBER, INSTRUCTED, SETTLED])).toBe(true);
});

test('a payment of other months, or that gave one back, is none of them', () => {
  const other = [ordered(item('floor', '2025-08')), INSTRUCTED, SETTLED];
  const back = [ordered(item('recovery', '2025-10')), INSTRUCTED, SETTLED];
  expect([waits(other), waits(back)]).toEqual([false, false]);
});

test('arrears, which wait for it until a correction has looked, are looked at by themselves', () => {
  const items = [item('arrears', '2025-10'), item('floor', PERIOD)];
  expect(earlierMonths(items, PERIOD)).toEqual([]);
  expect(waits([OCTOBER, INSTRUCTED, SETTLED], { items })).toBe(false);
});
