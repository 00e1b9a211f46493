import { normaliseNationalId } from '../kernel/personal.js';
import { daysInMonth } from '../kernel/time.js';
import { isIban, isRib, isWallet } from '../kernel/accounts.js';
import type { Failure } from './convert.js';
import type { AccountKind, HouseholdRow, Reject } from './household-row.js';
import type { Bound, Mapping, Source } from './mapping.js';

/** Builds a row from a record, or adds everything that is wrong with it to the rejects. */
export type BuildHousehold = (
  record: unknown,
  line: number,
  rows: HouseholdRow[],
  rejects: Reject[],
) => void;

const REGION = /^[A-Z]{2}-[A-Z0-9]{1,3}$/;
const DATE = /^([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/;
const PHONE = /^\+?[0-9]{8,15}$/;
const SEPARATORS = /[\s.\u00a0\u202f-]/g;
/** ISO 20022 names have at most 140 characters. */
const MAX_NAME = 140;
const MAX_REFERENCE = 64;

const matches =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text);
function isDate(text: string): boolean {
  const match = DATE.exec(text);
  return match !== null && Number(match[3]) <= daysInMonth(Number(match[1]), Number(match[2]));
}

const CHECKS: Readonly<Record<AccountKind, (number: string) => boolean>> = {
  iban: isIban,
  rib: isRib,
  wallet: isWallet,
  cash: () => true,
};
const isKind = (kind: string): kind is AccountKind => Object.hasOwn(CHECKS, kind);

interface Target {
  readonly column: string;
  readonly read: Bound | undefined;
}

/** Binds a mapping to a file's columns. */
export function householdBuilder(mapping: Mapping, source: Source): BuildHousehold {
  const target = (name: string): Target => ({
    column: mapping.columnOf(name),
    read: mapping.fields.get(name)?.bind(source),
  });
  const reference = target('reference');
  const nationalId = target('nationalId');
  const name = target('name');
  const nameArabic = target('nameArabic');
  const phone = target('phone');
  const region = target('region');
  const receivedOn = target('receivedOn');
  const accountKind = target('account.kind');
  const accountNumber = target('account.number');
  const accountHolder = target('account.holder');
  const facts = [...mapping.fields]
    .filter(([key]) => key.startsWith('facts.'))
    .map(([key, field]) => [key.slice('facts.'.length), field.bind(source)] as const);

  return (record, line, rows, rejects) => {
    const failures: Failure[] = [];
    const text = ({ column, read }: Target, maxLength: number): string => {
      const before = failures.length;
      const value = read?.(record, failures);
      const result = value === undefined ? '' : String(value);
      if (result.length > maxLength)
        failures.push({
          column,
          code: 'TEXT_TOO_LONG',
          reason: `is longer than ${maxLength} characters`,
        });
      else if (result === '' && read && failures.length === before && value !== undefined)
        failures.push({ column, code: 'VALUE_MISSING', reason: 'is empty' });
      return result;
    };
    const matching = (
      from: Target,
      maxLength: number,
      fits: (text: string) => boolean,
      code: string,
      reason: string,
      clean = false,
    ): string => {
      const before = failures.length;
      const given = text(from, maxLength);
      const value = clean ? given.replace(SEPARATORS, '').toUpperCase() : given;
      if (value !== '' && failures.length === before && !fits(value))
        failures.push({ column: from.column, code, reason });
      return value;
    };

    const identity = (from: Target): string => {
      const before = failures.length;
      const given = text(from, 40);
      if (given === '' || failures.length > before) return '';
      try {
        return normaliseNationalId(given);
      } catch {
        failures.push({
          column: from.column,
          code: 'NATIONAL_ID_INVALID',
          reason: 'must be 4 to 24 letters and digits',
        });
        return '';
      }
    };

    const values = {
      reference: text(reference, MAX_REFERENCE),
      nationalId: identity(nationalId),
      name: text(name, MAX_NAME),
      nameArabic: text(nameArabic, MAX_NAME),
      phone: matching(
        phone,
        40,
        matches(PHONE),
        'PHONE_INVALID',
        'must have 8 to 15 digits, with or without +',
        true,
      ),
      region: matching(
        region,
        10,
        matches(REGION),
        'REGION_INVALID',
        'must be an ISO 3166-2 code such as MA-06',
      ),
      receivedOn: matching(
        receivedOn,
        10,
        isDate,
        'DATE_INVALID',
        'must be a date YYYY-MM-DD; name its pattern in the mapping ("date")',
      ),
    };
    const kind = text(accountKind, 20).toLowerCase();
    const beforeNumber = failures.length;
    // Cash needs no account: it is paid out against the national id.
    const givenNumber =
      kind === 'cash'
        ? values.nationalId
        : text(accountNumber, 60).replace(SEPARATORS, '').toUpperCase();
    const holder = text(accountHolder, MAX_NAME);
    if (kind !== '' && !isKind(kind))
      failures.push({
        column: accountKind.column,
        code: 'ACCOUNT_INVALID',
        reason: 'must be iban, rib, wallet or cash',
      });
    else if (
      isKind(kind) &&
      failures.length === beforeNumber &&
      givenNumber === '' &&
      kind !== 'cash'
    )
      failures.push({ column: accountNumber.column, code: 'VALUE_MISSING', reason: 'is empty' });
    else if (isKind(kind) && failures.length === beforeNumber && !CHECKS[kind](givenNumber))
      failures.push({
        column: accountNumber.column,
        code: 'ACCOUNT_INVALID',
        reason: `is not a valid ${kind}: its form or check digits are wrong`,
      });
    const factValues: Record<string, unknown> = {};
    for (const [fact, read] of facts) {
      const value = read(record, failures);
      if (value !== undefined) factValues[fact] = value;
    }

    if (failures.length > 0 || !isKind(kind)) {
      for (const failure of failures) rejects.push({ line, ...failure });
      return;
    }
    rows.push({
      line,
      reference: values.reference,
      nationalId: values.nationalId,
      name: values.name,
      ...(values.nameArabic === '' ? {} : { nameArabic: values.nameArabic }),
      ...(values.phone === '' ? {} : { phone: values.phone }),
      region: values.region,
      receivedOn: values.receivedOn,
      account: { kind, number: givenNumber, ...(holder === '' ? {} : { holder }) },
      facts: factValues,
    });
  };
}
