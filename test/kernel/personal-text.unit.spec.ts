import { describe, expect, test } from '@jest/globals';
import { keptKey } from '../../src/http/idempotency.js';
import { DomainError } from '../../src/kernel/errors.js';
import { ibanOfRib, ribOf } from '../../src/kernel/accounts.js';
import {
  personalIn,
  refusePersonalTexts,
  withoutPersonal,
} from '../../src/kernel/personal-text.js';

const rib = ribOf('007', '810', '0000000000000042');
const spaced = (text: string, size: number): string =>
  text.replace(new RegExp(`.{${size}}`, 'g'), '$& ').trim();

describe('a text in somebody’s own words', () => {
  test.each([
    ['an identity number', 'La dame (AB123456) a changé de compte'],
    ['an identity number', 'cin ab 123456'],
    ['an identity number', 'CIN:Ｑ１２３４５６'],
    ['an identity number', 'رقم البطاقة J54321'],
    ['a telephone number', 'appelée au 0612345678'],
    ['a telephone number', 'appelée au 06 12 34 56 78.'],
    ['a telephone number', '+212 6 12 34 56 78'],
    ['a telephone number', '00212612345678'],
    ['an account number', `RIB ${rib}`],
    ['an account number', `RIB ${spaced(rib, 4)} de sa sœur`],
    ['an account number', ibanOfRib(rib)],
    ['an account number', `son compte ${spaced(ibanOfRib(rib), 4)} est clos`],
    ['an account number', ibanOfRib(rib).toLowerCase()],
  ])('carries %s: %s', (found, text) => {
    expect(personalIn(text)).toBe(found);
    expect(personalIn(withoutPersonal(text))).toBeUndefined();
  });

  test.each([
    'Decree 2.23.1068 of 2023-12-02, article 5',
    'called on 05-11-2025 at 10:30',
    'the household moved to MA-06 in 2025-11',
    'payment asd-2025-11-5c0bb5b5-9d1e-5e0a-8b57-3f1c2f0a9a10, 1 250.00 MAD of 5,600.00',
    'message ASD-2025-11-POSTE-0001',
    'hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'received 3 of 12 documents',
  ])('carries nothing of anybody: %s', (text) => {
    expect(personalIn(text)).toBeUndefined();
    expect(withoutPersonal(text)).toBe(text);
  });

  test('is refused by the name of its field, and not quoted', () => {
    const refusal = (): unknown => {
      try {
        refusePersonalTexts({ reason: 'moved', note: 'CIN AB123456', accountId: 'AB123456' });
        return undefined;
      } catch (error) {
        return error;
      }
    };
    expect(refusal()).toBeInstanceOf(DomainError);
    expect(refusal()).toMatchObject({ code: 'PERSONAL_DATA_IN_TEXT', field: 'note' });
    expect(JSON.stringify(refusal())).not.toContain('123456');
  });

  test('is the reference of a budget too, and not that of a bank', () => {
    const data = { reference: 'for AB123456' };
    expect(() => refusePersonalTexts(data, 'BudgetAllotted')).toThrow(DomainError);
    expect(() => refusePersonalTexts(data, 'BankEntryRecorded')).not.toThrow();
  });
});

describe('an idempotency key', () => {
  test.each(['AB123456', 'register:AB123456', '+212612345678', ibanOfRib(rib)])(
    'that is %s is kept as its hash, the same each time',
    (key) => {
      expect(keptKey(key)).toMatch(/^sha256:[0-9a-f]{64}$/);
      expect(keptKey(key)).toBe(keptKey(key));
      expect(keptKey(key)).not.toBe(keptKey(`${key}1`));
    },
  );

  test.each(['order-0001', 'a1234567-89ab-4cde-8f01-23456789abcd'])(
    'that is %s is kept as it is',
    (key) => expect(keptKey(key)).toBe(key),
  );
});
