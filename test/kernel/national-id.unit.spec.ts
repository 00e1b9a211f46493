import { expect, test } from '@jest/globals';
import { normaliseNationalId } from '../../src/kernel/personal.js';
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

test.each(['A12B', '1234', '15-320-0456', 'ZZ111111', '0000000001'])('%s is a number', (text) => {
  expect(codeOf(text)).toBe('taken');
});

test.each([
  ...['NULL', 'null', 'NEANT', 'NONE', 'XXXX', 'INCONNU', 'SANSCIN1', 'N.C.I.N.'],
  ...['000000', '0000', '1111111', '9-9-9-9', 'AAAA'],
  ...['', '123', 'A'.repeat(25), 'AB_1234', 'AB12é4'],
])('%j is none, and would be the same person to everybody who has none', (text) => {
  expect(codeOf(text)).toBe('INVALID_NATIONAL_ID');
});
