import {
  mappingInvalid,
  mayBeAbsent,
  onlyKnown,
  readConversion,
  refusingRounded,
  specAt,
  textAt,
  textOf,
  VALUE_KEYS,
  type Convert,
  type Failure,
  type Spec,
} from './convert.js';
import { alike } from './records.js';
import { inOrder } from '../kernel/order.js';

type Element = Record<string, unknown>;

/** One part of a list's element: takes its cell and fills one field, or several at once. */
interface Part {
  readonly column: string;
  readonly optional: boolean;
  apply(cell: unknown, column: string, element: Element, failures: Failure[]): void;
}

interface ColumnSource {
  get(column: string, optional: boolean): (record: unknown) => unknown;
}

/** A list fact, read from a mapping; `columns` are the file's columns that it comes from. */
export interface ReadList {
  readonly columns: readonly string[];
  bind(source: ColumnSource): (record: unknown, failures: Failure[]) => unknown;
}

const FIELD = /^[a-zA-Z][a-zA-Z0-9]{0,40}$/;
/** No household that is registered has more members; a longer list is a mistake in the file. */
const MAX_ITEMS = 100;

function fieldName(value: unknown, place: string): string {
  const name = textAt(value, place);
  if (!FIELD.test(name)) throw mappingInvalid(place, 'must be the name of a fact');
  return name;
}

/**
 * `set`: one text that stands for several fields, such as "S2": { "inSchool": true, "schoolLevel":
 * "lower-secondary" }.
 */
function setting(
  spec: unknown,
  place: string,
): (cell: unknown, column: string, element: Element, failures: Failure[]) => void {
  const table = new Map<string, Element>();
  for (const [key, given] of Object.entries(specAt(spec, place))) {
    const element = specAt(given, `${place}/${key}`);
    for (const name of Object.keys(element)) fieldName(name, `${place}/${key}/${name}`);
    table.set(key.toLowerCase(), element);
  }
  const reason = `must be one of ${Object.keys(spec as object).join(', ')}`;
  return (cell, column, element, failures) => {
    const found = table.get((textOf(cell) ?? '').toLowerCase());
    if (found) Object.assign(element, found);
    else failures.push({ column, code: 'VALUE_UNKNOWN', reason });
  };
}

function readPart(value: unknown, place: string): Part {
  const spec = specAt(value, place);
  const column = textAt(spec['column'], `${place}/column`);
  if (spec['set'] !== undefined) {
    onlyKnown(spec, place, ['column', 'set']);
    return { column, optional: false, apply: setting(spec['set'], `${place}/set`) };
  }
  onlyKnown(spec, place, ['column', 'field', ...VALUE_KEYS]);
  const name = fieldName(spec['field'], `${place}/field`);
  const convert: Convert = refusingRounded(readConversion(spec, place));
  return {
    column,
    optional: mayBeAbsent(spec),
    apply: (cell, at, element, failures) => {
      element[name] = convert(cell, at, failures);
    },
  };
}

function readParts(value: unknown, place: string): Part[] {
  if (!Array.isArray(value) || value.length === 0)
    throw mappingInvalid(place, 'must be a list of parts');
  return value.map((part, index) => readPart(part, `${place}/${index}`));
}

/**
 * Puts elements in order, for example of birth: the place in the list is the member's rank. Stable.
 */
function ordering(sortBy: unknown, place: string): (elements: Element[]) => Element[] {
  if (sortBy === undefined) return (elements) => elements;
  const name = fieldName(sortBy, place);
  return (elements) =>
    elements.length < 2
      ? elements
      : elements.sort((a, b) => inOrder(String(a[name]), String(b[name])));
}

/** How one column's list is written. */
interface ListForm {
  readonly separator: string;
  readonly partSeparator: string;
  readonly parts: readonly Part[];
}

function elementOfText(
  { parts, partSeparator }: ListForm,
  text: string,
  column: string,
  failures: Failure[],
): Element {
  const cells = text.split(partSeparator);
  const element: Element = {};
  if (cells.length === parts.length)
    parts.forEach((part, i) => part.apply(cells[i], column, element, failures));
  else
    failures.push({
      column,
      code: 'LIST_INVALID',
      reason: `must have ${parts.length} parts between "${partSeparator}"`,
    });
  return element;
}

function elementOfObject(
  { parts }: ListForm,
  value: unknown,
  column: string,
  failures: Failure[],
): Element {
  const element: Element = {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    failures.push({ column, code: 'LIST_INVALID', reason: 'must be an object' });
    return element;
  }
  for (const part of parts) {
    const isThere = Object.hasOwn(value, part.column);
    if (!isThere && isMisnamed(value, part.column)) {
      const reason = 'stands under a name that differs in capitals, spaces or marks only';
      failures.push({ column: `${column}.${part.column}`, code: 'VALUE_MISSING', reason });
      continue;
    }
    const cell = isThere ? (value as Element)[part.column] : undefined;
    part.apply(cell, `${column}.${part.column}`, element, failures);
  }
  return element;
}

const isMisnamed = (value: object, column: string): boolean => {
  const look = alike(column);
  return Object.keys(value).some((key) => alike(key) === look);
};

/** The elements of a cell, in the order they stand in; undefined for a cell that is no list. */
function elementsOf(
  form: ListForm,
  cell: unknown,
  column: string,
  failures: Failure[],
): Element[] | undefined {
  const text = typeof cell === 'string' ? cell.trim() : undefined;
  // Only of NDJSON; a header without the column is refused as a whole.
  if (cell === undefined) {
    const reason = 'is not there; an empty list says that there is nobody';
    failures.push({ column, code: 'VALUE_MISSING', reason });
    return undefined;
  }
  if (cell === null || text === '') return [];
  if (text === undefined && !Array.isArray(cell)) {
    failures.push({ column, code: 'LIST_INVALID', reason: 'must be a list' });
    return undefined;
  }
  const entries: readonly unknown[] =
    text === undefined ? (cell as readonly unknown[]) : text.split(form.separator);
  if (entries.length > MAX_ITEMS) {
    const reason = `has more than ${MAX_ITEMS} entries`;
    failures.push({ column, code: 'LIST_TOO_LONG', reason });
    return undefined;
  }
  const elements: Element[] = [];
  for (const [i, entry] of entries.entries()) {
    const at = `${column}[${i + 1}]`;
    elements.push(
      text === undefined
        ? elementOfObject(form, entry, at, failures)
        : elementOfText(form, (entry as string).trim(), at, failures),
    );
  }
  return elements;
}

/**
 * `{ column, list: { separator, partSeparator, parts, sortBy? } }`: "2015-03/S2|2018-07/S1", or an
 * array of objects in NDJSON.
 */
function oneColumn(spec: Spec, field: string): ReadList {
  onlyKnown(spec, field, ['column', 'list']);
  const column = textAt(spec['column'], `${field}/column`);
  const list = specAt(spec['list'], `${field}/list`);
  onlyKnown(list, `${field}/list`, ['separator', 'partSeparator', 'parts', 'sortBy']);
  const form: ListForm = {
    separator: textAt(list['separator'] ?? '|', `${field}/list/separator`),
    partSeparator: textAt(list['partSeparator'] ?? '/', `${field}/list/partSeparator`),
    parts: readParts(list['parts'], `${field}/list/parts`),
  };
  const order = ordering(list['sortBy'], `${field}/list/sortBy`);
  return {
    columns: [column],
    bind(source) {
      const get = source.get(column, false);
      return (record, failures) => {
        const elements = elementsOf(form, get(record), column, failures);
        return elements && order(elements);
      };
    },
  };
}

/** A part, in the column of one number. */
interface NumberedPart {
  readonly part: Part;
  readonly column: string;
}

/** What is said of numbered columns in which there is nobody whom the mapping reads. */
const NOT_THERE = 'is not there; an empty one says that there is nobody';

/**
 * `{ repeat: { upTo, parts, sortBy? } }`: columns numbered by {n}, such as enfant{n}_naissance. An
 * element is there when any of its cells is. The columns of the first that are not optional must be
 * there, and those beyond `upTo` empty, so that nobody is left out without a word.
 */
function repeated(spec: Spec, field: string): ReadList {
  const { upTo, parts, order } = readRepeat(spec, field);
  const groups = Array.from({ length: MAX_ITEMS }, (_, index) =>
    parts.map((part) => ({ part, column: part.column.replaceAll('{n}', String(index + 1)) })),
  );
  const numbered = groups.slice(0, upTo);
  return {
    columns: numbered.flatMap((group) => group.map(({ column }) => column)),
    bind(source) {
      const elementsIn = boundGroups(numbered, source);
      const beyond = groups
        .slice(upTo)
        .flat()
        .map(({ column }) => ({ column, get: source.get(column, true) }));
      return (record, failures) => {
        const more = beyond.find(({ get }) => {
          const cell = get(record);
          return cell !== undefined && textOf(cell) !== '';
        });
        if (more !== undefined) {
          const reason = `is not read: the mapping reads up to ${upTo}`;
          failures.push({ column: more.column, code: 'LIST_TOO_LONG', reason });
        }
        return order(elementsIn(record, failures));
      };
    },
  };
}

function readRepeat(spec: Spec, field: string) {
  onlyKnown(spec, field, ['repeat']);
  const repeat = specAt(spec['repeat'], `${field}/repeat`);
  onlyKnown(repeat, `${field}/repeat`, ['upTo', 'parts', 'sortBy']);
  const upTo = repeat['upTo'];
  if (typeof upTo !== 'number' || !Number.isInteger(upTo) || upTo < 1 || upTo > MAX_ITEMS)
    throw mappingInvalid(`${field}/repeat/upTo`, `must be a whole number from 1 to ${MAX_ITEMS}`);
  const parts = readParts(repeat['parts'], `${field}/repeat/parts`);
  const plain = parts.findIndex((part) => !part.column.includes('{n}'));
  if (plain >= 0)
    throw mappingInvalid(
      `${field}/repeat/parts/${plain}/column`,
      'must have {n} where the number goes',
    );
  return { upTo, parts, order: ordering(repeat['sortBy'], `${field}/repeat/sortBy`) };
}

/** The elements of those groups of columns that a record fills, in their order. */
function boundGroups(
  numbered: readonly (readonly NumberedPart[])[],
  source: ColumnSource,
): (record: unknown, failures: Failure[]) => Element[] {
  // One column at least tells that the list is there at all.
  const anyRequired = numbered[0]!.some(({ part }) => !part.optional);
  const groups = numbered.map((group, index) =>
    group.map(({ part, column }, place) => {
      const required = index === 0 && (anyRequired ? !part.optional : place === 0);
      return { part, column, required, get: source.get(column, !required) };
    }),
  );
  return (record, failures) => {
    const elements: Element[] = [];
    for (const group of groups) {
      const cells = group.map(({ get }) => get(record));
      if (cells.every((cell) => textOf(cell) === '')) {
        // Only of NDJSON; a header without the column is refused as a whole.
        const absent = group.find(({ required }, i) => required && cells[i] === undefined);
        if (absent)
          failures.push({ column: absent.column, code: 'VALUE_MISSING', reason: NOT_THERE });
        continue;
      }
      const element: Element = {};
      group.forEach(({ part, column }, i) => part.apply(cells[i], column, element, failures));
      elements.push(element);
    }
    return elements;
  };
}

/**
 * A fact that is a list, from one column with separators (or an array, in NDJSON) or from numbered
 * columns. Each part is `{ column, field, …conversion }` or `{ column, set: { "<text>": {
 * "<field>": value } } }`; in text, parts go by place.
 * @throws DomainError MAPPING_INVALID with the place in the mapping
 */
export const readList = (spec: Spec, field: string): ReadList =>
  spec['repeat'] === undefined ? oneColumn(spec, field) : repeated(spec, field);
