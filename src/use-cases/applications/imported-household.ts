import { VaultError, type PersonalRecord, type Sealed } from '../../adapters/vault/port.js';
import { sealedRecords } from '../../kernel/sealed-records.js';
import { streams, uuidOf } from '../../kernel/ids.js';
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
    { personId, record: `${sealedRecords.profile(personId)}/${mark}`, fields: profile },
    { personId, record: `${sealedRecords.account(personId, accountId)}/${mark}`, fields: account },
  ];
}

/** Profile and account of each, in order; undefined for who was erased since the log was read. */
export async function sealEach(
  households: readonly Household[],
  deps: Pick<Deps, 'vault'>,
): Promise<readonly (readonly [Sealed, Sealed] | undefined)[]> {
  if (households.length === 0) return [];
  try {
    const sealed = await deps.vault.seal(households.flatMap((each) => personalRecords(each, deps)));
    return households.map((_, i) => [sealed[i * 2]!, sealed[i * 2 + 1]!] as const);
  } catch (error) {
    if (!(error instanceof VaultError) || error.code !== 'PERSON_ERASED') throw error;
    if (households.length === 1) return [undefined];
    const each = [];
    for (const household of households) each.push(...(await sealEach([household], deps)));
    return each;
  }
}

/**
 * Of households that were refused once they were sealed: what is sealed for somebody whom no event
 * names would stay readable, and nobody could ask for its erasure. Their keys are forgotten, so
 * that their reference can be taken in when it is corrected.
 */
export async function forgetUnregistered(
  refused: readonly Household[],
  { store, vault }: Pick<Deps, 'store' | 'vault'>,
): Promise<void> {
  if (refused.length === 0) return;
  const persons = await store.readStreams(refused.map(({ personId }) => streams.person(personId)));
  await vault.forget(
    refused.flatMap(({ personId }, i) => (persons[i]!.events.length === 0 ? [personId] : [])),
  );
}
