import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { DoubtedPayments } from '../../src/audit/doubted-payments.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { eventOf } from './direct.js';

const paymentId = 'asd-2025-10-00000000-0000-4000-8000-000000000001';
const at = (type: EventType, position: number, breakId: string) =>
  eventOf(type, { paymentId, breakId }, { position });

/** Open from 5 to 9, and from 7 to 12. */
function withBreaks(): DoubtedPayments {
  const doubted = new DoubtedPayments();
  doubted.opened(at('PaymentBreakRecorded', 5, 'b') as Recorded<'PaymentBreakRecorded'>);
  doubted.opened(at('PaymentBreakRecorded', 6, 'b') as Recorded<'PaymentBreakRecorded'>);
  doubted.opened(at('PaymentBreakRecorded', 7, 'c') as Recorded<'PaymentBreakRecorded'>);
  doubted.resolved(at('PaymentBreakResolved', 9, 'b') as Recorded<'PaymentBreakResolved'>);
  doubted.resolved(at('PaymentBreakResolved', 12, 'c') as Recorded<'PaymentBreakResolved'>);
  return doubted;
}

test('a payment has an open break from its record until that is resolved', () => {
  const doubted = withBreaks();
  const isAt = (position: number): boolean => doubted.at(paymentId, position);
  expect([4, 5, 8, 9, 11, 12, 99].map(isAt)).toEqual([false, true, true, true, true, false, false]);
  expect(doubted.at('other', 6)).toBe(false);
});

test('and is in doubt while it has one and has failed', () => {
  for (const failure of ['rejected', 'returned'] as const) {
    const doubted = withBreaks();
    const isAt = (position: number): boolean => doubted.isInDoubt(paymentId, position);
    doubted.moved(paymentId, 'outstanding', 3);
    expect(isAt(8)).toBe(false);
    doubted.moved(paymentId, failure, 6);
    doubted.moved(paymentId, 'outstanding', 10);
    expect([4, 5, 6, 9, 10, 11].map(isAt)).toEqual([false, false, true, true, false, false]);
    expect(doubted.isInDoubt('other', 8)).toBe(false);
    doubted.moved(paymentId, failure, 13);
    expect(isAt(14)).toBe(false);
  }
});

test('one has arrived that had failed, and of which who looked last did not know it', () => {
  const doubted = new DoubtedPayments();
  const has = (since: number, lookedAt: number, asOf: number): boolean =>
    doubted.hasArrived(paymentId, { since, lookedAt, asOf });
  doubted.moved(paymentId, 'rejected', 10);
  expect(has(10, 5, 30)).toBe(false);
  doubted.moved(paymentId, 'settled', 20);
  expect(has(10, 5, 20)).toBe(true);
  expect(has(10, 5, 19)).toBe(false);
  expect(has(9, 5, 20)).toBe(false);
  expect(has(20, 5, 20)).toBe(false);
  expect(has(10, 19, 20)).toBe(true);
  expect(has(10, 20, 30)).toBe(false);
  doubted.moved(paymentId, 'returned', 25);
  expect(has(10, 5, 30)).toBe(false);
  expect(doubted.hasArrived('other', { since: 10, lookedAt: 5, asOf: 20 })).toBe(false);
});

describe('from where somebody looked to where they paid', () => {
  const between = (from: number, to: number) => ({ from, to });
  const failedAt = (at: number): DoubtedPayments => {
    const doubted = withBreaks();
    doubted.moved(paymentId, 'rejected', at);
    return doubted;
  };

  test('one is in doubt while one break of it was open all the time', () => {
    const doubted = failedAt(4);
    const is = (from: number, to: number) => doubted.isInDoubtAllThe(paymentId, between(from, to));
    expect([is(5, 8), is(7, 11), is(5, 5)]).toEqual([true, true, true]);
    expect([is(4, 8), is(5, 9), is(8, 12)]).toEqual([false, false, false]);
    expect(failedAt(6).isInDoubtAllThe(paymentId, between(5, 8))).toBe(false);
    doubted.moved(paymentId, 'outstanding', 8);
    expect(is(7, 8)).toBe(false);
    expect(doubted.isInDoubtAllThe('other', between(5, 8))).toBe(false);
  });
  test('one is lost while it had none', () => {
    const doubted = failedAt(3);
    const is = (from: number, to: number) => doubted.isLost(paymentId, between(from, to));
    expect([is(3, 4), is(12, 20), is(4, 12)]).toEqual([true, true, true]);
    expect([is(2, 4), is(4, 5), is(11, 12)]).toEqual([false, false, false]);
    expect(doubted.isLost('other', between(3, 4))).toBe(false);
  });
  test('and is with the bank, or paid, once it had failed', () => {
    const doubted = failedAt(3);
    doubted.moved(paymentId, 'outstanding', 13);
    doubted.moved(paymentId, 'settled', 14);
    doubted.moved(paymentId, 'returned', 15);
    const is = (from: number, to: number) => doubted.isPaid(paymentId, between(from, to));
    expect([is(13, 14), is(14, 14)]).toEqual([true, true]);
    expect([is(2, 14), is(12, 14), is(14, 15)]).toEqual([false, false, false]);
    expect(doubted.isPaid('other', between(13, 14))).toBe(false);
  });
});
