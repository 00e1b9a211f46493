import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { BookingsCheck } from '../../src/audit/bookings-check.js';
import { eventOf, FAR_STREAMS, Findings } from './direct.js';

type Step = readonly [EventType, object, stream?: number];
/** What the check finds, of payments by their dense numbers. */
function foundIn(...log: readonly Step[]): readonly string[] {
  const check = new BookingsCheck();
  const { said, found: collect } = new Findings();
  for (const [type, data, stream = 0] of log) check.add(eventOf(type, data), stream, collect);
  return said;
}
const SAID = { settled: 'PaymentSettled', returned: 'PaymentReturned' } as const;
const OF_ACCOUNT = ['camt.053', 'camt.054', 'operator'] as const;
const REFERENCE = { reference: 'K1' };

describe.each(['settled', 'returned'] as const)('what a bank %s', (outcome) => {
  const said = (source: string, more: object = {}, stream = 0): Step => [
    SAID[outcome],
    { attempt: 1, source, ...more },
    stream,
  ];
  const book = (source: string, more: object = {}, stream = 0): Step => [
    'PaymentBooked',
    { attempt: 1, outcome, source, ...more },
    stream,
  ];
  const unsaid = `I2 booked as ${outcome}, which nobody had said`;
  const referenced = 'I2 booked under another reference of the bank, and no break says so';
  const times = (count: number, source: string): string =>
    `I2 booked ${count} times in ${source}, and no break says so`;

  test('is booked after it was said', () => {
    expect(foundIn(said('http'), book('camt.053'))).toEqual([]);
    expect(foundIn(book('camt.053'))).toEqual([unsaid]);
    expect(foundIn(said('http', {}, 1), book('camt.053'))).toEqual([unsaid]);
    // A return is of what was settled before, too.
    const other = outcome === 'settled' ? 'PaymentReturned' : 'PaymentSettled';
    expect(foundIn([other, { attempt: 1, source: 'http' }], book('camt.053'))).toEqual(
      outcome === 'settled' ? [] : [unsaid],
    );
  });
  test('is said by a break that is counted so as well', () => {
    const counted = (resolution: string): Step => ['PaymentBreakResolved', { resolution }];
    expect(foundIn(counted(`counted-as-${outcome}`), book('camt.053'))).toEqual([]);
    expect(foundIn(counted('no-effect'), book('camt.053'))).toEqual([unsaid]);
  });
  test.each(OF_ACCOUNT)('is booked once in each kind of message: %s', (source) => {
    expect(foundIn(said('http'), book(source))).toEqual([]);
    expect(foundIn(said('http'), book(source), book(source))).toEqual([times(2, source)]);
    expect(foundIn(said(source), book(source))).toEqual([times(2, source)]);
    for (const other of OF_ACCOUNT.filter((one) => one !== source))
      expect(foundIn(said(source), book(other))).toEqual([]);
    expect(foundIn(said('http'), book(source), book(source, {}, 1), said('http', {}, 1))).toEqual([
      unsaid,
    ]);
  });
  test.each(OF_ACCOUNT)('is booked under one reference: %s', (source) => {
    const other = source === 'camt.053' ? 'camt.054' : 'camt.053';
    for (const reference of [REFERENCE, { entryReference: 'K2' }]) {
      expect(foundIn(said('http'), book(source, reference))).toEqual([]);
      expect(foundIn(said(source, reference), book(other))).toEqual([]);
      expect(foundIn(said(source, reference), book(other, REFERENCE))).toEqual([referenced]);
      expect(foundIn(said(source), book(other, reference))).toEqual([]);
      expect(foundIn(said('http'), book(source, reference), book(other, REFERENCE))).toEqual([
        referenced,
      ]);
    }
    // A reference that is not of an account is another thing.
    expect(foundIn(said('pain.002', REFERENCE), book(source, REFERENCE))).toEqual([]);
  });
  test('is no booking where the message is not of an account', () => {
    const status = book('pain.002', REFERENCE);
    expect(foundIn(said('http'), status, status, book('camt.053', REFERENCE))).toEqual([]);
  });
  test('is booked as often as breaks say, and no oftener', () => {
    const broken = (kind: string, reported: string, attempt = 1): Step => [
      'PaymentBreakRecorded',
      { kind, reported, attempt },
    ];
    const thrice = [book('camt.053'), book('camt.053'), book('camt.053')] as const;
    const twice = broken('booked-twice', outcome);
    expect(foundIn(said('http'), twice, ...thrice)).toEqual([times(3, 'camt.053')]);
    expect(foundIn(said('http'), twice, twice, ...thrice)).toEqual([]);
    const others = [
      broken('amount-differs', outcome),
      broken('booked-twice', outcome === 'settled' ? 'returned' : 'settled'),
      broken('booked-twice', outcome, 2),
      broken('booked-twice', 'rejected'),
    ];
    expect(foundIn(said('http'), ...others, ...thrice)).toEqual([
      times(2, 'camt.053'),
      times(3, 'camt.053'),
    ]);
  });
  test('is of the attempt that it is said of', () => {
    const again: Step = ['PaymentReinstructed', { attempt: 2 }];
    const second = { attempt: 2 };
    expect(foundIn(said('camt.053'), again, book('camt.053', second))).toEqual([unsaid]);
    expect(
      foundIn(said('camt.053'), again, said('http', second), book('camt.053', second)),
    ).toEqual([]);
    // Of an earlier attempt no more is known than that it was before.
    expect(foundIn(said('camt.053'), again, book('camt.053'))).toEqual([]);
    expect(foundIn(said('http'), book('camt.053', second))).toEqual([]);
  });
  test.each(FAR_STREAMS)('is known of payment number %d', (far) => {
    const log = [said('camt.053', REFERENCE, 2), said('camt.054', REFERENCE, far)] as const;
    expect(foundIn(...log, book('camt.054', {}, 2), book('camt.053', {}, far))).toEqual([]);
    expect(foundIn(...log, book('camt.053', {}, 2), book('camt.054', {}, far))).toEqual([
      times(2, 'camt.053'),
      times(2, 'camt.054'),
    ]);
    expect(foundIn(book('camt.053', {}, far))).toEqual([unsaid]);
    const resolved: Step = ['PaymentBreakResolved', { resolution: `counted-as-${outcome}` }, far];
    expect(foundIn(resolved, book('camt.053', {}, far))).toEqual([]);
    const instructed: Step = ['PaymentInstructed', { attempt: 1 }, far];
    expect(foundIn(said('http', {}, 2), instructed, book('camt.053', {}, 2))).toEqual([]);
  });
});

test('a return of what was settled is booked beside it', () => {
  const both: readonly Step[] = [
    ['PaymentSettled', { attempt: 1, source: 'camt.053', ...REFERENCE }],
    ['PaymentReturned', { attempt: 1, source: 'camt.053', ...REFERENCE }],
  ];
  const book = (outcome: string): Step => [
    'PaymentBooked',
    { attempt: 1, outcome, source: 'camt.054' },
  ];
  expect(foundIn(...both, book('settled'), book('returned'))).toEqual([]);
});

describe('what a payment system says of bookings in words of its own', () => {
  const oneMore = (source: string): string =>
    `I2 booked under another reference or day by ${source}, and no break says so`;
  const word = (type: EventType, more: object, stream = 0): Step => [
    type,
    { attempt: 1, endToEndId: 'E1', source: 'http', ...more },
    stream,
  ];
  const settled = (more: object, stream = 0): Step => word('PaymentSettled', more, stream);
  const book = (more: object, stream = 0): Step =>
    word('PaymentBooked', { outcome: 'settled', ...more }, stream);
  const broken = (more: object): Step =>
    word('PaymentBreakRecorded', { kind: 'booked-twice', reported: 'settled', ...more });
  const R1 = { reference: 'R1' };
  const R2 = { reference: 'R2' };
  const on = (bookedOn: string): object => ({ booking: { bookedOn } });

  test.each(FAR_STREAMS)('is kept of payment number %d', (far) => {
    const day = on('2026-02-03');
    const log = [settled({ ...R1, ...day }, 2), settled({ ...R2, ...day }, far)] as const;
    expect(foundIn(...log, book(R1, 2), book(R2, far), book(day, far))).toEqual([]);
    expect(foundIn(...log, book(R2, 2))).toEqual([oneMore('http')]);
    expect(foundIn(...log, book(R1, far))).toEqual([oneMore('http')]);
    expect(foundIn(...log, book(on('2026-02-04'), far))).toEqual([oneMore('http')]);
  });
  test('is of each of more rails than a byte can number', () => {
    const rails = Array.from({ length: 300 }, (_, n) => ({ source: `rail-${n}`, n }));
    const log = rails.map(({ source, n }) => settled({ source, ...R1 }, n));
    expect(foundIn(...log, ...rails.map(({ source, n }) => book({ source, ...R1 }, n)))).toEqual(
      [],
    );
    expect(foundIn(...log, ...rails.map(({ source, n }) => book({ source, ...R2 }, n)))).toEqual(
      rails.map(({ source }) => oneMore(source)),
    );
    const other = { source: 'rail-1', ...R2 };
    expect(foundIn(...log, book(other, 2))).toEqual([]);
  });
  test('has no reference in what stands for none, or names the payment', () => {
    const instructed: Step = ['PaymentInstructed', { attempt: 1, messageId: 'M1' }];
    for (const reference of ['NONREF', 'E1', 'M1', ' ']) {
      expect(foundIn(instructed, settled({ reference }), book(R1))).toEqual([]);
      const entry = { reference, entryReference: 'K1' };
      expect(foundIn(instructed, settled(entry), book(R1))).toEqual([oneMore('http')]);
    }
  });
  test('is of an attempt, also of one that was instructed again since', () => {
    const again: Step = ['PaymentReinstructed', { attempt: 2, messageId: 'M2' }];
    const second = { attempt: 2, endToEndId: 'E2' };
    const log = [settled(R1), again, settled({ ...second, ...R2 })] as const;
    expect(foundIn(...log, book(R1), book({ ...second, ...R2 }))).toEqual([]);
    expect(foundIn(...log, book(R2), book({ ...second, ...R1 }))).toEqual([
      oneMore('http'),
      oneMore('http'),
    ]);
  });
  test('is of no booking where its amount or its day is wrong, unless it is counted', () => {
    const resolved = (resolution: string, more: object = {}): Step => [
      'PaymentBreakResolved',
      { breakId: 'B', resolution, ...more },
    ];
    const odd = (kind: string): Step => broken({ breakId: 'B', kind, ...R1 });
    for (const kind of ['amount-differs', 'date-implausible']) {
      expect(foundIn(settled({}), odd(kind), book(R2))).toEqual([]);
      expect(foundIn(settled({}), odd(kind), resolved('no-effect'), book(R2))).toEqual([]);
      const counted = [settled({}), odd(kind), resolved('counted-as-settled')] as const;
      expect(foundIn(...counted, book(R2))).toEqual([oneMore('http')]);
      const part = resolved('counted-as-settled', { furtherPart: true });
      expect(foundIn(settled({}), odd(kind), part, book(R2))).toEqual([]);
    }
    const back = resolved('counted-as-returned');
    expect(foundIn(settled({}), odd('amount-differs'), back, book(R2))).toEqual([]);
    expect(foundIn(settled({}), odd('date-implausible'), back, book(R2))).toEqual([
      oneMore('http'),
    ]);
  });
  test('fits a reference that has no day, or one of which the day was told', () => {
    const two = [settled(R1), broken({ breakId: 'B', ...R2 })] as const;
    const [third, fourth, fifth] = ['2026-02-03', '2026-02-04', '2026-02-05'].map(on);
    expect(foundIn(...two, book(third!), book(fourth!))).toEqual([]);
    expect(foundIn(...two, book(third!), book(fourth!), book(fifth!))).toEqual([oneMore('http')]);
    expect(foundIn(...two, book({ ...R1, ...third }), book(third!), book(fourth!))).toEqual([]);
    expect(foundIn(...two, book({ ...R1, ...third }), book(fourth!), book(fifth!))).toEqual([
      oneMore('http'),
    ]);
  });
});
