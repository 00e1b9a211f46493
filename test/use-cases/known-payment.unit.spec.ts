import { describe, expect, test } from '@jest/globals';
import type { NumberedEntry } from '../../src/adapters/payment-rail/iso20022/incoming/port.js';
import { uetrOf, uuidOf } from '../../src/kernel/ids.js';
import {
  accountDiffers,
  heldAgainst,
  otherUetr,
  type KnownPayment,
} from '../../src/use-cases/statements/known-payment.rule.js';

const PAYMENT = 'asd-2026-01-0a0b0c0d-0000-4000-8000-000000000001';
const outcome = { outcome: 'settled', paymentId: PAYMENT, messageId: 'M1' } as const;
const verdict = { kind: 'payment', outcome, account: 'A' } as const;
const known: KnownPayment = {
  paymentId: PAYMENT,
  ofUetr: undefined,
  otherAccount: undefined,
  isOfOurMessage: true,
};
const held = (more: Partial<KnownPayment> = {}) =>
  heldAgainst(verdict, outcome, { ...known, ...more });

describe('an entry that names a payment of ours', () => {
  test('says of it what it says, unless it is contradicted', () => {
    expect(held()).toEqual(verdict);
    expect(held({ ofUetr: PAYMENT })).toEqual(verdict);
  });

  test('is for a person where its UETR is another payment of ours', () => {
    expect(held({ ofUetr: `${PAYMENT.slice(0, -1)}2` })).toMatchObject({
      kind: 'unclear',
      code: 'REFERENCES_DIFFER',
      outcome: 'settled',
    });
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
    expect(held({ isOfOurMessage: false })).toEqual({
      ...verdict,
      outcome: { outcome: 'settled', paymentId: PAYMENT },
    });
  });
});

test('a UETR is looked up where it is one, and not that of the first instruction', () => {
  const booking = (uetr?: string) => ({ kind: 'booking', references: { uetr } }) as NumberedEntry;
  const status = (uetr?: string) => ({ kind: 'status', original: { uetr } }) as NumberedEntry;
  const other = uuidOf('another');
  for (const entry of [booking, status]) {
    expect(otherUetr(entry(other), PAYMENT)).toBe(other);
    for (const uetr of [undefined, 'none', uetrOf(PAYMENT, 1)])
      expect(otherUetr(entry(uetr), PAYMENT)).toBeUndefined();
  }
});
