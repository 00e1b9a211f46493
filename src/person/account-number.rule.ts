import { isIban, isRib, isWallet } from '../kernel/accounts.js';
import { DomainError } from '../kernel/errors.js';
import { HAS_DECIMALS, hasDecimals, isFraction } from '../kernel/personal.js';

export interface AccountFields {
  readonly kind: 'iban' | 'rib' | 'wallet' | 'cash';
  readonly number: string;
  readonly holder?: string | undefined;
}

const SPELLED: Readonly<Record<AccountFields['kind'], (number: string) => boolean>> = {
  iban: isIban,
  rib: isRib,
  wallet: isWallet,
  cash: (number) => /^[A-Z0-9]{4,24}$/.test(number),
};
const WHAT: Readonly<Record<AccountFields['kind'], string>> = {
  iban: 'an IBAN whose check digits are right',
  rib: '24 digits whose key is right',
  wallet: 'a telephone number',
  cash: 'the number of the document shown at the counter, 4 to 24 letters and digits',
};

/**
 * One spelling of an account's number: without spaces, dots and dashes, in upper case.
 * @throws DomainError INVALID_ACCOUNT, which never carries the number
 */
export function accountNumber({ kind, number }: AccountFields, field: string): string {
  if (kind === 'cash' ? isFraction(number) : hasDecimals(number))
    throw new DomainError('INVALID_ACCOUNT', `${field} ${HAS_DECIMALS}.`, 'invalid', field);
  const spelled = number.replace(/[\s.\u00a0\u202f-]/g, '').toUpperCase();
  if (!SPELLED[kind](spelled))
    throw new DomainError('INVALID_ACCOUNT', `${field} must be ${WHAT[kind]}.`, 'invalid', field);
  return spelled;
}
