import { expect, test } from '@jest/globals';
import type { NumberedEntry } from '../../src/adapters/payment-rail/iso20022/incoming/port.js';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { onceOrAgain, SeenBookings } from '../../src/use-cases/statements/seen-bookings.rule.js';

const booking = (statement = 0) => ({ kind: 'booking', statement }) as NumberedEntry;
const settled = (more: Partial<ReportedOutcome> = {}) => ({
  kind: 'payment' as const,
  outcome: {
    outcome: 'settled',
    endToEndId: 'E1',
    reference: 'B-1',
    ...more,
  } as ReportedOutcome,
});
/** How often each was said before in its statement. */
const before = (...said: readonly [NumberedEntry, ReturnType<typeof settled>][]) => {
  const bookings = new SeenBookings();
  return said.map(([entry, verdict]) => onceOrAgain(entry, verdict, bookings).outcome.bookedAgain);
};

test('a booking that a statement has a second and a third time is another one each time', () => {
  const one = [booking(), settled()] as [NumberedEntry, ReturnType<typeof settled>];
  expect(before(one, one, one)).toEqual([undefined, 1, 2]);
});

test('what a reference tells apart, what another statement says, and a report of status, is not', () => {
  expect(
    before(
      [booking(), settled()],
      [booking(), settled({ reference: 'B-2' })],
      [booking(), settled({ entryReference: 'N-1' })],
      [booking(), settled({ outcome: 'returned' } as Partial<ReportedOutcome>)],
      [booking(1), settled()],
      [{ kind: 'status' } as NumberedEntry, settled()],
      [{ kind: 'status' } as NumberedEntry, settled()],
    ),
  ).toEqual(Array(7).fill(undefined));
});
