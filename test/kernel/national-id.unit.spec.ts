import { expect, test } from '@jest/globals';
import { normaliseNationalId } from '../../src/kernel/personal.js';
import { accountNumber } from '../../src/person/account-number.rule.js';
import { DomainError } from '../../src/kernel/errors.js';

const codeOf = (text: string): string => {
  try {
    normaliseNationalId(text);
    return 'taken';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (text !== '') expect(error.message).not.toContain(text);
    return error.code;
  }
};

test('one number in its spellings is one', () => {
  for (const text of ['AB100020', ' ab-100.020 ', 'AB 100/020', 'ＡＢ１０００２０'])
    expect(normaliseNationalId(text)).toBe('AB100020');
});

test.each([
  ...['A12B', '1234', '15-320-0456', 'ZZ111111', '0000000001', '100.000', '1.234.567.00'],
  ...['123.456', 'AB 100.000', '12.345.678', '756.1234.5678.97', '12345678E7', '12345678.'],
])('%s is a number', (text) => {
  expect(codeOf(text)).toBe('taken');
});

test.each([
  ...['NULL', 'null', 'NEANT', 'NONE', 'XXXX', 'INCONNU', 'SANSCIN1', 'N.C.I.N.'],
  ...['000000', '0000', '1111111', '9-9-9-9', 'AAAA'],
  ...['12345678.0', '12345678.00', 'AB123456.0', '12 345 678.0', '１２３４５６.０', '12345678,0'],
  ...['12345678.000', '12345678.0000', '12345678.000000', '12345678,000', '12 345 678.000'],
  ...['AB123456.000', '1234.000', '678.0000', '1.2345678E7', '1.2345678e+07', '12345678.0E0'],
  ...['12345678.5', '1234.5678', '\u00a012345678.\u00a0000'],
  ...['', '123', 'A'.repeat(25), 'AB_1234', 'AB12é4'],
])('%j is none, and would be the same person to everybody who has none', (text) => {
  expect(codeOf(text)).toBe('INVALID_NATIONAL_ID');
});

test.each([
  ['cash', '12345678.0'],
  ['cash', '12345678.000000'],
  ['cash', '1.2345678E7'],
  ['cash', '12345678.5'],
  ['wallet', '0612000095.000'],
  ['wallet', '06120000.95E2'],
  ['wallet', '061200009.50'],
  ['wallet', '0612000095.0'],
  ['rib', '0078100000000000001001.00'],
] as const)('a number with decimals is no account either: %s', (kind, number) => {
  expect(() => accountNumber({ kind, number }, 'number')).toThrow('must');
});
