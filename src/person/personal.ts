import type { PersonalRecord, Vault } from '../adapters/vault/port.js';
import { DomainError } from '../kernel/errors.js';
import { sealedRecords } from '../kernel/sealed-records.js';
import { faultOfName, tidyName } from '../kernel/text.js';

/**
 * A name as it is kept, by kernel/text. @throws DomainError INVALID_TEXT, which never carries it
 */
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
    record: `${sealedRecords.profile(personId)}/${mark(vault, profile)}`,
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
    record: `${sealedRecords.account(personId, accountId)}/${mark(vault, fields)}`,
    fields,
  };
}
