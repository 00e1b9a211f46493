import { DomainError } from './errors.js';

/** What a number of an identity is. */
export const NATIONAL_ID_FORM =
  '4 to 24 letters and digits, two digits at least and no one of them alone throughout';

/**
 * What a spreadsheet, or a program, makes of a code that it took for a number: 12345678.0
 * or 12345678.000000. Without its dot it is another code. Three zeros after three digits or fewer
 * are thousands.
 */
const AS_NUMBER = [/^[^.,]*[0-9]{4}[.,]0+$/, /^[^.,]*[0-9][.,](?:0{1,2}|0{4,})$/];
/** A fraction names nobody: one mark, after four digits or more, groups none. Nor does 1.23E7. */
const FRACTION = /^(?:[0-9]{4,}[.,][0-9]+|[0-9]+[.,][0-9]*E[+-]?[0-9]+)$/i;
const plain = (text: string): string => text.normalize('NFKC').replace(/\s/g, '');
export const hasDecimals = (text: string): boolean =>
  AS_NUMBER.some((form) => form.test(plain(text)));
/** Of what names a person, where no check digits tell a wrong one. */
export const isFraction = (text: string): boolean =>
  hasDecimals(text) || FRACTION.test(plain(text));
export const HAS_DECIMALS =
  'must not have decimals (.0) or an exponent (E+7), as spreadsheets and programs write what they take for a number';

/**
 * One spelling for one national identity number, so that its keyed hash is one: NFKC, upper case,
 * without spaces, dots, dashes and slashes. A word is none (NULL, NEANT, XXXX), nor is one
 * character throughout (000000): whoever has no number would be the same person to everybody.
 * @throws DomainError INVALID_NATIONAL_ID, which never carries the number
 */
export function normaliseNationalId(text: string, field = 'nationalId'): string {
  if (typeof text === 'string' && isFraction(text))
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
