import { accountSpellings } from '../../src/kernel/accounts.js';
import { describe, expect, test } from '@jest/globals';
import { ibanOfRib, ribOf } from '../../src/kernel/accounts.js';
import type { Payee } from '../../src/person/payee.rule.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import type { PaymentState } from '../../src/payment/payment.state.js';
import {
  candidateOf,
  comparable,
  fits,
  keepBest,
  type Wanted,
} from '../../src/use-cases/statements/candidates.rule.js';

const wanted = (more: Partial<Wanted> = {}): Wanted => ({
  entryId: 'e',
  sha256: 'f'.repeat(64),
  number: 0,
  outcome: 'settled',
  bookedOn: '2026-01-06',
  accountHashes: new Set(['hash']),
  names: new Set([comparable('El Fassi Amina')]),
  best: [],
  alike: 0,
  ...more,
});
const paid = (status: PaymentState['status'], paymentId = 'p'): PaymentState => ({
  ...paymentDecider.initialState,
  status,
  paymentId,
  attempt: 1,
});
const compared = (executionDate: string, paymentId?: string) => ({
  state: paid('instructed', paymentId),
  entries: [],
  executionDate,
});
const sealed = { record: 'r', sha256: 'f'.repeat(64) };
const payee: Payee = {
  accountId: 'a',
  kind: 'rib',
  accountHash: 'hash',
  sealed,
  profile: sealed,
  verified: true,
};
const stranger = { ...payee, accountHash: 'another' };

describe('who an entry names', () => {
  test('is the same person whichever way round and in whichever script the bank writes', () => {
    expect(comparable('Amina El-Fassi')).toBe(comparable('EL FASSI AMINA'));
    expect(comparable('Amina El-Fassi')).not.toBe(comparable('Amina El-Idrissi'));
  });

  test('has one account as a RIB and as an IBAN', () => {
    const rib = ribOf('007', '780', '0001234567890123');
    const iban = ibanOfRib(rib);
    expect(accountSpellings(iban)).toEqual([rib, iban]);
    expect(accountSpellings(rib.replace(/(.{4})/g, '$1 '))).toEqual([rib, iban]);
  });
});

test('only a settled payment is returned, and only one under way or rejected is settled', () => {
  const statuses = [
    'ordered',
    'instructed',
    'accepted',
    'settled',
    'rejected',
    'returned',
  ] as const;
  const fitting = (outcome: string | undefined): readonly string[] =>
    statuses.filter((status) => fits({ outcome }, paid(status)));
  expect(fitting('returned')).toEqual(['settled']);
  expect(fitting('settled')).toEqual(['instructed', 'accepted', 'rejected']);
  expect(fitting(undefined)).toEqual(['instructed', 'accepted']);
});

describe('how well a payment fits an entry of its amount', () => {
  test('is told by account before name, and by how near it was booked', () => {
    const score = (...[who, name, on]: [Payee, string | undefined, string]): number =>
      candidateOf(wanted(), compared(on), who, name).score;
    const name = comparable('Amina El Fassi');
    expect(score(payee, undefined, '2026-01-05')).toBe(100);
    expect(score(stranger, name, '2026-01-05')).toBe(90);
    expect(score(stranger, undefined, '2026-01-05')).toBe(60);
    expect(
      ['2026-01-03', '2026-01-13', '2025-12-20', '2025-11-01'].map((on) =>
        score(stranger, undefined, on),
      ),
    ).toEqual([55, 50, 45, 40]);
  });

  test('keeps the five best, those met first before equals, and counts others as good as the last', () => {
    const entry = wanted();
    const near = (id: string) =>
      candidateOf(entry, compared('2026-01-05', id), stranger, undefined);
    keepBest(entry, candidateOf(entry, compared('2025-11-01', 'far'), stranger, undefined));
    expect(entry.best).toEqual([]);
    for (const id of ['1', '2', '3', '4', '5', '6', '7']) keepBest(entry, near(id));
    expect(entry.best.map(({ paymentId }) => paymentId)).toEqual(['1', '2', '3', '4', '5']);
    expect(entry.alike).toBe(2);
    keepBest(entry, candidateOf(entry, compared('2026-01-05', 'own'), payee, undefined));
    expect(entry.best.map(({ paymentId }) => paymentId)).toEqual(['own', '1', '2', '3', '4']);
    expect(entry.alike).toBe(3);
  });
});
