import { describe, expect, test } from '@jest/globals';
import type { Recorded, Role } from '../../src/kernel/decider.js';
import { endToEndIdOf } from '../../src/payment/instruction-ids.rule.js';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { became, reportFor } from '../../src/use-cases/outcomes/reported-outcome.rule.js';

const PAYMENT = 'asd-2026-01-0a0b0c0d-0000-4000-8000-000000000001';
const NOW = '2026-01-29T10:00:00.000Z';
const instruction = (type: string, attempt: number): Recorded =>
  ({
    type,
    data: { attempt, endToEndId: `E${attempt}`, messageId: `M${attempt}` },
  }) as Recorded;
const TWO = [instruction('PaymentInstructed', 1), instruction('PaymentReinstructed', 2)];
const reported = (
  outcome: Partial<ReportedOutcome>,
  events: readonly Recorded[] = TWO,
  role: Role = 'payment-system',
) =>
  reportFor(PAYMENT, { outcome: 'accepted', ...outcome }, 'file', events, {
    now: NOW,
    actor: { id: 'bank', role },
  });

describe('which instruction an outcome answers', () => {
  test.each<[string, Partial<ReportedOutcome>, { attempt: number; endToEndId: string }]>([
    ['the one of its attempt', { attempt: 1 }, { attempt: 1, endToEndId: 'E1' }],
    ['the one of its end-to-end id', { endToEndId: 'E1' }, { attempt: 1, endToEndId: 'E1' }],
    ['none, by an id of nobody', { endToEndId: 'E9' }, { attempt: 1, endToEndId: 'E9' }],
    [
      'none, by an attempt that never was',
      { attempt: 3 },
      { attempt: 3, endToEndId: endToEndIdOf(PAYMENT, 3) },
    ],
  ])('%s', (_, outcome, answered) => {
    expect(reported(outcome)).toMatchObject(answered);
  });

  test('the only one, where none is named; of several it must be said which', () => {
    expect(reported({}, TWO.slice(0, 1))).toMatchObject({ attempt: 1, endToEndId: 'E1' });
    expect(() => reported({})).toThrow(expect.objectContaining({ code: 'ATTEMPT_MISSING' }));
  });

  test('of a payment that was never instructed the first, for the payment to refuse', () => {
    expect(reported({}, [])).toMatchObject({
      attempt: 1,
      endToEndId: endToEndIdOf(PAYMENT, 1),
    });
  });

  test('an entry that is of another message than the instruction is refused', () => {
    expect(() => reported({ endToEndId: 'E1', messageId: 'M2' })).toThrow(
      expect.objectContaining({ code: 'REFERENCES_DIFFER' }),
    );
    expect(reported({ endToEndId: 'E1', messageId: 'M1' })).toMatchObject({ attempt: 1 });
  });
});

test('everything else is told as it was said, and who said it, and nothing of how it was named', () => {
  const said = {
    amountMinor: '50000',
    currency: 'MAD',
    bookedOn: '2026-01-28',
    valueOn: '2026-01-30',
    statement: 'S',
    period: 'a/b',
    bookedAgain: 1,
    reference: 'R',
    entryReference: 'N',
    reason: 'AC04',
  };
  const named = { paymentId: PAYMENT, endToEndId: 'E1', messageId: 'M1', attempt: 1 };
  expect(reported({ ...said, ...named, source: 'camt.054' })).toEqual({
    type: 'ReportOutcome',
    outcome: 'accepted',
    attempt: 1,
    endToEndId: 'E1',
    source: 'camt.054',
    ...said,
  });
  expect(reported({ ...said, attempt: 2 })).toMatchObject({ source: 'file' });
});

test('a settlement without a date is of today, and nothing else has a date that nobody said', () => {
  const said = (outcome: Partial<ReportedOutcome>) => reported({ ...outcome, attempt: 2 });
  expect(said({ outcome: 'settled' })).toMatchObject({ settledOn: '2026-01-29' });
  expect(said({ outcome: 'settled', settledOn: '2026-01-28' })).toMatchObject({
    settledOn: '2026-01-28',
  });
  expect(said({ outcome: 'rejected', reason: 'AC04' })).not.toHaveProperty('settledOn');
});

test('the day of a booking is the one that a payment system said, and no other', () => {
  const day = { attempt: 2, settledOn: '2026-01-28', reason: 'AC04' };
  expect(reported({ ...day, outcome: 'settled' })).toMatchObject({ bookedOn: '2026-01-28' });
  expect(reported({ ...day, outcome: 'returned' })).toMatchObject({ bookedOn: '2026-01-28' });
  for (const one of [
    reported({ attempt: 2, outcome: 'settled' }),
    reported({ ...day, outcome: 'rejected' }),
    reported({ ...day, outcome: 'settled', source: 'pain.002' }),
    reported({ ...day, outcome: 'settled' }, TWO, 'finance-officer'),
  ])
    expect(one).not.toHaveProperty('bookedOn');
});

test('what became of an outcome is the gravest that the payment recorded', () => {
  expect(became(['PaymentSettled'])).toBe('applied');
  expect(became(['PaymentBooked'])).toBe('unchanged');
  expect(became(['PaymentOutcomeProposed'])).toBe('proposed');
  expect(became(['PaymentBooked', 'PaymentBreakRecorded'])).toBe('break');
});
