import { DomainError } from '../kernel/errors.js';
import { JsonRefused, parseAsMeant } from '../kernel/json-limits.js';
import {
  mappingInvalid,
  mayBeAbsent,
  onlyKnown,
  readConversion,
  faultOfNumbered,
  refusingNumbers,
  refusingRounded,
  specAt,
  textAt,
  textOf,
  VALUE_KEYS,
  type Convert,
  type Failure,
  type Spec,
} from './convert.js';
import { readList, type ReadList } from './mapping-list.js';

/**
 * Reads one value of a record, whatever its file format; `undefined` for a column or key that is
 * not there.
 */
export type Get = (record: unknown) => unknown;

/**
 * Where the columns of a record are. Of a CSV file every column that is not `optional` must be in
 * the header.
 */
export interface Source {
  get(column: string, optional: boolean): Get;
}

/**
 * A target of the mapping, bound to a file: gives the value, or notes failures and gives undefined.
 */
export type Bound = (record: unknown, failures: Failure[]) => unknown;

interface Field {
  readonly columns: readonly string[];
  bind(source: Source): Bound;
}

/** A mapping file, checked: how the user's own columns become a household. */
export interface Mapping {
  readonly format: 'csv' | 'ndjson' | undefined;
  readonly delimiter: string | undefined;
  readonly fields: ReadonlyMap<string, Field>;
  /**
   * The user's column behind a target such as "facts/children/0/birthMonth"; the target itself
   * where it is a constant.
   */
  columnOf(target: string): string;
}

const REQUIRED = [
  'reference',
  'nationalId',
  'name',
  'region',
  'receivedOn',
  'account.kind',
  'account.number',
];
const OPTIONAL = ['nameArabic', 'phone', 'account.holder'];
/** Of people, cards and accounts: a JSON number has lost the zeros in front of these. */
const NUMBERED = ['nationalId', 'phone', 'account.number'];
const FACT = /^facts\.[a-zA-Z][a-zA-Z0-9]{0,40}$/;

function readField(target: string, value: unknown): Field {
  const field = `fields/${target}`;
  const spec = specAt(value, field);
  const kinds = ['column', 'columns', 'constant', 'repeat'].filter(
    (kind) => spec[kind] !== undefined,
  );
  if (kinds.length !== 1)
    throw mappingInvalid(field, 'must have exactly one of column, columns, constant and repeat');
  if (spec['constant'] !== undefined) return constant(spec, field);
  if (spec['repeat'] !== undefined || spec['list'] !== undefined) {
    if (!FACT.test(target)) throw mappingInvalid(field, 'is a list; only facts can be lists');
    return listed(readList(spec, field));
  }
  const read = readConversion(spec, field);
  const isNumbered = NUMBERED.includes(target) || spec['code'] === true;
  const convert = FACT.test(target) ? refusingRounded(read) : read;
  const whole = isNumbered ? refusingNumbers(convert) : convert;
  return spec['columns'] === undefined
    ? single(spec, field, whole)
    : joined(spec, field, whole, isNumbered);
}

function constant(spec: Spec, field: string): Field {
  onlyKnown(spec, field, ['constant']);
  const value = spec['constant'];
  if (typeof value === 'object' && !(Array.isArray(value) && value.length === 0))
    throw mappingInvalid(`${field}/constant`, 'must be a text, a number, true, false or []');
  return { columns: [], bind: () => () => value };
}

function single(spec: Spec, field: string, convert: Convert): Field {
  onlyKnown(spec, field, ['column', ...VALUE_KEYS]);
  const column = textAt(spec['column'], `${field}/column`);
  const optional = mayBeAbsent(spec);
  return {
    columns: [column],
    bind: (source) => {
      const get = source.get(column, optional);
      return (record, failures) => convert(get(record), column, failures);
    },
  };
}

/**
 * Several columns as one text, for example last name and first name.
 * @param isNumbered none of them may be a number
 */
function joined(spec: Spec, field: string, convert: Convert, isNumbered: boolean): Field {
  onlyKnown(spec, field, ['columns', 'join', ...VALUE_KEYS]);
  const given: unknown = spec['columns'];
  if (!Array.isArray(given) || given.length === 0)
    throw mappingInvalid(`${field}/columns`, 'must be a list of columns');
  const columns = given.map((column, index) => textAt(column, `${field}/columns/${index}`));
  const between = typeof spec['join'] === 'string' ? spec['join'] : ' ';
  const name = columns.join('+');
  const optional = mayBeAbsent(spec);
  return {
    columns,
    bind: (source) => {
      const gets = columns.map((column) => source.get(column, optional));
      return (record, failures) => {
        const texts = gets.map((get) => {
          const cell = get(record);
          const isLost = isNumbered && faultOfNumbered(cell) !== undefined;
          return typeof cell === 'boolean' || isLost ? undefined : textOf(cell);
        });
        if (texts.includes(undefined)) {
          failures.push({ column: name, code: 'TEXT_INVALID', reason: 'must be texts' });
          return undefined;
        }
        return convert(texts.filter((text) => text !== '').join(between), name, failures);
      };
    },
  };
}

const listed = (list: ReadList): Field => ({
  columns: list.columns,
  bind: (source) => list.bind(source),
});

/**
 * Reads a mapping file's JSON: `{ "format"?: "csv"|"ndjson", "delimiter"?: ";"|","|"\t", "fields":
 * { "<target>": <how> } }`. Targets: reference, nationalId, name, nameArabic, phone, region,
 * receivedOn, account.kind, account.number, account.holder and facts.<fact>. How: `column` or
 * `columns`+`join` or `constant`, a conversion (see `readConversion`), or a list (see `readList`).
 * @throws DomainError MAPPING_INVALID with the place in the mapping
 */
export function readMapping(json: unknown): Mapping {
  const spec = specAt(json, 'mapping');
  onlyKnown(spec, 'mapping', ['$comment', 'format', 'delimiter', 'fields']);
  const { format, delimiter } = spec;
  if (format !== undefined && format !== 'csv' && format !== 'ndjson')
    throw mappingInvalid('format', 'must be "csv" or "ndjson"');
  if (delimiter !== undefined && delimiter !== ';' && delimiter !== ',' && delimiter !== '\t')
    throw mappingInvalid('delimiter', 'must be ";", "," or a tabulator');
  const fields = new Map<string, Field>();
  for (const [target, how] of Object.entries(specAt(spec['fields'], 'fields'))) {
    if (!REQUIRED.includes(target) && !OPTIONAL.includes(target) && !FACT.test(target)) {
      throw mappingInvalid(
        `fields/${target}`,
        `is no target; possible are ${[...REQUIRED, ...OPTIONAL].join(', ')} and facts.<fact>`,
      );
    }
    fields.set(target, readField(target, how));
  }
  for (const target of REQUIRED)
    if (!fields.has(target)) throw mappingInvalid(`fields/${target}`, 'is missing');
  if (![...fields.keys()].some((target) => FACT.test(target)))
    throw mappingInvalid('fields', 'maps no fact: name at least one facts.<fact>');
  return {
    format,
    delimiter,
    fields,
    columnOf(target) {
      const [root, name = ''] = target.split(/[/.]/);
      const found = fields.get(target) ?? fields.get(`${root}.${name}`) ?? fields.get(root ?? '');
      return found?.columns.join('+') || target;
    },
  };
}

/** @throws DomainError MAPPING_INVALID also for a text that is not JSON */
export function parseMapping(text: string): Mapping {
  let json: unknown;
  try {
    json = parseAsMeant(text.replace(/^\ufeff/, ''));
  } catch (error) {
    throw new DomainError(
      'MAPPING_INVALID',
      `The mapping file ${error instanceof JsonRefused ? error.why : 'cannot be read'}.`,
      'invalid',
      'mapping',
    );
  }
  return readMapping(json);
}
