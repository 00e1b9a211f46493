import { describe, expect, test } from '@jest/globals';
import type { EventData, EventType } from '../../events/generated.js';
import { fold } from '../../src/kernel/decider.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import { eventOf } from '../audit/direct.js';

const TIME = '2026-02-10T09:00:00.000Z';
type Told = readonly [EventType, object];
const after = (...events: readonly Told[]) =>
  fold(
    paymentDecider,
    events.map(([type, data]) => eventOf(type, data, { time: TIME })),
  );

const paymentId = 'asd-2026-01-p';
const ordered: Told = [
  'PaymentOrdered',
  { paymentId, region: 'MA-06', round: 2, amountMinor: '50000', currency: 'MAD' },
];
const instructed = (attempt = 1, executionDate = '2026-01-31'): Told => [
  attempt === 1 ? 'PaymentInstructed' : 'PaymentReinstructed',
  {
    attempt,
    endToEndId: `E${attempt}`,
    messageId: `M${attempt}`,
    accountId: `account-${attempt}`,
    executionDate,
  },
];
const of = (attempt: number, more: object = {}) => ({
  attempt,
  endToEndId: `E${attempt}`,
  source: 'camt.053',
  ...more,
});
const settled = (attempt = 1, more: object = {}): Told => [
  'PaymentSettled',
  of(attempt, { settledOn: '2026-02-01', ...more }),
];
const rejected = (attempt = 1): Told => ['PaymentRejected', of(attempt, { reason: 'AC04' })];
type BreakOf = Partial<EventData['PaymentBreakRecorded']>;
const broken = (breakId: string, kind: BreakOf['kind'], more: BreakOf = {}): Told => [
  'PaymentBreakRecorded',
  { ...of(1), breakId, kind, reported: 'returned', ...more },
];
const counted = (breakId: string, as: 'settled' | 'returned', more: object = {}): Told => [
  'PaymentBreakResolved',
  { breakId, resolution: `counted-as-${as}`, ...more },
];
const live = [ordered, instructed()] as const;

describe('a payment', () => {
  test('is what was ordered, and what was instructed last', () => {
    expect(after(ordered)).toMatchObject({
      status: 'ordered',
      paymentId,
      region: 'MA-06',
      round: 2,
      amountMinor: '50000',
      currency: 'MAD',
      attempt: 0,
      accountId: '',
      reason: '',
    });
    expect(after(...live, rejected())).toMatchObject({ status: 'rejected', reason: 'AC04' });
    expect(after(...live, rejected(), instructed(2))).toMatchObject({
      status: 'instructed',
      attempt: 2,
      endToEndIds: ['E1', 'E2'],
      messageIds: ['M1', 'M2'],
      accountId: 'account-2',
      reason: '',
      outcomes: [['rejected']],
    });
    expect(after(...live, ['PaymentOutcomeUnknown', of(1)]).unknown).toBe(1);
  });

  test('may have moved money from the day it was instructed, or to be executed', () => {
    expect(after(ordered, instructed(1, '2026-02-09')).earliestOn).toEqual(['2026-02-09']);
    expect(after(ordered, instructed(1, '2026-02-20')).earliestOn).toEqual(['2026-02-10']);
  });
});

describe('the booking of a settlement', () => {
  const bookingOf = (more: object) => after(...live, settled(1, more)).bookings[0];
  const known = { attempt: 1, outcome: 'settled' };

  test('has the day of the account’s statement, and a payment system’s where it says another', () => {
    expect(bookingOf({})).toEqual({
      ...known,
      source: 'camt.053',
      on: '2026-02-01',
      details: { bookedOn: '2026-02-01' },
    });
    expect(bookingOf({ source: 'http' })).toEqual({ ...known, source: 'http', on: '2026-02-01' });
    expect(bookingOf({ settledOn: '2026-02-10' })).toMatchObject({ on: '2026-02-10' });
    expect(bookingOf({ source: 'http', settledOn: '2026-02-10' })).toEqual({
      ...known,
      source: 'http',
    });
    expect(bookingOf({ source: 'pain.002' })).toEqual({ ...known, source: 'pain.002' });
  });

  test('has the day from which the bank counts it, where it tells no other', () => {
    const booking = { valueOn: '2026-02-03' };
    expect(bookingOf({ booking })).toMatchObject({ on: '2026-02-03', details: booking });
    const both = { ...booking, bookedOn: '2026-02-02' };
    expect(bookingOf({ booking: both })).toMatchObject({ on: '2026-02-02', details: both });
  });

  test('is not told apart by the names of its attempt', () => {
    for (const name of ['E1', 'M1'])
      expect(bookingOf({ reference: name, entryReference: name })).not.toHaveProperty('reference');
    expect(bookingOf({ reference: 'M2', entryReference: 'N' })).toMatchObject({
      reference: 'M2',
      entryReference: 'N',
    });
    const second = after(...live, rejected(), instructed(2), settled(2, { reference: 'M2' }));
    expect(second.bookings[0]).not.toHaveProperty('reference');
  });
});

describe('a break', () => {
  test('is a booking where money is said to have moved, an odd one where it cannot be', () => {
    expect(
      after(...live, broken('b', 'other-contradiction', { reported: 'rejected' })).bookings,
    ).toEqual([]);
    for (const kind of ['amount-differs', 'date-implausible'] as const)
      expect(after(...live, broken('b', kind)).bookings).toMatchObject([{ odd: 'b' }]);
    const [back] = after(...live, rejected(), broken('b', 'returned-after-rejected')).bookings;
    expect(back).toMatchObject({ outcome: 'returned', afterRejected: true });
    expect(back).not.toHaveProperty('odd');
  });

  test('has the day and the amount that are said of it', () => {
    const reportedOn = '2026-02-05';
    const { breakDays, openBreaks } = after(
      ...live,
      broken('a', 'amount-differs', { reportedMinor: '300' }),
      broken('b', 'date-implausible', { reportedOn }),
    );
    expect(breakDays).toEqual({ b: reportedOn });
    expect(openBreaks).toEqual([
      { breakId: 'a', attempt: 1, reported: 'returned', reportedMinor: '300' },
      { breakId: 'b', attempt: 1, reported: 'returned' },
    ]);
  });

  test('of a second debit is open until that came back', () => {
    const second = broken('a', 'booked-twice', { reported: 'settled' });
    const twice = [...live, settled(), second] as const;
    expect(after(...twice).debitedTwice).toEqual([1]);
    expect(after(...twice, broken('b', 'booked-twice')).debitedTwice).toEqual([]);
    expect(after(...twice, broken('b', 'amount-differs')).debitedTwice).toEqual([1]);
    for (const reported of ['settled', 'rejected'] as const)
      expect(
        after(...twice, second, broken('b', 'other-contradiction', { reported })).debitedTwice,
      ).toEqual([1, 1]);
  });

  test('has an owner, and is resolved, by itself', () => {
    const two = [
      ...live,
      rejected(),
      broken('a', 'settled-after-rejected', { reported: 'settled' }),
      broken('b', 'other-contradiction', { reported: 'settled' }),
    ] as const;
    const owned = after(...two, ['PaymentBreakOwnerSet', { breakId: 'b', owner: 'hind' }]);
    expect(owned.openBreaks.map(({ owner }) => owner)).toEqual([undefined, 'hind']);
    const resolved = [...two, counted('b', 'settled')] as const;
    expect(after(...resolved).openBreaks).toMatchObject([{ breakId: 'a' }]);
    const { outcomes } = after(...resolved);
    expect(after(...resolved, counted('b', 'settled')).outcomes).toEqual(outcomes);
  });

  test('that is counted makes its booking a known one', () => {
    const odd = broken('a', 'amount-differs', { reported: 'settled', reportedMinor: '49500' });
    const other = broken('b', 'date-implausible');
    const oddOf = (...events: readonly Told[]) =>
      after(...live, odd, other, ...events).bookings.map((one) => one.odd);
    expect(oddOf(counted('a', 'settled'))).toEqual([undefined, 'b']);
    expect(oddOf(counted('b', 'returned'))).toEqual(['a', undefined]);
    // Counted as something else than it says, it was none: of another amount, or come back.
    expect(oddOf(counted('a', 'returned'))).toEqual(['a', 'b']);
    expect(oddOf(counted('b', 'settled'))).toEqual(['a', 'b']);
  });
});

describe('of a payment that came back in part', () => {
  const part = (breakId: string, reportedMinor: string): Told =>
    broken(breakId, 'amount-differs', { reportedMinor });
  const backIn = (breakId: string, returnedMinor: string, more: object = {}): readonly Told[] => [
    part(breakId, returnedMinor),
    counted(breakId, 'returned', { returnedMinor, ...more }),
  ];
  const first = [...live, settled(), ...backIn('a', '49500')] as const;
  const paidAgain = [...first, instructed(2), settled(2)] as const;
  const failedAgain = [...first, instructed(2), rejected(2)] as const;
  const further = { furtherPart: true };

  test('the rest is kept, and the attempt is remembered once', () => {
    expect(after(...first)).toMatchObject({ status: 'returned', keptMinor: 500n, backInPart: [1] });
    expect(after(...first, ...backIn('b', '300'))).toMatchObject({
      status: 'returned',
      keptMinor: 200n,
      backInPart: [1],
    });
    expect(after(...live, settled(), part('a', '1'), counted('a', 'returned'))).toMatchObject({
      status: 'returned',
      keptMinor: 0n,
      backInPart: [],
    });
  });

  test('a further part lessens what is kept, and leaves the newest attempt where it is', () => {
    expect(after(...paidAgain, ...backIn('b', '300', further))).toMatchObject({
      status: 'settled',
      keptMinor: 200n,
      openBreaks: [],
      bookings: { length: 4 },
    });
    expect(after(...failedAgain, ...backIn('b', '300', further))).toMatchObject({
      status: 'rejected',
      keptMinor: 200n,
    });
    const rest = [part('b', '1'), counted('b', 'returned', further)];
    expect(after(...paidAgain, ...rest)).toMatchObject({ status: 'settled', keptMinor: 0n });
  });

  test('one counted before it could be called so does, where another attempt settled', () => {
    expect(after(...paidAgain, ...backIn('b', '300'))).toMatchObject({
      status: 'settled',
      keptMinor: 200n,
    });
    expect(after(...failedAgain, ...backIn('b', '300'))).toMatchObject({
      status: 'returned',
      keptMinor: 500n,
    });
  });

  test('what another attempt brought back is no part of it', () => {
    const back = broken('b', 'returned-after-rejected', { attempt: 2 });
    expect(after(...failedAgain, back, counted('b', 'returned'))).toMatchObject({
      status: 'returned',
      keptMinor: 500n,
      outcomes: [
        ['settled', 'returned'],
        ['rejected', 'returned'],
      ],
    });
  });

  test('what was settled again after all keeps what was kept, and comes back as a whole', () => {
    const again = broken('b', 'settled-after-returned', { reported: 'settled' });
    expect(after(...paidAgain, again, counted('b', 'settled')).keptMinor).toBe(500n);
    const settledAgain = [...first, again, counted('b', 'settled')] as const;
    expect(after(...settledAgain)).toMatchObject({ status: 'settled', keptMinor: 500n });
    expect(after(...settledAgain, ...backIn('c', '49500'))).toMatchObject({
      status: 'returned',
      keptMinor: 1_000n,
      backInPart: [1],
    });
  });
});
