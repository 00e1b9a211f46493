import { DomainError } from '../../../../kernel/errors.js';
import { parseAmount, plainDecimal } from '../../../../kernel/money.js';
import { daysInMonth } from '../../../../kernel/time.js';
import type { Direction, Finding, Money, Parties } from './port.js';
import type { Fields } from './shape.js';

/** ISO 20022 Max35Text: what identifies is never longer, and never cut. */
const MAX_ID = 35;
/**
 * A decimal number in millionths, exact up to six decimals: for sums of numbers without a currency.
 * Undefined where it is none.
 */
export function micros(text: string): bigint | undefined {
  const plain = plainDecimal(text);
  const match = plain === undefined ? null : /^(\d{1,18})(?:\.(\d{1,6})0*)?$/.exec(plain);
  return match ? BigInt(match[1]! + (match[2] ?? '').padEnd(6, '0')) : undefined;
}

/**
 * The amount of a field that had a Ccy. A problem of the record where it cannot be read to the last
 * minor unit.
 */
export function moneyIn(fields: Fields, field: string, element: string): Money | undefined {
  const text = fields.get(field);
  if (text === undefined) return undefined;
  const currency = fields.get(`${field}@`)?.trim() ?? '';
  if (!/^[A-Z]{3}$/.test(currency)) {
    fields.problem('CURRENCY_MISSING', element);
    return { text, currency: '' };
  }
  try {
    return { text, currency, amountMinor: String(parseAmount(plainDecimal(text) ?? '', currency)) };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    fields.problem(
      error.code === 'UNKNOWN_CURRENCY' ? 'CURRENCY_UNKNOWN' : 'AMOUNT_INVALID',
      element,
    );
    return { text, currency };
  }
}

/**
 * An identification under its name in the entry; too long a one is left out and is a problem.
 * Nothing where there is none.
 */
export function idIn<K extends string>(
  fields: Fields,
  field: string,
  key: K,
  element: string,
): { readonly [N in K]?: string } {
  const text = fields.get(field);
  if (text === undefined) return {};
  if (text.length <= MAX_ID) return { [key]: text } as { readonly [N in K]: string };
  fields.problem('TEXT_TOO_LONG', element);
  return {};
}

/** An account as the bank writes it, without blanks. */
export const accountOf = (fields: Fields, field: string): string | undefined =>
  fields.get(field)?.replaceAll(/\s/g, '');

/** Of a record whose shape has PARTIES; nothing where none is named. */
export function partiesIn(fields: Fields): { readonly parties?: Parties } {
  const names = fields.list('names');
  const accounts = fields.list('accounts');
  return names.length + accounts.length === 0 ? {} : { parties: { names, accounts } };
}

export function directionIn(fields: Fields, field: string): Direction | undefined {
  const text = fields.get(field);
  if (text === undefined) return undefined;
  if (text === 'DBIT') return 'debit';
  if (text === 'CRDT') return 'credit';
  fields.problem('VALUE_INVALID', 'CdtDbtInd');
  return undefined;
}

const DAY = /^(?!0000)(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?:[TZ+-]|$)/;

/**
 * The civil day of a date or an instant, as it is written: a day of the bank's, whatever the zone.
 */
export function dayIn(
  fields: Fields,
  date: string,
  instant: string,
  element: string,
): string | undefined {
  const text = fields.get(date) ?? fields.get(instant);
  if (text === undefined) return undefined;
  if (text !== fields.get(instant) && fields.get(instant) !== undefined)
    fields.problem('ELEMENT_TWICE', element);
  const match = DAY.exec(text);
  if (match && Number(match[3]) <= daysInMonth(Number(match[1]), Number(match[2])))
    return text.length === 10 ? text : text.slice(0, 10);
  fields.problem('VALUE_INVALID', element);
  return undefined;
}

/** xs:boolean. */
export function flagIn(fields: Fields, field: string, element: string): boolean {
  const text = fields.get(field);
  if (text === undefined || text === 'false' || text === '0') return false;
  if (text !== 'true' && text !== '1') fields.problem('VALUE_INVALID', element);
  return true;
}

/** What is wrong in something that many entries rely on is found of the whole message. */
export function findProblems(
  { problems, place }: Fields,
  onFinding: (finding: Finding) => void,
): void {
  for (const { code, element } of problems)
    onFinding(
      code === 'ELEMENT_TWICE'
        ? { code, element, place, detail: `${element} stands twice.` }
        : { code: 'VALUE_INVALID', element, place, detail: `${element} cannot be read.` },
    );
}

/** A property where there is a value. */
export const maybe = <K extends string, V>(
  key: K,
  value: V | undefined,
): { readonly [N in K]?: V } =>
  value === undefined ? {} : ({ [key]: value } as { readonly [N in K]: V });
