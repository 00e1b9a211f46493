import { DomainError } from './errors.js';

/**
 * One spelling for one national identity number, so that its keyed hash is one: NFKC, upper case,
 * without spaces, dots, dashes and slashes.
 * @throws DomainError INVALID_NATIONAL_ID, which never carries the number
 */
export function normaliseNationalId(text: string, field = 'nationalId'): string {
  const value =
    typeof text === 'string'
      ? text
          .normalize('NFKC')
          .replace(/[\s./-]+/g, '')
          .toUpperCase()
      : '';
  if (!/^[A-Z0-9]{4,24}$/.test(value)) {
    throw new DomainError(
      'INVALID_NATIONAL_ID',
      `${field} must be 4 to 24 letters and digits.`,
      'invalid',
      field,
    );
  }
  return value;
}
