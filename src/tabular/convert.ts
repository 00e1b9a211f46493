import { DomainError } from '../kernel/errors.js';
import { HAS_DECIMALS, hasDecimals } from '../kernel/personal.js';
import { faultOfText } from '../kernel/text.js';
import { daysInMonth } from '../kernel/time.js';

/**
 * What was wrong with one value: the user's column, a stable code, a reason that never quotes the
 * value.
 */
export interface Failure {
  readonly column: string;
  readonly code: string;
  readonly reason: string;
}

/**
 * Turns a cell (text in CSV, any JSON value in NDJSON) into a value; on failure notes it and gives
 * undefined.
 */
export type Convert = (cell: unknown, column: string, failures: Failure[]) => unknown;

export type Spec = Readonly<Record<string, unknown>>;

const CONVERSIONS = ['values', 'oneOf', 'decimal', 'integer', 'date', 'month', 'code'] as const;
export const VALUE_KEYS: readonly string[] = [...CONVERSIONS, 'optional', 'default'];
const MAX_TEXT = 500;
const MAX_KNOWN_DATES = 20_000;

export const mappingInvalid = (field: string, reason: string): DomainError =>
  new DomainError('MAPPING_INVALID', `${field} ${reason}.`, 'invalid', field);

export function specAt(value: unknown, field: string): Spec {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw mappingInvalid(field, 'must be an object');
  return value as Spec;
}

export function onlyKnown(spec: Spec, field: string, allowed: readonly string[]): void {
  const unknown = Object.keys(spec).find((key) => !allowed.includes(key));
  if (unknown !== undefined)
    throw mappingInvalid(`${field}/${unknown}`, `is not known; possible are ${allowed.join(', ')}`);
}

export function textAt(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '')
    throw mappingInvalid(field, 'must be a text that is not empty');
  return value;
}

/** A cell as trimmed text; undefined for what has no text (an object, an unsafe number). */
export function textOf(cell: unknown): string | undefined {
  switch (typeof cell) {
    case 'string':
      return cell.trim();
    case 'number':
      return Number.isFinite(cell) && (!Number.isInteger(cell) || Number.isSafeInteger(cell))
        ? String(cell)
        : undefined;
    case 'boolean':
      return String(cell);
    default:
      return cell === null || cell === undefined ? '' : undefined;
  }
}

function values(spec: unknown, field: string): Convert {
  const table = new Map<string, unknown>();
  for (const [key, value] of Object.entries(specAt(spec, field))) {
    if (typeof value === 'object' && value !== null)
      throw mappingInvalid(`${field}/${key}`, 'must be a text, a number, true or false');
    table.set(key, value).set(key.trim().toLowerCase(), value);
  }
  if (table.size === 0) throw mappingInvalid(field, 'must name at least one value');
  const reason = `must be one of ${Object.keys(spec as object)
    .slice(0, 20)
    .join(', ')}`;
  return (cell, column, failures) => {
    const text = textOf(cell) ?? '';
    const found = table.get(text) ?? table.get(text.toLowerCase());
    if (found === undefined) failures.push({ column, code: 'VALUE_UNKNOWN', reason });
    return found;
  };
}

function oneOf(spec: unknown, field: string): Convert {
  if (
    !Array.isArray(spec) ||
    spec.length === 0 ||
    !spec.every((value) => typeof value === 'string')
  )
    throw mappingInvalid(field, 'must be a list of texts');
  return values(Object.fromEntries(spec.map((value: string) => [value, value])), field);
}

/**
 * A decimal number as a whole number of its smallest parts: 9,743001 with scale 6 gives 9743001. No
 * float on the way.
 */
function decimal(spec: unknown, field: string): Convert {
  const given = specAt(spec, field);
  onlyKnown(given, field, ['scale', 'separator']);
  const scale = given['scale'];
  if (typeof scale !== 'number' || !Number.isInteger(scale) || scale < 0 || scale > 12)
    throw mappingInvalid(`${field}/scale`, 'must be a whole number from 0 to 12');
  const separator = given['separator'] ?? ',';
  if (separator !== ',' && separator !== '.')
    throw mappingInvalid(`${field}/separator`, 'must be "," or "."');
  const reason = `must be a number with at most ${scale} decimals after "${separator}"`;
  return (cell, column, failures) => {
    const text = textOf(cell) ?? '';
    // A JSON number is always written with a point.
    const match = /^(-?)([0-9]{1,15})(?:([.,])([0-9]+))?$/.exec(text);
    const decimals = match?.[4] ?? '';
    if (
      match &&
      decimals.length <= scale &&
      (match[3] === undefined || match[3] === (typeof cell === 'number' ? '.' : separator))
    ) {
      const value = Number(`${match[1]}${match[2]}${decimals.padEnd(scale, '0')}`);
      if (Number.isSafeInteger(value)) return value;
    }
    failures.push({ column, code: 'NUMBER_INVALID', reason });
    return undefined;
  };
}

const integer: Convert = (cell, column, failures) => {
  const text = textOf(cell) ?? '';
  const value = /^-?[0-9]{1,16}$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value)) return value;
  failures.push({ column, code: 'NUMBER_INVALID', reason: 'must be a whole number' });
  return undefined;
};

/** A day of this century or the last, as spreadsheets count them. */
const DAY_NUMBER = /^[1-7]?[0-9]{4}$/;
const IS_DAY_NUMBER = 'a spreadsheet keeps dates as numbers of days; write them out before saving';
const IS_WITHOUT_ZERO =
  'its leading zero is missing, as spreadsheets leave it out; keep its column as text';

/**
 * A date pattern of dd, mm and yyyy with anything between, read into YYYY-MM-DD or, for months,
 * YYYY-MM.
 */
function calendar(spec: unknown, field: string, wanted: 'date' | 'month'): Convert {
  const pattern = textAt(spec, field);
  const parts: readonly string[] = pattern.match(/dd|mm|yyyy/g) ?? [];
  const counts = (part: string): number => parts.filter((found) => found === part).length;
  if (
    counts('mm') !== 1 ||
    counts('yyyy') !== 1 ||
    counts('dd') > 1 ||
    (wanted === 'date' && counts('dd') !== 1)
  ) {
    throw mappingInvalid(
      field,
      wanted === 'date'
        ? 'must have dd, mm and yyyy once, for example "dd/mm/yyyy"'
        : 'must have mm and yyyy once, for example "mm/yyyy"',
    );
  }
  const read = readerOf(pattern, parts);
  const reason = `must be a ${wanted} of the calendar, written ${pattern}`;
  // A file has few different dates and very many rows.
  const known = new Map<string, string>();
  return (cell, column, failures) => {
    const text = textOf(cell) ?? '';
    const before = known.get(text);
    if (before !== undefined) return before;
    const found = read(text);
    if (found !== undefined) {
      const value = wanted === 'month' ? found.slice(0, 7) : found;
      if (known.size < MAX_KNOWN_DATES) known.set(text, value);
      return value;
    }
    failures.push({ column, code: 'DATE_INVALID', reason: `${reason}${hintOf(text, read)}` });
    return undefined;
  };
}

/** What a spreadsheet left of a date, where it looks like that. */
function hintOf(text: string, read: (text: string) => string | undefined): string {
  // A year has no leading zero to lose.
  if ((read(`0${text}`) ?? '0') >= '1') return `; ${IS_WITHOUT_ZERO}`;
  return DAY_NUMBER.test(text) ? `; ${IS_DAY_NUMBER}` : '';
}

/**
 * Reads a day YYYY-MM-DD, the first of its month where the pattern has no day; undefined for what
 * the pattern or the calendar does not have. Days and months may be written with one digit, but not
 * where nothing stands between two parts: nobody knows which of them a digit is of.
 */
function readerOf(pattern: string, parts: readonly string[]): (text: string) => string | undefined {
  const between = pattern.split(/dd|mm|yyyy/);
  const last = parts.length - 1;
  const source = between.map((text, i) => {
    const part = parts[i];
    const literal = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    if (part === undefined) return literal;
    const touches = (i > 0 && text === '') || (i < last && between[i + 1] === '');
    const oneOrTwo = touches ? '([0-9]{2})' : '([0-9]{1,2})';
    return `${literal}${part === 'yyyy' ? '([0-9]{4})' : oneOrTwo}`;
  });
  const expression = new RegExp(`^${source.join('')}$`);
  const [day, month, year] = ['dd', 'mm', 'yyyy'].map((part) => parts.indexOf(part) + 1) as [
    number,
    number,
    number,
  ];
  return (text) => {
    const match = expression.exec(text);
    if (!match) return undefined;
    const y = match[year]!;
    const m = match[month]!.padStart(2, '0');
    const d = day === 0 ? '01' : match[day]!.padStart(2, '0');
    if (m < '01' || m > '12' || d < '01') return undefined;
    return Number(d) <= daysInMonth(Number(y), Number(m)) ? `${y}-${m}-${d}` : undefined;
  };
}

/** What a spreadsheet makes of a number that is long: 7,81E+22. */
const ROUNDED = /^[0-9](?:[.,][0-9]+E\+?|E\+)[0-9]+$/i;
/** True for what cannot be read as it was written any more. */
export const isRounded = (text: string): boolean => ROUNDED.test(text);
export const WAS_ROUNDED =
  'was rounded to a power of ten, as spreadsheets do; keep its column as text';

/** Of a fact, whose form nobody else looks at. */
export const refusingRounded =
  (convert: Convert): Convert =>
  (cell, column, failures) => {
    const value = convert(cell, column, failures);
    if (typeof value !== 'string' || !isRounded(value)) return value;
    failures.push({ column, code: 'TEXT_INVALID', reason: WAS_ROUNDED });
    return undefined;
  };

/** Why a code, which is no number though it may look like one, cannot be read as it was written. */
export function faultOfNumbered(cell: unknown): string | undefined {
  if (typeof cell === 'number') return 'must be a text: a number has lost its leading zeros';
  return typeof cell === 'string' && hasDecimals(cell) ? HAS_DECIMALS : undefined;
}

/** Of what is numbered. */
export const refusingNumbers =
  (convert: Convert): Convert =>
  (cell, column, failures) => {
    const fault = faultOfNumbered(cell);
    if (fault === undefined) return convert(cell, column, failures);
    failures.push({ column, code: 'TEXT_INVALID', reason: fault });
    return undefined;
  };

/** Upper case, without spaces, dots and dashes: how people write numbers of cards and accounts. */
const code: Convert = refusingNumbers((cell, column, failures) => {
  const text = typeof cell === 'boolean' ? undefined : textOf(cell);
  if (text === undefined) {
    failures.push({ column, code: 'TEXT_INVALID', reason: 'must be a text' });
    return undefined;
  }
  return isRounded(text) ? text : text.replace(/[\s.\u00a0\u202f-]/g, '').toUpperCase();
});

/** Text as it is, in Unicode's composed form; numbers and booleans of NDJSON stay what they are. */
const plain: Convert = (cell, column, failures) => {
  if (typeof cell === 'boolean') return cell;
  const text = textOf(cell);
  if (text === undefined || text.length > MAX_TEXT) {
    failures.push({
      column,
      code: text === undefined ? 'TEXT_INVALID' : 'TEXT_TOO_LONG',
      reason:
        text === undefined ? 'must be a text or a number' : `is longer than ${MAX_TEXT} characters`,
    });
    return undefined;
  }
  if (typeof cell === 'number') return cell;
  const fault = faultOfText(text, 'one');
  if (fault === undefined) return text.normalize('NFC');
  failures.push({ column, code: 'TEXT_INVALID', reason: fault });
  return undefined;
};

/** True where an empty cell is no failure. */
export const mayBeAbsent = (spec: Spec): boolean =>
  spec['optional'] === true || spec['default'] !== undefined;

function conversion(spec: Spec, field: string): Convert {
  const [kind, ...more] = CONVERSIONS.filter((name) => spec[name] !== undefined);
  if (more.length > 0)
    throw mappingInvalid(field, `has ${kind} and ${more.join(', ')}; one conversion is possible`);
  switch (kind) {
    case 'values':
      return values(spec['values'], `${field}/values`);
    case 'oneOf':
      return oneOf(spec['oneOf'], `${field}/oneOf`);
    case 'decimal':
      return decimal(spec['decimal'], `${field}/decimal`);
    case 'integer':
      return integer;
    case 'date':
    case 'month':
      return calendar(spec[kind], `${field}/${kind}`, kind);
    case 'code':
      return code;
    default:
      return plain;
  }
}

/**
 * The conversion that a mapping states for a value: at most one of `values` (a table of texts, any
 * case), `oneOf`, `decimal` {scale, separator}, `integer`, `date` or `month` (a pattern such as
 * "dd/mm/yyyy") and `code`; with `optional` (an empty cell gives nothing) or `default` (an empty
 * cell gives this).
 * @throws DomainError MAPPING_INVALID with the place in the mapping
 */
export function readConversion(spec: Spec, field: string): Convert {
  const convert = conversion(spec, field);
  const optional = spec['optional'] === true;
  const fallback = spec['default'];
  if (typeof fallback === 'object' && fallback !== null)
    throw mappingInvalid(`${field}/default`, 'must be a text, a number, true or false');
  return (cell, column, failures) => {
    if (
      cell === undefined ||
      cell === null ||
      cell === '' ||
      (typeof cell === 'string' && cell.trim() === '')
    ) {
      if (fallback === undefined && !optional)
        failures.push({ column, code: 'VALUE_MISSING', reason: 'is empty' });
      return fallback;
    }
    return convert(cell, column, failures);
  };
}
