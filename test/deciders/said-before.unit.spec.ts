import { describe, expect, test } from '@jest/globals';
import type { Booking } from '../../src/payment/bookings.rule.js';
import type { Reported } from '../../src/payment/payment.state.js';
import { saidBefore } from '../../src/payment/said-before.rule.js';

type Outcome = 'settled' | 'returned';
const booked = (outcome: Outcome, source: string, more: Partial<Booking> = {}): Booking => ({
  attempt: 1,
  outcome,
  source,
  ...more,
});
interface Said extends Partial<Booking> {
  readonly bookedOn?: string;
  readonly valueOn?: string;
}
/** How a report of the first attempt stands to what is known of it. */
function told(outcome: Outcome, source: string, said: Said = {}) {
  const { bookedOn, valueOn, ...references } = said;
  const days = {
    ...(bookedOn === undefined ? {} : { bookedOn }),
    ...(valueOn === undefined ? {} : { valueOn }),
  };
  const report = {
    type: 'ReportOutcome' as const,
    endToEndId: 'E1',
    source,
    attempt: 1,
    outcome,
    ...days,
  };
  const details = Object.keys(days).length === 0 ? {} : { details: days };
  return (known: readonly Reported[], ...bookings: readonly Booking[]) =>
    saidBefore({ outcomes: [known], bookings }, report, {
      ...booked(outcome, source, references),
      ...details,
    });
}

test('what was said of an attempt is said before, another thing is new', () => {
  expect(told('settled', 'http')(['accepted'])).toBe('new');
  expect(told('settled', 'http')(['settled'])).toBe('before');
  const late = told('settled', 'camt.053', { bookedOn: '2026-02-05' });
  const back = booked('returned', 'camt.053', { on: '2026-02-01' });
  expect(late(['returned', 'settled'], back)).toBe('before');
});

describe('a debit of what came back', () => {
  const back = booked('returned', 'camt.053', { on: '2026-02-05' });
  const debit = booked('settled', 'camt.053', { on: '2026-02-01' });

  test('is known where the account has it, whatever its day', () => {
    expect(told('settled', 'camt.054', { bookedOn: '2026-02-07' })(['returned'], debit, back)).toBe(
      'before',
    );
  });

  test('is the one before its return, up to that day, by whichever day is told', () => {
    const on = (bookedOn: string) => told('settled', 'camt.053', { bookedOn })(['returned'], back);
    expect([on('2026-02-04'), on('2026-02-05'), on('2026-02-06')]).toEqual([
      'before',
      'before',
      'new',
    ]);
    expect(told('settled', 'camt.053', { valueOn: '2026-02-04' })(['returned'], back)).toBe(
      'before',
    );
  });

  test('is known by what was said, where no two days can be compared', () => {
    const dated = told('settled', 'camt.053', { bookedOn: '2026-02-04' });
    expect(dated(['settled', 'returned'])).toBe('before');
    expect(dated(['returned'])).toBe('new');
    const undated = told('settled', 'camt.053');
    expect(undated(['settled', 'returned'], back)).toBe('before');
    expect(undated(['returned'], back)).toBe('new');
  });

  test('is not known by another attempt’s, nor a payment system’s word by the account’s', () => {
    const undated = told('settled', 'camt.053');
    expect(undated(['returned'], { ...debit, attempt: 2 })).toBe('new');
    expect(told('settled', 'http')(['returned'], debit)).toBe('new');
  });
});

describe('what came back of a payment that is settled', () => {
  const debit = booked('settled', 'camt.053', { on: '2026-02-05' });
  const back = booked('returned', 'camt.053', { reference: 'A' });
  const ownBack = booked('returned', 'http', { on: '2026-02-08' });
  const returned: readonly Reported[] = ['returned', 'settled'];

  test('was told before where its booking is known', () => {
    const again = told('returned', 'camt.053', { reference: 'A', bookedOn: '2026-02-09' });
    expect(again(returned, back, debit)).toBe('before');
    const seen = told('returned', 'camt.054', { bookedOn: '2026-02-09' });
    expect(seen(returned, back, debit)).toBe('before');
  });

  test('is new where it is another booking, and no return counts so far', () => {
    const another = told('returned', 'camt.053', { reference: 'B' });
    expect(another(['settled'], back, debit)).toBe('new');
    expect(another(returned, back, debit)).toBe('before');
  });

  test('is known where somebody else told a return, and new where nobody did', () => {
    const first = told('returned', 'camt.053');
    expect(first(['settled'], ownBack, debit)).toBe('before');
    expect(first(['settled'], debit)).toBe('new');
  });

  test('is what came back before it was settled again, where its day is before that', () => {
    const on = (day: string | undefined, ...bookings: readonly Booking[]) =>
      told(
        'returned',
        'camt.053',
        day === undefined ? {} : { bookedOn: day },
      )(returned, ...bookings);
    expect(on('2026-02-04', debit)).toBe('before');
    expect(on('2026-02-05', debit)).toBe('unclear');
    expect(on(undefined, debit)).toBe('unclear');
    expect(on('2026-02-04')).toBe('unclear');
    expect(on('2026-02-06', debit, ownBack)).toBe('unclear');
    const earlier = booked('settled', 'camt.053', { on: '2026-02-01' });
    expect(on('2026-02-03', debit, earlier)).toBe('before');
    expect(on('2026-02-04', debit, booked('settled', 'pain.002'))).toBe('before');
  });
});
