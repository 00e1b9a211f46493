import type { PersonalRecord, Vault } from '../adapters/vault/port.js';
import { isIban, isRib, isWallet } from '../kernel/accounts.js';
import { DomainError } from '../kernel/errors.js';
import { faultOfName, tidyName } from '../kernel/text.js';

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
  const spelled = number.replace(/[\s.\u00a0\u202f-]/g, '').toUpperCase();
  if (!SPELLED[kind](spelled))
    throw new DomainError('INVALID_ACCOUNT', `${field} must be ${WHAT[kind]}.`, 'invalid', field);
  return spelled;
}

/** A name as it is kept, by kernel/text. @throws DomainError INVALID_TEXT, which never carries it */
export function personName(text: string, field: string): string {
  const name = tidyName(text);
  const fault = faultOfName(name);
  if (fault !== undefined)
    throw new DomainError('INVALID_TEXT', `${field} ${fault}.`, 'invalid', field);
  return name;
}

/**
 * The part of a record's name that tells contents apart, so that a repeated seal never meets
 * another content under its name.
 */
const mark = (vault: Vault, fields: object): string =>
  vault.keyedHash('account', JSON.stringify(fields)).slice(0, 12);

export function profileRecord(
  vault: Vault,
  personId: string,
  profile: {
    readonly nationalId: string;
    readonly name: string;
    readonly nameArabic?: string;
    readonly phone?: string;
  },
): PersonalRecord {
  return {
    personId,
    record: `person/${personId}/profile/${mark(vault, profile)}`,
    fields: { ...profile },
  };
}

export function accountRecord(
  vault: Vault,
  personId: string,
  accountId: string,
  number: string,
  holder: string | undefined,
): PersonalRecord {
  const fields = { number, ...(holder === undefined ? {} : { holder }) };
  return {
    personId,
    record: `person/${personId}/account/${accountId}/${mark(vault, fields)}`,
    fields,
  };
}
