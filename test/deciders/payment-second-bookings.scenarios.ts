import { describe, expect, test } from '@jest/globals';
import { fold } from '../../src/kernel/decider.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import type { ReportOutcome } from '../../src/payment/reportable.rule.js';
import { was } from './given.js';
import {
  afterReport,
  bank,
  credit,
  debit,
  given,
  instructed,
  live,
  officer,
  ordered,
  outcome,
  returned,
  said,
  type Past,
} from './payment.fixtures.js';

const heard = (source: string): Past => [
  ordered,
  instructed,
  was('PaymentSettled', {
    ...said(1),
    source,
    amountMinor: '50000',
    currency: 'MAD',
    settledOn: '2026-02-02',
  }),
];

/** What was said before any entry of the bank is booked under the first of them. */
export function bookedLaterScenarios(): void {
  describe('a payment that was settled before the bank booked it', () => {
    const status = heard('pain.002');
    const once = afterReport(status, debit('A1'));
    test.each(['pain.002', 'http', 'file', 'govstack'])(
      'by %s is booked under the first debit, and the second is a break',
      (source) => {
        given(...heard(source))
          .when(debit('A1'), bank)
          .thenOne('PaymentBooked', { outcome: 'settled', reference: 'A1', source: 'camt.053' });
        given(...afterReport(heard(source), debit('A1')))
          .when(debit('A2'), bank)
          .thenOne('PaymentBreakRecorded', { kind: 'booked-twice', reference: 'A2' });
      },
    );
    test('stays settled, and is booked once by the same news', () => {
      expect(fold(paymentDecider, once).status).toBe('settled');
      given(...once)
        .when(debit('A1', { source: 'camt.054' }), bank)
        .then();
    });
    test('is told apart by the references of a payment system, too, and not by those of a person', () => {
      const named = (reference: string) => outcome('settled', 1, { reference });
      given(...afterReport(status, named('R1')))
        .when(named('R2'), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'booked-twice', reference: 'R2' });
      given(...status)
        .when(named('R1'), officer)
        .then();
    });
    test('by another amount before is booked by the whole one', () => {
      const odd = afterReport(status, debit('A1', { amountMinor: '49900' }));
      given(...odd)
        .when(debit('A2'), bank)
        .thenOne('PaymentBooked', { reference: 'A2' });
      given(...afterReport(odd, debit('A2')))
        .when(debit('A3'), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'booked-twice' });
    });
    test('is not booked on a day that cannot be', () => {
      given(...status)
        .when(debit('A1', { settledOn: '2099-01-01', bookedOn: '2099-01-01' }), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'date-implausible' });
      given(...status)
        .when(debit('A1', { valueOn: '2025-01-01' }), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'date-implausible' });
    });
    test('and that two persons gave an entry of the bank is booked by it', () => {
      const given1 = afterReport(status, debit('K1', { source: 'operator' }));
      expect(given1.at(-1)).toMatchObject({ type: 'PaymentBooked', data: { source: 'operator' } });
      given(...given1)
        .when(debit('K1'), bank)
        .then();
      given(...afterReport([...live], debit('K1')))
        .when(debit('K2', { source: 'operator' }), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'booked-twice' });
    });
    test('and came back is booked by the first credit', () => {
      const back = [...once, returned()];
      const first = afterReport(back, credit('C1'));
      expect(first.at(-1)).toMatchObject({ type: 'PaymentBooked', data: { outcome: 'returned' } });
      given(...first)
        .when(credit('C2'), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'booked-twice', reported: 'returned' });
    });
  });

  describe('what comes back', () => {
    const out = { settledOn: '2026-02-05', bookedOn: '2026-02-05' };
    const back = (day: string): ReportOutcome => ({
      ...credit('C1'),
      settledOn: day,
      bookedOn: day,
    });
    test('before it went out is a break', () => {
      const paid = afterReport([...live], debit('A1', out));
      given(...paid)
        .when(back('2026-02-04'), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'date-implausible', reported: 'returned' });
      given(...paid)
        .when(back('2026-02-05'), bank)
        .thenOne('PaymentReturned', { booking: { bookedOn: '2026-02-05' } });
    });
    test('on a day that a payment system said, too', () => {
      const paid = afterReport(
        [...live],
        outcome('settled', 1, { settledOn: '2026-02-05', source: 'file' }),
      );
      given(...paid)
        .when(outcome('returned', 1, { settledOn: '2026-02-04', source: 'file' }), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'date-implausible' });
    });
    test('and is read before its debit leaves the payment returned, if that is not later', () => {
      const first = afterReport([...live], back('2026-02-06'));
      given(...first)
        .when(debit('A1', out), bank)
        .thenOne('PaymentBooked', { outcome: 'settled', reference: 'A1' });
      given(...afterReport(first, debit('A1', out)))
        .when(debit('A2', out), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'booked-twice', reported: 'settled' });
      given(...first)
        .when(debit('A1', { settledOn: '2026-02-07', bookedOn: '2026-02-07' }), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'settled-after-returned' });
    });
    test.each(['accepted', 'rejected', 'settled', 'returned'] as const)(
      'or whatever is said of 2099 is a break: %s',
      (what) => {
        given(...live)
          .when(outcome(what, 1, { settledOn: '2099-01-01' }), bank)
          .thenOne('PaymentBreakRecorded', { kind: 'date-implausible', reported: what });
      },
    );
  });
}

/** Bookings that no reference tells apart are told by their days and statements. */
export function unreferencedScenarios(): void {
  const of = (
    source: 'camt.053' | 'camt.054',
    day: number,
    statement: string,
    more: Partial<ReportOutcome> = {},
  ): ReportOutcome => {
    const on = `2026-02-0${day}`;
    const dated = { settledOn: on, bookedOn: on, valueOn: on };
    return debit(undefined, { source, ...dated, statement: uuidOf(statement), ...more });
  };
  const month = { period: '2026-02-01T00:00:00/2026-02-28T23:59:59' };
  const oneDay = { period: '2026-02-05T00:00:00/2026-02-05T23:59:59' };
  const first = of('camt.053', 5, 'S1');
  const breaks = (past: Past): number =>
    past.filter(({ type }) => type === 'PaymentBreakRecorded').length;
  const after = (...reports: readonly ReportOutcome[]): number =>
    breaks(reports.reduce((past, report) => afterReport(past, report), [...live] as Past));

  describe('without any reference of the bank, a debit', () => {
    test.each<[string, readonly ReportOutcome[]]>([
      ['in the same statement, read again', [first, first, first]],
      ['in the other kind of message', [of('camt.054', 5, 'N1'), first, of('camt.054', 5, 'N1')]],
      [
        'in a statement of the month, which has that of the day in it',
        [of('camt.053', 5, 'S1', oneDay), of('camt.053', 5, 'M1', month)],
      ],
      ['that says no day in the other kind', [first, debit(undefined, { source: 'camt.054' })]],
    ])('%s is the same booking', (_, reports) => {
      expect(after(...reports)).toBe(0);
    });
    test.each<[string, number, readonly ReportOutcome[]]>([
      ['of another day', 1, [first, of('camt.053', 6, 'S2')]],
      ['of another day in the other kind of message', 1, [first, of('camt.054', 6, 'N1')]],
      ['of another value date', 1, [first, of('camt.053', 5, 'S1', { valueOn: '2026-02-08' })]],
      ['in another statement of the same day', 1, [first, of('camt.053', 5, 'S2')]],
      [
        'in another statement of the same time',
        1,
        [of('camt.053', 5, 'S1', oneDay), of('camt.053', 5, 'S2', oneDay)],
      ],
      [
        'in another statement, after a notification of the first',
        1,
        [of('camt.054', 5, 'N1'), first, of('camt.053', 5, 'S2')],
      ],
      [
        'told twice by notifications, and then twice by statements',
        1,
        [of('camt.054', 5, 'N1'), of('camt.054', 5, 'N2'), first, of('camt.053', 5, 'S2')],
      ],
      [
        'told twice by notifications, and then three times by statements',
        2,
        [
          of('camt.054', 5, 'N1'),
          of('camt.054', 5, 'N2'),
          first,
          of('camt.053', 5, 'S2'),
          of('camt.053', 5, 'S3'),
        ],
      ],
      [
        'on three days, read again',
        2,
        [first, of('camt.053', 6, 'S2'), of('camt.053', 7, 'S3'), of('camt.053', 6, 'S2'), first],
      ],
      [
        'on two days, both in the statement of the month',
        1,
        [
          first,
          of('camt.053', 6, 'S2'),
          of('camt.053', 5, 'S1'),
          of('camt.053', 6, 'S2', { bookedAgain: 1 }),
        ],
      ],
      [
        'before one with a reference, and another reference',
        1,
        [
          of('camt.054', 5, 'N1'),
          of('camt.053', 5, 'S1', { reference: 'K1' }),
          of('camt.053', 5, 'S1', { reference: 'K2' }),
        ],
      ],
      [
        'after one with a reference, on another day',
        1,
        [of('camt.053', 5, 'S1', { reference: 'K1' }), of('camt.053', 6, 'S2')],
      ],
    ])('%s is another: breaks', (_, expected, reports) => {
      expect(after(...reports)).toBe(expected);
    });
    test.each([
      'NONREF',
      'Not Provided',
      '000',
      'n/a',
      'E1',
      'M1',
      'K\u202e1',
      'K\u00851',
      '\u200b',
    ])('under the reference %j, which tells nothing, is told by its day', (reference) => {
      expect(
        after(
          of('camt.053', 5, 'S1', { reference, entryReference: reference }),
          of('camt.054', 5, 'N1', { reference, entryReference: reference }),
        ),
      ).toBe(0);
      expect(
        after(
          of('camt.053', 5, 'S1', { reference, entryReference: reference }),
          of('camt.053', 6, 'S2', { reference, entryReference: reference }),
          of('camt.053', 7, 'S3', { reference, entryReference: reference }),
        ),
      ).toBe(2);
    });
    test('of a payment that a status settled is looked at the same', () => {
      const status = heard('pain.002');
      const once = afterReport(status, first);
      expect(once.at(-1)).toMatchObject({ type: 'PaymentBooked' });
      given(...once)
        .when(first, bank)
        .then();
      given(...once)
        .when(of('camt.053', 6, 'S2'), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'booked-twice' });
    });
    test('of before version 4 has the day on which it settled', () => {
      const old = [...heard('camt.053')];
      given(...old)
        .when(of('camt.053', 2, 'S9'), bank)
        .then();
      given(...old)
        .when(of('camt.053', 3, 'S9'), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'booked-twice' });
    });
  });
}
