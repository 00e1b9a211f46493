import { describe, expect, test } from '@jest/globals';
import {
  isAnotherBooking,
  isOfOtherDays,
  ordinalOf,
  sightingOf,
  withBooking,
  type Booking,
  type BookingDetails,
} from '../../src/payment/bookings.rule.js';

const DAY = { bookedOn: '2026-02-01' };
const NEXT_DAY = { bookedOn: '2026-02-02' };
const booked = (source: string, more: Partial<Booking> = {}): Booking => ({
  attempt: 1,
  outcome: 'settled',
  source,
  ...more,
});
const ofStatement = (more: Partial<Booking> = {}) => booked('camt.053', more);
const ofNotice = (more: Partial<Booking> = {}) => booked('camt.054', more);
const ownWord = (more: Partial<Booking> = {}) => booked('http', more);
const byPerson = (more: Partial<Booking> = {}) => booked('operator', more);
/** In statement A, or another. */
const inStatement = (statement = 'A', more: BookingDetails = {}) =>
  ofStatement({ details: { ...DAY, statement, ...more } });

describe('a booking that the bank tells of the account', () => {
  test('without details is one that is known', () => {
    expect(sightingOf([ofStatement()], ofNotice())).toBe('same');
    expect(sightingOf([ofStatement()], ofNotice({ details: {} }))).toBe('seen');
  });

  test('is seen by the other kind of message on the day that only it told', () => {
    const known = [ofStatement({ details: DAY }), ofNotice({ details: NEXT_DAY })];
    expect(sightingOf(known, ofStatement({ details: NEXT_DAY }))).toBe('seen');
    expect(sightingOf(known, ofStatement({ details: DAY }))).toBe('same');
  });

  test('is not the one that has another reference', () => {
    const known = [ofStatement({ reference: 'A' }), ofNotice(), ofNotice()];
    expect(sightingOf(known, ofStatement({ reference: 'B', details: {} }))).toBe('seen');
    expect(sightingOf(known, ofStatement({ reference: 'A', details: {} }))).toBe('same');
    expect(sightingOf(known.slice(0, 2), ofStatement({ reference: 'B' }))).toBe('another');
  });

  test('is another on another day', () => {
    const known = [ofStatement({ details: DAY })];
    expect(sightingOf(known, ofStatement({ details: NEXT_DAY }))).toBe('another');
    expect(isAnotherBooking(known, ofStatement({ details: NEXT_DAY }))).toBe(true);
    expect(isOfOtherDays(known, ofStatement({ details: NEXT_DAY }))).toBe(true);
    expect(isOfOtherDays(known, ofStatement({ details: DAY }))).toBe(false);
    expect(isOfOtherDays([], ofStatement({ details: DAY }))).toBe(false);
  });

  test('is not another because it is the first to say a day', () => {
    expect(isAnotherBooking([ofStatement()], ofNotice({ details: DAY }))).toBe(false);
  });
});

describe('a booking in another statement', () => {
  const MONTH = '2026-02-01T00:00:00/2026-03-01T00:00:00';
  const A_DAY = '2026-02-05T00:00:00/2026-02-06T00:00:00';
  const BEFORE = '2026-01-01T00:00:00/2026-02-01T00:00:00';
  const AFTER = '2026-03-01T00:00:00/2026-03-02T00:00:00';
  const sighting = (known: BookingDetails, told: BookingDetails) =>
    sightingOf([inStatement('A', known)], inStatement('B', told));

  test('is another, where nothing says that the one has the other’s time in it', () => {
    expect(sighting({}, {})).toBe('another');
    expect(sighting({ period: MONTH }, {})).toBe('another');
    expect(sighting({}, { period: MONTH })).toBe('another');
    expect(sighting({ period: MONTH }, { period: MONTH })).toBe('another');
    for (const period of [BEFORE, AFTER]) {
      expect(sighting({ period: MONTH }, { period })).toBe('another');
      expect(sighting({ period }, { period: MONTH })).toBe('another');
    }
  });

  test('is the same, where one has the other’s time in it', () => {
    expect(sighting({ period: MONTH }, { period: A_DAY })).toBe('same');
    expect(sighting({ period: A_DAY }, { period: MONTH })).toBe('same');
  });

  test('is the same, where one of the two is of no statement', () => {
    expect(sightingOf([inStatement('A')], ofStatement({ details: DAY }))).toBe('same');
    expect(sightingOf([ofStatement({ details: DAY })], inStatement('A'))).toBe('same');
    expect(sightingOf([inStatement('A')], inStatement('A'))).toBe('same');
  });
});

describe('an entry that two persons gave to a payment', () => {
  test('is another booking where it says anything, and a bank booked one', () => {
    expect(sightingOf([ofStatement()], byPerson({ details: DAY }))).toBe('another');
    expect(sightingOf([ofStatement()], byPerson({ reference: 'A' }))).toBe('another');
    expect(sightingOf([ofStatement(), byPerson()], byPerson({ details: DAY }))).toBe('another');
  });

  test('is the one that is known where it says nothing, or persons only told of it', () => {
    expect(sightingOf([ofStatement()], byPerson())).toBe('same');
    expect(sightingOf([byPerson()], byPerson({ details: DAY }))).toBe('same');
  });
});

describe('a booking of which its statement has one before that nothing tells from it', () => {
  const again = (known: readonly Booking[], told = inStatement()) =>
    sightingOf(known, { ...told, bookedAgain: 1 });

  test('is known where both are', () => {
    expect(again([inStatement(), inStatement()])).toBe('same');
    expect(again([inStatement()])).toBe('another');
    expect(
      isAnotherBooking([inStatement(), inStatement()], { ...inStatement(), bookedAgain: 1 }),
    ).toBe(true);
  });

  test('is known where the other kind of message has both', () => {
    const notice = ofNotice({ details: DAY });
    expect(again([notice, notice])).toBe('same');
    expect(again([notice])).toBe('another');
  });

  test('is none of those of another day, another reference or another statement', () => {
    expect(again([inStatement(), ofStatement({ details: NEXT_DAY })])).toBe('another');
    expect(
      again([inStatement(), ofStatement({ reference: 'A' })], ofStatement({ reference: 'B' })),
    ).toBe('another');
    expect(again([inStatement('B'), inStatement('B')])).toBe('another');
    const notice = ofNotice({ details: DAY });
    expect(again([inStatement('B'), notice, notice])).toBe('another');
    expect(again([inStatement('B'), notice, notice, notice])).toBe('same');
  });

  test('is the first, the second and so on of those that are known', () => {
    expect(ordinalOf([], ofStatement())).toBe(0);
    expect(ordinalOf([ofStatement(), ofStatement(), ofNotice()], ofStatement())).toBe(2);
    expect(ordinalOf([ofStatement()], { ...ofStatement(), bookedAgain: 3 })).toBe(3);
    expect(ordinalOf([ofStatement()], ofStatement({ reference: 'A' }))).toBeUndefined();
    expect(ordinalOf([ofStatement()], ofStatement({ entryReference: 'A' }))).toBeUndefined();
  });
});

describe('what a payment system says by itself', () => {
  test('is seen again with a day that it did not say, and the same without', () => {
    expect(sightingOf([ownWord()], ownWord({ details: DAY }))).toBe('seen');
    expect(sightingOf([ownWord({ details: DAY })], booked('file'))).toBe('same');
    expect(sightingOf([ownWord({ details: DAY }), ownWord()], ownWord({ details: NEXT_DAY }))).toBe(
      'seen',
    );
  });

  test('gives a booking that it told before the day that it tells now', () => {
    const value = { valueOn: '2026-02-03' };
    expect(
      withBooking([ownWord({ reference: 'A', details: DAY })], ownWord({ details: value })),
    ).toEqual([ownWord({ reference: 'A', details: { ...DAY, ...value } })]);
    expect(withBooking([ownWord()], booked('file', { reference: 'A' }))).toEqual([
      ownWord({ reference: 'A' }),
    ]);
  });

  test('gives it to the one that has its reference', () => {
    const named = ownWord({ reference: 'A' });
    const told = ownWord({ reference: 'A', details: DAY });
    expect(withBooking([ownWord(), named], told)).toEqual([ownWord(), told]);
    expect(withBooking([ofStatement({ reference: 'A' })], told)).toEqual([
      ofStatement({ reference: 'A' }),
      told,
    ]);
  });

  test('is one more where it has another reference, or the one that is known is odd', () => {
    const told = ownWord({ reference: 'B' });
    expect(withBooking([ownWord({ reference: 'A' })], told)).toEqual([
      ownWord({ reference: 'A' }),
      told,
    ]);
    const odd = ownWord({ odd: 'break' });
    expect(withBooking([odd], ownWord())).toEqual([odd, ownWord()]);
    expect(withBooking([ofStatement()], ofStatement())).toEqual([ofStatement(), ofStatement()]);
  });
});
