import { describe, expect, test } from '@jest/globals';
import { DomainError } from '../../src/kernel/errors.js';
import { ibanOfRib, ribOf } from '../../src/kernel/accounts.js';
import {
  personalIn,
  possibleIdentities,
  isWrittenHere,
  refusePersonalTexts,
  refuseUnfitTexts,
  withoutPersonal,
  wordsWithoutPersonal,
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
    ['an identity number', 'رقم البطاقة AB١٢٣٤٥٦'],
    ['an identity number', 'AB\u200b123\u2060456'],
    ['an identity number', 'CIN AB\u00ad123456'],
    ['an identity number', 'AB–123456'],
    ['a telephone number', '٠٦١٢٣٤٥٦٧٨'],
    ['a telephone number', '06‑12‑34‑56‑78'],
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

  const marks = [
    '_',
    ':',
    ' : ',
    '/',
    '.',
    ' - ',
    '\u00a0',
    '\u202f',
    '\u2013',
    '\u060c',
    '\u0640',
  ];
  marks.push(
    ' n\u00b0 ',
    ' n\u00ba',
    ' N\u00b0',
    ' no. ',
    ' num\u00e9ro ',
    ' \u0631\u0642\u0640\u0645 ',
    '....',
    '|',
    '#',
  );
  test.each(marks)('carries an identity number whose letters and digits %j parts', (mark) => {
    for (const text of [
      `AB${mark}123456`,
      `CIN ab${mark}123456.`,
      `(\u00c1B${mark}\u0661\u0662\u0663\u0664\u0665\u0666)`,
    ])
      expect([text, personalIn(text)]).toEqual([text, 'an identity number']);
    expect(possibleIdentities(`cnie q${mark}765432`)).toContain('Q765432');
  });

  test.each([
    '_',
    '/',
    '.',
    '-',
    ' - ',
    '\u00a0',
    '\u2013',
    '\u00b7',
    '\u2022',
    ',',
    ':',
    "'",
    '\u066c',
    '\u06d4',
  ])('carries numbers whose groups %j parts', (mark) => {
    const apart = (groups: string): string => groups.replaceAll(' ', mark);
    for (const groups of ['0612 345678', '06 1234 5678', '212 6 12 34 56 78'])
      expect([groups, personalIn(apart(groups))]).toEqual([groups, 'a telephone number']);
    for (const groups of ['00 212 612 345678', '+212 612 345678', '+212 (0)6 12 34 56 78'])
      expect([groups, personalIn(apart(groups))]).toEqual([groups, 'a telephone number']);
    for (const account of [rib, ibanOfRib(rib)])
      expect(personalIn(`of ${apart(spaced(account, 4))}`)).toBe('an account number');
    expect(possibleIdentities(apart('CIN 153 200 456'))).toContain('153200456');
  });

  test.each([
    '0 612 345 678',
    '0-6-12-34-56-78',
    '(0) 612 345678',
    '212 (0)6 12 34 56 78',
    '+ (33) 6 12 34 56 78',
  ])('carries a telephone number whose zero stands apart: %s', (text) => {
    expect(personalIn(text)).toBe('a telephone number');
  });

  test.each(['AB 123 456', 'AB.12.34.56', 'CIN Q-765-432', 'AB/1234/56'])(
    'carries an identity number in groups: %s',
    (text) => {
      expect(personalIn(text)).toBe('an identity number');
    },
  );

  test('carries an account behind what only begins like one, or behind another number', () => {
    expect(personalIn(`AB12 ${ibanOfRib(rib)}`)).toBe('an account number');
    expect(personalIn(`3 ${spaced(rib, 4)}`)).toBe('an account number');
  });

  test.each([
    'Decree 2.23.1068 of 2023-12-02, article 5',
    'called on 05-11-2025 at 10:30',
    'the household moved to MA-06 in 2025-11',
    'payment asd-2025-11-5c0bb5b5-9d1e-5e0a-8b57-3f1c2f0a9a10, 1 250.00 MAD of 5,600.00',
    'payment asd-2025-11-a1234567-9d1e-5e0a-8b57-3f1c2f0a9a10 of ab123456-9d1e-5e0a-8b57-3f1c2f0a9a10',
    'message ASD-2025-11-POSTE-0001',
    'hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'received 3 of 12 documents',
    'Plafond porté à 15000 dirhams, reste dû 12500',
    'Plafond porté à : 15000 dirhams',
    'Décret n° 12345, enregistré sous le n° 15432',
    'décision no. 05/2023/1234 du 05/11/2025 10:30:45',
    'le 05/11/25 10:30, en 2025-06 - 2025-12, 06/2025 07/2025 08/2025',
    'un montant de 12 500 dirhams ; of 125 000, 7 500',
    'MONTANT DE 12 500 DH, DH 125 000, EN 12 500',
    'A 125 000 000, A 12 500,00 MAD and B 12 500.00',
    'amounts 1250.00 5600.00 12000.00 and + 2500 + 1000 + 30000 = 33500',
    'a) 12500 MAD, b) 15000 MAD',
    'payees B., 12500 MAD',
    'months 05, 06, 07, 08 and 09 of 2025',
    'a share of 0.512345678 or 0,65 123 456 78',
    'message AB-2025-11-POSTE-0001 of MA-06-2025',
    '5% 123456 12€ 345678',
    'le 05/1/2025 123 dossiers, 0612: 345678 dirhams',
    'the file PAIN001_20251105_0001.xml',
  ])('carries nothing of anybody: %s', (text) => {
    expect(personalIn(text)).toBeUndefined();
    expect(withoutPersonal(text)).toBe(text);
  });

  test.each([
    '\u00c1B\u2013123456',
    'BE12\u03013456',
    'B\u0301E123456',
    'A\u0301 123456',
    '\u00c1B-123456',
    '\u0412\u0415123456',
    '\u0392\u0395 123456',
  ])('is an identity number in whatever letters it is written: %j', (text) => {
    expect(personalIn(text)).toBe('an identity number');
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

  test.each(['PaymentOutcomeProposed', 'PaymentSettled', 'PaymentRejected'])(
    'is the reference of what somebody typed of a payment, in %s, and not that of its bank',
    (type) => {
      const reference = 'AB123456';
      for (const source of ['http', 'file'])
        expect(() => refusePersonalTexts({ reference, source }, type)).toThrow(DomainError);
      for (const source of ['camt.053', 'camt.054', 'pain.002', 'operator'])
        expect(() => refusePersonalTexts({ reference, source }, type)).not.toThrow();
    },
  );

  test.each(['PaymentBreakOwnerSet', 'BankEntryOwnerSet'])('is the owner in %s', (type) => {
    expect(() => refusePersonalTexts({ owner: 'AB123456' }, type)).toThrow(DomainError);
    for (const owner of ['f.elfassi', 'auth0|5f7c8ec7c33c6c004bbafe82', '110169484474386276334'])
      expect(() => refusePersonalTexts({ owner }, type)).not.toThrow();
  });
});

describe('words of people', () => {
  test('are refused by the name of their field where they are no text', () => {
    for (const field of ['reason', 'note', 'method', 'grounds'])
      expect(() => refuseUnfitTexts({ [field]: 'a\u202eb' })).toThrow(
        `INVALID_TEXT: ${field} must`,
      );
    expect(() => refuseUnfitTexts({ reference: '\u001b[2J' }, 'BudgetAllotted')).toThrow(
      DomainError,
    );
    expect(() =>
      refuseUnfitTexts({ reason: 'moved\nto Ouarzazate', name: '\u202e' }),
    ).not.toThrow();
  });

  test('are told from those of a file of a bank, which a person may have had applied', () => {
    for (const data of [{}, { source: 'http' }, { source: 'file' }])
      expect(isWrittenHere(data)).toBe(true);
    for (const data of [{ source: 'camt.053' }, { source: 'operator' }, { family: 'pain.002' }])
      expect(isWrittenHere(data)).toBe(false);
  });
});

describe('what may be the number of an identity', () => {
  test.each([
    ['15 32 00456 is his number', '153200456'],
    ['no. 153.200-456', '153200456'],
    ['1 90 05 75 123 456 78', '190057512345678'],
    ['AB 12 34 56', 'AB123456'],
    ['ab12cd345', 'AB12CD345'],
    ['رقم ١٥٣٢٠٠٤٥٦', '153200456'],
    ['(153200456)', '153200456'],
    ['153 200\u200b456', '153200456'],
    ['BE12\u03013456', 'BE123456'],
    ['B\u0301E1234\u20e356', 'BE123456'],
    ['\u0412\u0415123456', 'BE123456'],
    ['\u0432\u0435123456', 'BE123456'],
    ['\u0392\u0395123456', 'BE123456'],
    ['AB, 123456', 'AB123456'],
    ['carte J4321', 'J4321'],
    ['12ab34', '12AB34'],
  ])('%s', (text, number) => {
    expect(possibleIdentities(text)).toContain(number);
  });

  test.each([
    'moved to the region of 2025',
    'seen on 2025-12-31, and on 31/12/2025 again',
    'payment a1234567-9d1e-5e0a-8b57-3f1c2f0a9a10',
    'of 12, 34 and 56 documents',
    '123, 45: 6 of them',
    'page J432, of 4321, or 2025',
    '1234 + 5678 = 6912',
    '1234€ 5678',
  ])('none in: %s', (text) => {
    expect(possibleIdentities(text)).toEqual([]);
  });

  test('is no longer than one can be, and not of more than eight groups', () => {
    expect(possibleIdentities('1'.repeat(25))).toEqual([]);
    expect(possibleIdentities('1 2 3 4 5 6 7 8 9')).not.toContain('123456789');
  });
});

describe('a sentence of ours', () => {
  test('keeps its amounts and loses the number in a name that it quotes', () => {
    expect(wordsWithoutPersonal('The report is of 100000 minor units of asd-2025-11.')).toBe(
      'The report is of 100000 minor units of asd-2025-11.',
    );
    expect(wordsWithoutPersonal('There is no programme ab123456.')).toBe(
      'There is no programme abxxxxxx.',
    );
  });
});
