import { canonicalIfAny } from '../../kernel/canonical.js';
import { requireRegion, type Context, type Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { isErased, regionOf } from '../../person/person-history.rule.js';

/** What is compared of a row. */
interface Row {
  readonly receivedOn: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly region: string;
  readonly name: string;
  readonly nameArabic?: string;
  readonly phone?: string;
  readonly account: { readonly kind: string; readonly holder?: string };
}

/** A row, with what its identity and its account are in events. */
export interface TakenRow {
  readonly row: Row;
  readonly identityHash: string;
  readonly accountHash: string;
  /** Each under which events may hold that account. */
  readonly accountHashes: ReadonlySet<string>;
}

/**
 * What an earlier run made of a row whose reference it knew: the same, a part only, or what the row
 * is refused with because it says something else under that reference. Of who was erased there is
 * nothing that could be changed.
 * @param person its history; @param submitted the first event of the application
 */
export function takenInBefore(
  taken: TakenRow,
  person: readonly Recorded[],
  submitted: Recorded | undefined,
): 'same' | 'in-part' | DomainError {
  const [registered] = person;
  const isSamePerson =
    registered?.type === 'PersonRegistered' && registered.data.identityHash === taken.identityHash;
  const erased = isErased(person);
  if (submitted === undefined && (registered === undefined || isSamePerson))
    return erased ? personErased() : 'in-part';
  if (!isSamePerson) return referenceUsed();
  if (submitted?.type !== 'ApplicationSubmitted') return differs('reference');
  const field =
    otherAccount(taken, person) ??
    otherFact(taken.row, submitted.data) ??
    otherPlace(taken, person);
  if (field === undefined) return 'same';
  return erased ? personErased() : differs(field);
}

/**
 * Whoever is limited to regions learns nothing of a household that is in another: neither that it
 * is the same, nor what is different.
 * @throws DomainError REGION_NOT_ALLOWED
 */
export function requireWithin(
  context: Pick<Context, 'actor'>,
  person: readonly Recorded[],
  submitted: Recorded | undefined,
): void {
  const region = regionOf(person);
  if (region !== undefined) requireRegion(context, region);
  if (submitted?.type === 'ApplicationSubmitted') requireRegion(context, submitted.data.region);
}

/** Nothing is ever sealed for them again. */
export const personErased = (): DomainError =>
  new DomainError(
    'PERSON_ERASED',
    'The person who was taken in under this reference was erased; it cannot be used again.',
    'conflict',
    'reference',
  );

export const referenceUsed = (): DomainError =>
  new DomainError(
    'REFERENCE_ALREADY_USED',
    'The same reference was taken in for another national identity.',
    'conflict',
    'reference',
  );

/** The field in which a row is another than what the vault keeps of the person. */
export function otherProfile(
  { name, nameArabic, phone, account }: Row,
  profile: Readonly<Record<string, string>> | undefined,
  sealedAccount: Readonly<Record<string, string>> | undefined,
): string | undefined {
  // Of who was erased there is nothing to compare with.
  if (!profile) return undefined;
  const said = Object.entries({ name, nameArabic, phone });
  const field = said.find(([each, text]) => text !== profile[each])?.[0];
  if (field !== undefined) return field;
  const isSame = (account.holder ?? name) === (sealedAccount?.['holder'] ?? name);
  return isSame ? undefined : 'account.holder';
}

/** What two rows of one reference and identity are compared in: where the money goes first. */
export const fieldsOf = ({
  row,
  accountHash,
}: TakenRow): readonly (readonly [string, string])[] => [
  ['account.number', accountHash],
  ['account.kind', row.account.kind],
  ['receivedOn', row.receivedOn],
  ...Object.keys(row.facts)
    .sort()
    .map((name) => [`facts.${name}`, canonicalIfAny(row.facts[name])] as const),
  ['region', row.region],
  ['name', row.name],
  ['nameArabic', row.nameArabic ?? ''],
  ['phone', row.phone ?? ''],
  ['account.holder', row.account.holder ?? ''],
];

/** The first field that is another than before; of one day the facts have the same names. */
export const otherFieldAmong = (
  now: readonly (readonly [field: string, text: string])[],
  before: readonly string[],
): string | undefined => now.find(([, text], i) => text !== before[i])?.[0];

/** Nobody takes for there already what the log does not have. */
export const differs = (field: string): DomainError =>
  new DomainError(
    'APPLICATION_DIFFERS',
    `The same reference was taken in with another value here; ${
      field.startsWith('facts') || field === 'receivedOn' || field === 'reference'
        ? 'amend that application instead.'
        : 'change it where that person is, and not by importing again.'
    }`,
    'conflict',
    field,
  );

function otherFact(
  one: Pick<Row, 'receivedOn' | 'facts'>,
  before: Pick<Row, 'receivedOn' | 'facts'>,
): string | undefined {
  if (one.receivedOn !== before.receivedOn) return 'receivedOn';
  const names = new Set([...Object.keys(one.facts), ...Object.keys(before.facts)]);
  const name = [...names].find(
    (each) => canonicalIfAny(one.facts[each]) !== canonicalIfAny(before.facts[each]),
  );
  return name === undefined ? undefined : `facts.${name}`;
}

/** Where they were registered, or moved to since. */
const otherPlace = ({ row }: TakenRow, person: readonly Recorded[]): string | undefined =>
  person.some(
    ({ type, data }) =>
      (type === 'PersonRegistered' || type === 'PersonMoved') && data.region === row.region,
  )
    ? undefined
    : 'region';

/** One of those that they ever had. */
function otherAccount({ row, accountHashes }: TakenRow, person: readonly Recorded[]) {
  const accounts = person.flatMap((event) =>
    event.type === 'PayeeAccountRegistered' ? [event.data] : [],
  );
  const known = accounts.find((account) => accountHashes.has(account.accountHash));
  if (!known) return 'account.number';
  return known.kind === row.account.kind ? undefined : 'account.kind';
}
