import { expect, test } from '@jest/globals';
import { isUnpaid } from '../../src/payment/payment.state.js';
import { givenBack } from '../../src/use-cases/corrections/given-back.rule.js';
import type { Recorded } from '../../src/kernel/decider.js';

const of = { programmeId: 'asd', personId: '00000000-0000-4000-8000-000000000001' };
const paymentId = `asd-2026-01-${of.personId}`;
const ordered = (round: number, ...codes: readonly string[]): Recorded => ({
  id: '00000000-0000-4000-8000-000000000002',
  stream: `payment-${paymentId}`,
  revision: round - 1,
  position: round,
  type: 'PaymentOrdered',
  v: 1,
  time: '2026-01-20T00:00:00.000Z',
  data: {
    ...of,
    paymentId,
    period: '2026-01',
    region: 'MA-06',
    round,
    amountMinor: '100',
    currency: 'MAD',
    policyVersion: 1,
    contentHash: 'a'.repeat(64),
    items: codes.map((code) => ({ code, period: '2026-01', amountMinor: '100' })),
  },
  meta: { actor: 'x', role: 'finance-officer', command: 'x', correlation: 'x' },
});

test('a payment gives back the arrears and the deduction that it was ordered with last', () => {
  expect(givenBack([ordered(1, 'arrears'), ordered(2, 'child', 'recovery')])).toEqual({
    ...of,
    paymentId,
    round: 2,
    arrears: false,
    deduction: true,
  });
  expect(givenBack([ordered(1, 'child', 'arrears')])).toMatchObject({
    arrears: true,
    deduction: false,
  });
});

test('a payment without a correction, or that was never ordered, gives nothing back', () => {
  expect(givenBack([ordered(1, 'child')])).toBeUndefined();
  expect(givenBack([])).toBeUndefined();
});

test.each([
  ['rejected', true],
  ['returned', true],
  ['settled', false],
  ['instructed', false],
  ['cancelled', false],
] as const)('a payment that is %s is unpaid: %s', (status, expected) => {
  expect(isUnpaid({ status })).toBe(expected);
});
