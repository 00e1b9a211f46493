import { expect, test } from '@jest/globals';
import { endToEndIdOf } from '../../src/payment/instruction-ids.rule.js';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { SeenBookings } from '../../src/use-cases/statements/seen-bookings.rule.js';

const settled = (more: Partial<ReportedOutcome> = {}): ReportedOutcome => ({
  outcome: 'settled',
  endToEndId: 'E1',
  ...more,
});
const own = (reference: string, entryReference?: string): ReportedOutcome =>
  settled({ reference, ...(entryReference === undefined ? {} : { entryReference }) });
const entry = (reference: string): ReportedOutcome => own(reference, reference);
/** How often each was said before in its statement. */
const before = (...said: readonly (ReportedOutcome | readonly [number, ReportedOutcome])[]) => {
  const bookings = new SeenBookings();
  return said.map((one) => {
    const [statement, outcome] = 'outcome' in one ? [0, one] : one;
    return bookings.onceOrAgain(statement, outcome).bookedAgain;
  });
};

test('a booking that a statement has a second and a third time is another one each time', () => {
  for (const one of [settled(), own('B-1'), entry('N-1'), own('B-1', 'N-1')])
    expect(before(one, one, one)).toEqual([undefined, 1, 2]);
});

test('what references tell apart, what another statement says, and another outcome, is not', () => {
  expect(
    before(
      own('B-1', 'N-1'),
      own('B-2', 'N-1'),
      entry('N-2'),
      settled({ outcome: 'returned', reference: 'B-1', entryReference: 'N-1' }),
      settled({ endToEndId: 'E2', reference: 'B-1', entryReference: 'N-1' }),
      [1, own('B-1', 'N-1')],
    ),
  ).toEqual(Array(6).fill(undefined));
});

test.each([
  ['one without a reference after one with', [own('B-1'), settled()]],
  ['one with a reference after one without', [settled(), own('B-1')]],
  ['one of the same entry that has none of its own', [own('B-1', 'N-1'), entry('N-1')]],
  ['one that has its own after the whole entry', [entry('N-1'), own('B-1', 'N-1')]],
])('%s is another', (_, said) => {
  expect(before(...said)).toEqual([undefined, 1]);
});

test('a payment is the same by whichever of its references', () => {
  const paymentId = 'asd-2025-12-00000000-0000-4000-8000-000000000001';
  const byUetr = (attempt: number): ReportedOutcome => ({ outcome: 'settled', paymentId, attempt });
  const byId = settled({ endToEndId: endToEndIdOf(paymentId, 1) });
  expect(before(byUetr(1), byId, byUetr(2))).toEqual([undefined, 1, undefined]);
});
