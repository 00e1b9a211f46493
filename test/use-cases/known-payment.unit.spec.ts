import { describe, expect, test } from '@jest/globals';
import type { NumberedEntry } from '../../src/adapters/payment-rail/iso20022/incoming/port.js';
import { uetrOf, uuidOf } from '../../src/kernel/ids.js';
import { endToEndIdOf } from '../../src/payment/instruction-ids.rule.js';
import {
  accountDiffers,
  heldAgainst,
  heldAgainstMessages,
  otherUetr,
  type KnownPayment,
} from '../../src/use-cases/statements/known-payment.rule.js';

const PAYMENT = 'asd-2026-01-0a0b0c0d-0000-4000-8000-000000000001';
const FIRST = endToEndIdOf(PAYMENT, 1);
const outcome = {
  outcome: 'settled',
  paymentId: PAYMENT,
  endToEndId: FIRST,
  messageId: 'M1',
} as const;
const verdict = { kind: 'payment', outcome, account: 'A' } as const;
const known: KnownPayment = {
  paymentId: PAYMENT,
  ofUetr: undefined,
  otherAccount: undefined,
  messages: ['M1'],
};
const held = (more: Partial<KnownPayment> = {}) =>
  heldAgainst(verdict, outcome, { ...known, ...more });

describe('an entry that names a payment of ours', () => {
  test('says of it what it says, unless it is contradicted', () => {
    expect(held()).toEqual(verdict);
    expect(held({ ofUetr: { paymentId: PAYMENT, attempt: 1 } })).toEqual(verdict);
  });

  test('is for a person where its UETR is of another payment of ours, or of another attempt', () => {
    const others = [
      { paymentId: `${PAYMENT.slice(0, -1)}2`, attempt: 1 },
      { paymentId: PAYMENT, attempt: 2 },
    ];
    for (const ofUetr of others)
      expect(held({ ofUetr })).toMatchObject({
        kind: 'unclear',
        code: 'REFERENCES_DIFFER',
        outcome: 'settled',
      });
  });

  test('is for a person where it is of two messages of ours', () => {
    const differs = { kind: 'unclear', code: 'REFERENCES_DIFFER', outcome: 'settled' };
    expect(held({ messages: ['M1', 'M2'] })).toMatchObject(differs);
    const whole = { kind: 'message', messageId: 'THEIRS', outcome, exactly: {} } as const;
    const booking = { kind: 'booking' } as NumberedEntry;
    expect(heldAgainstMessages(booking, whole, ['M1', 'M2'])).toMatchObject(differs);
    expect(heldAgainstMessages(booking, whole, ['M1'])).toMatchObject({ messageId: 'M1' });
    expect(heldAgainstMessages({ kind: 'status' } as NumberedEntry, whole, ['M1'])).toBe(whole);
  });

  test('is for a person where its statement is of another account; only ends are told', () => {
    const otherAccount = accountDiffers('MA640117800000000000009', new Set(['RIB1234', 'MA91234']));
    const found = held({ otherAccount });
    expect(found).toMatchObject({
      kind: 'unclear',
      code: 'ACCOUNT_DIFFERS',
      outcome: 'settled',
    });
    expect(otherAccount.detail).toContain('…0009;');
    expect(otherAccount.detail).toMatch(/from …1234\.$/);
  });

  test('is of no message where it names one that is not ours', () => {
    expect(held({ messages: [] })).toEqual({
      ...verdict,
      outcome: { outcome: 'settled', paymentId: PAYMENT, endToEndId: FIRST },
    });
  });
});

test('a UETR is looked up where it is one, and not that of the first instruction', () => {
  const booking = (uetr?: string) => ({ kind: 'booking', references: { uetr } }) as NumberedEntry;
  const status = (uetr?: string) => ({ kind: 'status', original: { uetr } }) as NumberedEntry;
  const other = uuidOf('another');
  for (const entry of [booking, status]) {
    expect(otherUetr(entry(other), PAYMENT, FIRST)).toBe(other);
    for (const uetr of [undefined, 'none', uetrOf(PAYMENT, 1)])
      expect(otherUetr(entry(uetr), PAYMENT, FIRST)).toBeUndefined();
    const second = endToEndIdOf(PAYMENT, 2);
    expect(otherUetr(entry(uetrOf(PAYMENT, 1)), PAYMENT, second)).toBe(uetrOf(PAYMENT, 1));
  }
});
