import { NATIONAL_ID_FORM, normaliseNationalId } from '../kernel/personal.js';
import { REGION } from '../kernel/region.js';
import { daysInMonth } from '../kernel/time.js';
import { isIban, isRib, isWallet } from '../kernel/accounts.js';
import { faultOfName, faultOfText, MAX_NAME, tidyName } from '../kernel/text.js';
import { isRounded, WAS_ROUNDED, type Failure } from './convert.js';
import type { AccountKind, HouseholdRow, Reject } from './household-row.js';
import type { Bound, Mapping, Source } from './mapping.js';

/** Builds a row from a record, or adds everything that is wrong with it to the rejects. */
export type BuildHousehold = (
  record: unknown,
  line: number,
  rows: HouseholdRow[],
  rejects: Reject[],
) => void;

const DATE = /^([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$/;
const PHONE = /^\+?[0-9]{8,15}$/;
const SEPARATORS = /[\s.\u00a0\u202f-]/g;
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
  // It needs no account: it is paid out against the national id.
  cash: () => false,
};
const isKind = (kind: string): kind is AccountKind => Object.hasOwn(CHECKS, kind);

/** A value of a household, the column that tells it, and how it is read. */
interface Target {
  readonly column: string;
  readonly read: Bound | undefined;
}

/** What a text must look like, and what is said of one that does not. */
interface Form {
  readonly maxLength: number;
  readonly fits: (text: string) => boolean;
  readonly code: string;
  readonly reason: string;
  /** Taken without separators, in capitals. */ readonly compact?: boolean;
}
const PHONE_FORM: Form = {
  maxLength: 40,
  fits: matches(PHONE),
  code: 'PHONE_INVALID',
  reason: 'must have 8 to 15 digits, with or without +',
  compact: true,
};
const REGION_FORM: Form = {
  maxLength: 10,
  fits: matches(REGION),
  code: 'REGION_INVALID',
  reason: 'must be an ISO 3166-2 code such as MA-06',
};
const DATE_FORM: Form = {
  maxLength: 10,
  fits: isDate,
  code: 'DATE_INVALID',
  reason: 'must be a date YYYY-MM-DD; name its pattern in the mapping ("date")',
};
const compacted = (text: string): string => text.replace(SEPARATORS, '').toUpperCase();

/** Reads the values of one record and gathers everything that is wrong with them. */
class RecordReader {
  readonly failures: Failure[] = [];

  constructor(private readonly record: unknown) {}

  text({ column, read }: Target, maxLength: number): string {
    const before = this.failures.length;
    const value = read?.(this.record, this.failures);
    const result = value === undefined ? '' : String(value);
    if (typeof value === 'boolean') this.fail(column, 'TEXT_INVALID', 'must be a text');
    else if (result.length > maxLength)
      this.fail(column, 'TEXT_TOO_LONG', `is longer than ${maxLength} characters`);
    else if (result === '' && read && this.failures.length === before && value !== undefined)
      this.fail(column, 'VALUE_MISSING', 'is empty');
    const fault = this.failures.length > before ? undefined : faultOfText(result, 'one');
    if (fault !== undefined) this.fail(column, 'TEXT_INVALID', fault);
    return result;
  }

  /** A text that need not be there. */
  textIfAny({ read }: Target): string {
    const failures: Failure[] = [];
    const value = read?.(this.record, failures);
    this.failures.push(...failures.filter(({ code }) => code !== 'VALUE_MISSING'));
    return String(value ?? '');
  }

  /** By kernel/text, also where a mapping's table or default gave it. */
  name(target: Target): string {
    const before = this.failures.length;
    const name = tidyName(this.text(target, MAX_NAME));
    const fault = name === '' || this.failures.length > before ? undefined : faultOfName(name);
    if (fault !== undefined) this.fail(target.column, 'TEXT_INVALID', fault);
    return name;
  }

  formed(target: Target, { maxLength, fits, code, reason, compact }: Form): string {
    const before = this.failures.length;
    const given = this.text(target, maxLength);
    const value = compact === true ? compacted(given) : given;
    if (value !== '' && this.failures.length === before && !fits(value))
      this.fail(target.column, code, isRounded(given) ? WAS_ROUNDED : reason);
    return value;
  }

  /** Of a rounded one many households would be one, and a second file would have another. */
  reference(target: Target): string {
    const reference = this.text(target, MAX_REFERENCE);
    if (isRounded(reference)) this.fail(target.column, 'TEXT_INVALID', WAS_ROUNDED);
    return reference;
  }

  nationalId(target: Target): string {
    const before = this.failures.length;
    const given = this.text(target, 40);
    if (given === '' || this.failures.length > before) return '';
    if (isRounded(given)) {
      this.fail(target.column, 'NATIONAL_ID_INVALID', WAS_ROUNDED);
      return '';
    }
    try {
      return normaliseNationalId(given);
    } catch {
      this.fail(target.column, 'NATIONAL_ID_INVALID', `must be ${NATIONAL_ID_FORM}`);
      return '';
    }
  }

  fact(read: Bound): unknown {
    return read(this.record, this.failures);
  }

  fail(column: string, code: string, reason: string): void {
    this.failures.push({ column, code, reason });
  }
}

type Targets = ReturnType<typeof targetsOf>;

/** Where each value of a household stands in a file. */
function targetsOf(mapping: Mapping, source: Source) {
  const target = (name: string): Target => ({
    column: mapping.columnOf(name),
    read: mapping.fields.get(name)?.bind(source),
  });
  return {
    reference: target('reference'),
    nationalId: target('nationalId'),
    name: target('name'),
    nameArabic: target('nameArabic'),
    phone: target('phone'),
    region: target('region'),
    receivedOn: target('receivedOn'),
    accountKind: target('account.kind'),
    accountNumber: target('account.number'),
    accountHolder: target('account.holder'),
    facts: [...mapping.fields]
      .filter(([key]) => key.startsWith('facts.'))
      .map(([key, field]) => [key.slice('facts.'.length), field.bind(source)] as const),
  };
}

function applicantIn(reader: RecordReader, targets: Targets) {
  return {
    reference: reader.reference(targets.reference),
    nationalId: reader.nationalId(targets.nationalId),
    name: reader.name(targets.name),
    nameArabic: reader.name(targets.nameArabic),
    phone: reader.formed(targets.phone, PHONE_FORM),
    region: reader.formed(targets.region, REGION_FORM),
    receivedOn: reader.formed(targets.receivedOn, DATE_FORM),
  };
}

/** Undefined where it has no kind, or none that is known. */
function accountIn(
  reader: RecordReader,
  targets: Targets,
  nationalId: string,
): HouseholdRow['account'] | undefined {
  const kind = reader.text(targets.accountKind, 20).toLowerCase();
  const before = reader.failures.length;
  const given =
    kind === 'cash'
      ? reader.textIfAny(targets.accountNumber)
      : reader.text(targets.accountNumber, 60);
  const holder = reader.name(targets.accountHolder);
  if (!isKind(kind)) {
    const { column } = targets.accountKind;
    if (kind !== '') reader.fail(column, 'ACCOUNT_INVALID', 'must be iban, rib, wallet or cash');
    // A mapping may say that it may be missing, and nobody is paid without it.
    else if (reader.failures.every((one) => one.column !== column))
      reader.fail(column, 'VALUE_MISSING', 'is empty');
    return undefined;
  }
  const number = isRounded(given) ? given : compacted(given);
  if (reader.failures.length === before) {
    const isOwn = kind === 'cash' && number === nationalId;
    if (number === '' && kind !== 'cash')
      reader.fail(targets.accountNumber.column, 'VALUE_MISSING', 'is empty');
    else if (number !== '' && !isOwn && !CHECKS[kind](number))
      reader.fail(targets.accountNumber.column, 'ACCOUNT_INVALID', faultOfNumber(kind, number));
  }
  const known = kind === 'cash' ? nationalId : number;
  return { kind, number: known, ...(holder === '' ? {} : { holder }) };
}

const withinCountry = (phone: string): string => phone.replace(/^(?:\+|00)212/, '0');

/**
 * The ids of a household are made of its reference, and stand in the log for ever: who knows them
 * could tell from them whose number it is.
 */
function requireOwnReference(
  reader: RecordReader,
  column: string,
  { reference, nationalId, phone }: ReturnType<typeof applicantIn>,
  account: HouseholdRow['account'] | undefined,
): void {
  const spelled = (text: string): string =>
    text
      .normalize('NFKC')
      .replace(/[^\p{L}\p{N}]/gu, '')
      .toUpperCase();
  const number = account?.number ?? '';
  const own = [nationalId, phone, withinCountry(phone), number, number.replace(/^MA[0-9]{2}/, '')];
  const given = spelled(reference);
  if (given !== '' && own.map(spelled).includes(given))
    reader.fail(
      column,
      'REFERENCE_PERSONAL',
      "is the household's own identity, telephone or account number; give it a reference of yours",
    );
}

/** Why a number is not one of its kind; most are what a spreadsheet left of one. */
function faultOfNumber(kind: AccountKind, number: string): string {
  if (isRounded(number)) return WAS_ROUNDED;
  if (kind === 'cash') return 'must be empty for cash, which is paid against the national identity';
  const whole = kind === 'rib' ? number.padStart(24, '0') : `0${number}`;
  return /^[0-9]+$/.test(number) && whole !== number && CHECKS[kind](whole)
    ? `is not a valid ${kind}: its leading zeros are missing, as spreadsheets leave them out; keep its column as text`
    : `is not a valid ${kind}: its form or check digits are wrong`;
}

function factsIn(reader: RecordReader, { facts }: Targets): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [fact, read] of facts) {
    const value = reader.fact(read);
    if (value !== undefined) values[fact] = value;
  }
  return values;
}

/** Binds a mapping to a file's columns. */
export function householdBuilder(mapping: Mapping, source: Source): BuildHousehold {
  const targets = targetsOf(mapping, source);
  return (record, line, rows, rejects) => {
    const reader = new RecordReader(record);
    const applicant = applicantIn(reader, targets);
    const account = accountIn(reader, targets, applicant.nationalId);
    requireOwnReference(reader, targets.reference.column, applicant, account);
    const facts = factsIn(reader, targets);
    if (reader.failures.length > 0 || account === undefined) {
      for (const failure of reader.failures) rejects.push({ line, ...failure });
      return;
    }
    rows.push({
      line,
      reference: applicant.reference,
      nationalId: applicant.nationalId,
      name: applicant.name,
      ...(applicant.nameArabic === '' ? {} : { nameArabic: applicant.nameArabic }),
      ...(applicant.phone === '' ? {} : { phone: applicant.phone }),
      region: applicant.region,
      receivedOn: applicant.receivedOn,
      account,
      facts,
    });
  };
}
