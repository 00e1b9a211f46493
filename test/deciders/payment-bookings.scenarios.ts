import { describe, expect, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import { fold } from '../../src/kernel/decider.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import { was } from './given.js';
import {
  afterReport,
  bank,
  credit,
  debit,
  given,
  live,
  outcome,
  rejected,
  resolved,
  returned,
  said,
  settled,
} from './payment.fixtures.js';

/** The scenarios of bookings that are one too many, too small or on a day that cannot be. */
export function bookingScenarios(): void {
  describe('the amount is compared', () => {
    test.each([
      ['settled', []],
      ['rejected', []],
      ['returned', [settled()]],
      ['accepted', []],
    ] as const)('for %s', (reported, history) => {
      given(...live, ...history)
        .when(outcome(reported, 1, { amountMinor: '49500' }), bank)
        .thenOne('PaymentBreakRecorded', {
          kind: 'amount-differs',
          reported,
          reportedMinor: '49500',
        });
    });
    test('for unknown, which changes nothing', () => {
      given(...live)
        .when(outcome('unknown', 1, { amountMinor: '49500' }), bank)
        .thenRefused('AMOUNT_DIFFERS', 'amount');
    });
    test('and where it is the same the outcome is taken', () => {
      given(...live, settled())
        .when(outcome('returned', 1, { amountMinor: '50000' }), bank)
        .thenOne('PaymentReturned');
    });
  });

  test('unknown is said once an attempt', () => {
    given(...live, was('PaymentOutcomeUnknown', said(1)))
      .when(outcome('unknown'), bank)
      .then();
  });

  describe('a second booking', () => {
    const once = afterReport([...live], debit('A1'));
    test('under another reference is a break with its amount, its reference and its day', () => {
      given(...once)
        .when(debit('A2', { settledOn: '2026-02-03' }), bank)
        .thenOne('PaymentBreakRecorded', {
          kind: 'booked-twice',
          reported: 'settled',
          reportedMinor: '50000',
          reference: 'A2',
          reportedOn: '2026-02-03',
        });
    });
    test('is the same news under the same reference, in either kind of message', () => {
      given(...once)
        .when(debit('A1', { source: 'camt.054' }), bank)
        .then();
    });
    test.each([
      ['without a reference', debit(undefined)],
      ['from another source, which has references of its own', debit('P9', { source: 'pain.002' })],
    ])('is not to be told from the same news %s', (_, report) => {
      given(...once)
        .when(report, bank)
        .then();
    });
    test('is the same where only one of the two lists the transactions of an entry', () => {
      const asOne = afterReport([...live], debit('N1', { entryReference: 'N1' }));
      given(...asOne)
        .when(debit('T1', { source: 'camt.054', entryReference: 'N1' }), bank)
        .then();
      given(...asOne)
        .when(debit('T1', { source: 'camt.054', entryReference: 'N2' }), bank)
        .thenOne('PaymentBreakRecorded', {
          kind: 'booked-twice',
          reference: 'T1',
          entryReference: 'N2',
        });
      const listed = afterReport([...live], debit('T1', { entryReference: 'N1' }));
      given(...listed)
        .when(debit('N1', { entryReference: 'N1' }), bank)
        .then();
      given(...listed)
        .when(debit('T2', { entryReference: 'N1' }), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'booked-twice' });
      given(...listed)
        .when(debit('T1', { entryReference: 'N2' }), bank)
        .then();
    });
    test('without a reference is a break where the list that has it says so', () => {
      given(...once)
        .when(debit(undefined, { bookedAgain: 1 }), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'booked-twice' });
    });
    test('and a third are two breaks, and each is said once', () => {
      const twice = afterReport(once, debit('A2'));
      given(...twice)
        .when(debit('A2'), bank)
        .then();
      given(...twice)
        .when(debit('A3'), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'booked-twice', reference: 'A3' });
    });
    test.each([
      ['another amount', [], { amountMinor: '49900' }],
      ['a day that cannot be', [], { settledOn: '2099-01-01' }],
      ['a rejection before it', [rejected()], {}],
    ] as const)('that does not fit either is a break besides the first: %s', (_, history, odd) => {
      const first = afterReport([...live, ...history], debit('A1', odd));
      given(...first)
        .when(debit('A1', { ...odd, source: 'camt.054' }), bank)
        .then();
      const second = afterReport(first, debit('A2', odd));
      expect(second).toHaveLength(first.length + 1);
      given(...second)
        .when(debit('A2', odd), bank)
        .then();
    });
    test('of a payment that a person counted as settled is one, too', () => {
      const odd = afterReport([...live, rejected()], debit('A1'));
      const found = odd.at(-1)!.data as EventData['PaymentBreakRecorded'];
      const counted = resolved(was('PaymentBreakRecorded', found), 'counted-as-settled');
      given(...odd, counted)
        .when(debit('A1'), bank)
        .then();
      given(...odd, counted)
        .when(debit('A2'), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'booked-twice', reference: 'A2' });
    });
    test('that comes back leaves the payment settled, and the next return is its own', () => {
      const twice = afterReport(once, debit('A2'));
      given(...twice)
        .when(credit('C1'), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'other-contradiction', reported: 'returned' });
      const back = afterReport(twice, credit('C1'));
      expect(fold(paymentDecider, back).status).toBe('settled');
      given(...back)
        .when(credit('C2'), bank)
        .thenOne('PaymentReturned', { reference: 'C2' });
    });
    test('of a return is a break, too', () => {
      const back = afterReport(once, credit('C1'));
      given(...back)
        .when(credit('C1'), bank)
        .then();
      given(...back)
        .when(credit('C2'), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'booked-twice', reported: 'returned' });
    });
  });

  describe('the day of a booking', () => {
    // Recorded as instructed on 2026-02-10, for execution on 2026-01-31; today is 2026-02-10.
    test.each(['2026-01-30', '1999-12-31', '2026-02-12', '2099-01-05'])(
      '%s is a break: before the instruction, or after today',
      (settledOn) => {
        given(...live)
          .when(debit('A1', { settledOn }), bank)
          .thenOne('PaymentBreakRecorded', { kind: 'date-implausible', reportedOn: settledOn });
      },
    );
    test.each(['2026-01-31', '2026-02-10', '2026-02-11'])('%s is taken', (settledOn) => {
      given(...live)
        .when(debit('A1', { settledOn }), bank)
        .thenOne('PaymentSettled', { settledOn });
    });
    test.each([
      ['2026-01-20', 'PaymentBreakRecorded'],
      ['2026-01-21', 'PaymentSettled'],
      ['2026-02-20', 'PaymentSettled'],
      ['2026-02-21', 'PaymentBreakRecorded'],
    ] as const)('with the value date %s gives %s', (valueOn, type) => {
      given(...live)
        .when(debit('A1', { valueOn }), bank)
        .thenOne(type);
    });
    test('of a return is looked at, too', () => {
      given(...live, settled())
        .when({ ...credit('C1'), settledOn: '2099-01-05' }, bank)
        .thenOne('PaymentBreakRecorded', { kind: 'date-implausible', reported: 'returned' });
    });
    test('must be one', () => {
      given(...live, returned())
        .when(debit('A1', { valueOn: '2026-02-30' }), bank)
        .thenRefused('INVALID_DATE', 'valueOn');
    });
  });
}
