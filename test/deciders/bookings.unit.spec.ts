import { describe, expect, test } from '@jest/globals';
import {
  isAnotherBooking,
  isOfOtherDays,
  sightingOf,
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
});
