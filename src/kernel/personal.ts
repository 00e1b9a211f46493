import { DomainError } from './errors.js';

/** What a number of an identity is. */
export const NATIONAL_ID_FORM =
  '4 to 24 letters and digits, two digits at least and no one of them alone throughout';

/**
 * What a spreadsheet, or a program, makes of a code that it took for a number: 12345678.0. Without
 * its dot it is another code.
 */
const AS_NUMBER = /^[^.,]*[0-9][.,]0{1,2}$/;
export const hasDecimals = (text: string): boolean => AS_NUMBER.test(text.normalize('NFKC').trim());
export const HAS_DECIMALS =
  'must not end in decimals (.0), as spreadsheets and programs write what they take for a number';

/**
 * One spelling for one national identity number, so that its keyed hash is one: NFKC, upper case,
 * without spaces, dots, dashes and slashes. A word is none (NULL, NEANT, XXXX), nor is one
 * character throughout (000000): whoever has no number would be the same person to everybody.
 * @throws DomainError INVALID_NATIONAL_ID, which never carries the number
 */
export function normaliseNationalId(text: string, field = 'nationalId'): string {
  if (typeof text === 'string' && hasDecimals(text))
    throw new DomainError('INVALID_NATIONAL_ID', `${field} ${HAS_DECIMALS}.`, 'invalid', field);
  const value =
    typeof text === 'string'
      ? text
          .normalize('NFKC')
          .replace(/[\s./-]+/g, '')
          .toUpperCase()
      : '';
  const isNumber = /^[A-Z0-9]{4,24}$/.test(value) && /[0-9].*[0-9]/.test(value);
  if (!isNumber || /^(.)\1*$/.test(value))
    throw new DomainError(
      'INVALID_NATIONAL_ID',
      `${field} must be ${NATIONAL_ID_FORM}.`,
      'invalid',
      field,
    );
  return value;
}
