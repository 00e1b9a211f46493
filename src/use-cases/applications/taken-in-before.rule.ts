import { canonicalJson } from '../../kernel/canonical.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';

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
 * is refused with because it says something else under that reference.
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
  if (submitted === undefined && (registered === undefined || isSamePerson)) return 'in-part';
  if (!isSamePerson)
    return new DomainError(
      'REFERENCE_ALREADY_USED',
      'The same reference was taken in for another national identity.',
      'conflict',
      'reference',
    );
  if (submitted?.type !== 'ApplicationSubmitted') return differs('reference');
  const field =
    otherAccount(taken, person) ??
    otherFact(taken.row, submitted.data) ??
    otherPlace(taken, person);
  return field === undefined ? 'same' : differs(field);
}

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

/** The first field in which two rows of one reference and identity differ: where the money goes. */
export function otherFieldOf(one: TakenRow, other: TakenRow): string | undefined {
  if (one.accountHash !== other.accountHash) return 'account.number';
  if (one.row.account.kind !== other.row.account.kind) return 'account.kind';
  const fact = otherFact(one.row, other.row);
  if (fact !== undefined) return fact;
  const fields = ['region', 'name', 'nameArabic', 'phone'] as const;
  const field = fields.find((each) => one.row[each] !== other.row[each]);
  if (field !== undefined) return field;
  return one.row.account.holder === other.row.account.holder ? undefined : 'account.holder';
}

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
  const name = [...names].find((each) => spelled(one.facts[each]) !== spelled(before.facts[each]));
  return name === undefined ? undefined : `facts.${name}`;
}

const spelled = (value: unknown): string => (value === undefined ? '' : canonicalJson(value));

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
