import type { PersonalRecord } from '../../adapters/vault/port.js';
import { uuidOf } from '../../kernel/ids.js';
import type { HouseholdRow } from '../../tabular/household-row.js';
import type { Deps } from '../../write-side/context.js';

/** What a row becomes, by ids that the same row gives for ever. */
export interface Household {
  readonly row: HouseholdRow;
  readonly personId: string;
  readonly accountId: string;
  readonly applicationId: string;
  readonly identityHash: string;
  readonly accountHash: string;
  /** Also those under which an earlier version kept the same account. */
  readonly accountHashes: ReadonlySet<string>;
  /** Whoever claimed the identity before, and was registered with another. */
  readonly abandonedBy?: string;
}

export const personIdOf = (programmeId: string, reference: string): string =>
  uuidOf('person', programmeId, reference);
export const applicationIdOf = (programmeId: string, reference: string): string =>
  uuidOf('application', programmeId, reference);

/**
 * Profile and account as the vault keeps them. The names carry a keyed hash of the content of both:
 * a row that was corrected between a killed run and the next is another record, so neither run
 * binds the other's ciphertext.
 */
export function personalRecords(
  { row, personId, accountId }: Household,
  deps: Pick<Deps, 'vault'>,
): [PersonalRecord, PersonalRecord] {
  const profile = {
    nationalId: row.nationalId,
    name: row.name,
    ...(row.nameArabic === undefined ? {} : { nameArabic: row.nameArabic }),
    ...(row.phone === undefined ? {} : { phone: row.phone }),
  };
  const account = { number: row.account.number, holder: row.account.holder ?? row.name };
  const mark = deps.vault.keyedHash('account', JSON.stringify([profile, account])).slice(0, 12);
  return [
    { personId, record: `person/${personId}/profile/${mark}`, fields: profile },
    { personId, record: `person/${personId}/account/${accountId}/${mark}`, fields: account },
  ];
}
