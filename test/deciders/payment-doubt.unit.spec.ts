import { expect, test } from '@jest/globals';
import {
  hasArrivedSince,
  isDoubted,
  isInDoubt,
  isLost,
} from '../../src/payment/payment-doubt.rule.js';
import type { EventType } from '../../events/generated.js';
import type { PaymentState } from '../../src/payment/payment.state.js';
import { eventOf } from '../audit/direct.js';

/** Events of a payment at the positions 10, 20 and so on. */
const history = (...events: readonly (readonly [EventType, object])[]) =>
  events.map(([type, data], index) => eventOf(type, data, { position: 10 * (index + 1) }));

const said = { attempt: 1, source: 'camt.053' };
const ordered = ['PaymentOrdered', { amountMinor: '500' }] as const;
const instructed = ['PaymentInstructed', { attempt: 1, executionDate: '2026-01-31' }] as const;
const settled = ['PaymentSettled', said] as const;
const rejected = ['PaymentRejected', { ...said, reason: 'AC04' }] as const;
const returned = ['PaymentReturned', { ...said, reason: 'AC04' }] as const;
const breakId = 'b';
const contradicted = ['PaymentBreakRecorded', { ...said, breakId, reported: 'settled' }] as const;
const counted = ['PaymentBreakResolved', { breakId, resolution: 'counted-as-settled' }] as const;
const yes = (): boolean => true;
const no = (): boolean => false;

test('a payment that failed is lost, or doubted as long as a break of it is open', () => {
  const openBreak: PaymentState['openBreaks'] = [{ breakId, attempt: 1, reported: 'settled' }];
  const failed = (['rejected', 'returned'] as const).map((status) => ({ status }));
  for (const payment of failed) {
    expect(isDoubted({ ...payment, openBreaks: openBreak })).toBe(true);
    expect(isLost({ ...payment, openBreaks: openBreak })).toBe(false);
    expect(isDoubted({ ...payment, openBreaks: [] })).toBe(false);
    expect(isLost({ ...payment, openBreaks: [] })).toBe(true);
  }
  expect(isDoubted({ status: 'settled', openBreaks: openBreak })).toBe(false);
  expect(isLost({ status: 'settled', openBreaks: [] })).toBe(false);
});

test('one that failed is in doubt while a break of it is open, or an entry names it', () => {
  const lost = history(ordered, instructed, rejected);
  expect(isInDoubt(lost, no)).toBe(false);
  expect(isInDoubt(lost, yes)).toBe(true);
  expect(isInDoubt(history(ordered, instructed, rejected, contradicted), no)).toBe(true);
  expect(isInDoubt(history(ordered, instructed), yes)).toBe(false);
});

// Rejected at 30, contradicted at 40, counted as settled at 50.
const arrived = history(ordered, instructed, rejected, contradicted, counted);

test('one that had failed has arrived since, where nobody had seen that it was paid after all', () => {
  expect(hasArrivedSince(arrived, 30, 0)).toBe(true);
  expect(hasArrivedSince(arrived, 30, 30)).toBe(true);
  expect(hasArrivedSince(arrived, 30, 49)).toBe(true);
  expect(hasArrivedSince(arrived, 30, 50)).toBe(false);
  expect(hasArrivedSince(arrived, 50, 0)).toBe(false);
  expect(hasArrivedSince([], 30, 0)).toBe(false);
});

test('one that had not failed by then, or is not paid, has not', () => {
  expect(hasArrivedSince(arrived, 29, 0)).toBe(false);
  expect(hasArrivedSince(arrived.slice(0, 4), 30, 0)).toBe(false);
  expect(hasArrivedSince(history(ordered, instructed, settled), 20, 0)).toBe(false);
});

test('who looked at it when it was paid before, and not since it failed, has not seen that', () => {
  const twice = history(ordered, instructed, settled, returned, contradicted, counted);
  expect(hasArrivedSince(twice, 40, 30)).toBe(true);
  const owned = eventOf('PaymentBreakOwnerSet', { breakId, owner: 'farid' }, { position: 70 });
  expect(hasArrivedSince([...twice, owned], 40, 60)).toBe(false);
});
