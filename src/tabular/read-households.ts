import { createReadStream } from 'node:fs';
import { LRUCache } from 'lru-cache';
import { DomainError } from '../kernel/errors.js';
import type { HouseholdBatch, HouseholdRow, Reject } from './household-row.js';
import { householdBuilder, type BuildHousehold } from './household-builder.js';
import { readLines } from './lines.js';
import type { Get, Mapping, Source } from './mapping.js';
import { alike, columnName, CsvReader, NdjsonReader, type RecordReader } from './records.js';

const DEFAULT_BATCH = 500;
const CHUNK_BYTES = 262_144;

/** Columns of a CSV file by the header's names. Collects those that are missing. */
class CsvSource implements Source {
  readonly missing: string[] = [];
  readonly #optional: string[] = [];
  readonly #read = new Set<string>();
  readonly #places: ReadonlyMap<string, number>;

  constructor(columns: readonly string[]) {
    this.#places = new Map(columns.map((name, index) => [name, index]));
  }

  get(column: string, optional: boolean): Get {
    const name = columnName(column);
    const place = this.#places.get(name);
    if (place !== undefined) {
      this.#read.add(name);
      return (record) => (record as readonly string[])[place];
    }
    (optional ? this.#optional : this.missing).push(column);
    return () => undefined;
  }

  /** Columns that may be left out, and that are there under a name that looks the same. */
  get misnamed(): readonly string[] {
    const unread = [...this.#places.keys()].filter((name) => !this.#read.has(name)).map(alike);
    return this.#optional.filter((column) => unread.includes(alike(column)));
  }
}

/**
 * Keys of NDJSON objects; "a.b" goes into an object inside. Only own keys: a prototype is no
 * column.
 */
class JsonSource implements Source {
  readonly #names = new Set<string>();
  /** What the mapping reads, by what looks the same. */
  readonly #asked = new Map<string, string>();
  /** What it reads inside objects, a name a level. */
  readonly #inside: (readonly string[])[] = [];
  /** What names of records look like; as many of them as a file of one form has. */
  readonly #looks = new LRUCache<string, string>({ max: 1_000 });

  get(named: string): Get {
    const column = columnName(named);
    const path = column.split('.');
    if (path.length === 1) {
      this.#names.add(column);
      this.#asked.set(alike(column), column);
    } else this.#inside.push(path);
    const own = (value: unknown, key: string): unknown =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Readonly<Record<string, unknown>>)[key]
        : undefined;
    return path.length === 1
      ? (record) => own(record, column)
      : (record) => own(record, column) ?? path.reduce(own, record);
  }

  /** What the mapping reads, and the record has under a name that looks the same. */
  misnamed(record: object): string | undefined {
    for (const name of Object.keys(record)) {
      if (this.#names.has(name)) continue;
      const asked = this.#asked.get(this.#lookOf(name));
      if (asked !== undefined && !Object.hasOwn(record, asked)) return asked;
    }
    return this.#inside
      .find(
        (path) => !Object.hasOwn(record, path.join('.')) && this.#isMisnamedInside(record, path),
      )
      ?.join('.');
  }

  /** Whether at some level what is asked for stands under a name that looks the same. */
  #isMisnamedInside(record: object, path: readonly string[]): boolean {
    let within: unknown = record;
    for (const name of path) {
      if (typeof within !== 'object' || within === null) return false;
      if (!Object.hasOwn(within, name)) {
        const look = this.#lookOf(name);
        return Object.keys(within).some((key) => this.#lookOf(key) === look);
      }
      within = (within as Readonly<Record<string, unknown>>)[name];
    }
    return false;
  }

  #lookOf(name: string): string {
    const look = this.#looks.get(name) ?? alike(name);
    this.#looks.set(name, look);
    return look;
  }
}

function jsonBuilder(mapping: Mapping): BuildHousehold {
  const source = new JsonSource();
  const build = householdBuilder(mapping, source);
  return (record, line, rows, rejects) => {
    const column = source.misnamed(record as object);
    if (column === undefined) return build(record, line, rows, rejects);
    rejects.push({
      line,
      column,
      code: 'VALUE_MISSING',
      reason: 'stands under a name that differs in capitals, spaces or marks only',
    });
  };
}

function csvBuilder(mapping: Mapping, columns: readonly string[]): BuildHousehold {
  const source = new CsvSource(columns);
  const build = householdBuilder(mapping, source);
  if (source.missing.length > 0) {
    throw new DomainError(
      'COLUMN_MISSING',
      `The header has no ${namesOf(source.missing)}, which the mapping reads; it has ${columns.length} other columns or names. Is the first line the header, and the file UTF-8?`,
      'invalid',
      'file',
    );
  }
  const { misnamed } = source;
  if (misnamed.length > 0)
    throw new DomainError(
      'COLUMN_MISSING',
      `The header has no ${namesOf(misnamed)}, and a column whose name differs in capitals, spaces or marks only, which nobody would read; write it as the mapping does.`,
      'invalid',
      'file',
    );
  return build;
}

const namesOf = (columns: readonly string[]): string =>
  [...new Set(columns)].map((name) => JSON.stringify(name)).join(', ');

export interface ReadOptions {
  /** Records a batch (default 500). */
  readonly batchSize?: number;
}

/**
 * Reads households from CSV or NDJSON bytes through a mapping, in batches, in bounded memory. CSV:
 * `;`, `,` or tabulator (found by itself unless the mapping says), UTF-8 with or without byte order
 * mark, quotes as in RFC 4180. A bad record becomes rejects (all that is wrong with it) and reading
 * goes on.
 * @throws DomainError INPUT_INVALID or COLUMN_MISSING when no record of the file could be read
 */
export async function* readHouseholds(
  chunks: AsyncIterable<Uint8Array>,
  mapping: Mapping,
  options: ReadOptions = {},
): AsyncGenerator<HouseholdBatch> {
  const batchSize = options.batchSize ?? DEFAULT_BATCH;
  let build = jsonBuilder(mapping);
  let reader: RecordReader | undefined;
  let rows: HouseholdRow[] = [];
  let rejects: Reject[] = [];
  let records = 0;
  let pending = 0;
  let bytes = 0;

  const take = (found: ReturnType<RecordReader['read']>): HouseholdBatch[] => {
    const batches: HouseholdBatch[] = [];
    for (const record of found) {
      if ('reject' in record) rejects.push(record.reject);
      else build(record.record, record.line, rows, rejects);
      records += 1;
      pending += 1;
      if (pending >= batchSize) batches.push(flush());
    }
    return batches;
  };
  const flush = (): HouseholdBatch => {
    const batch = { rows, rejects, records, bytes };
    rows = [];
    rejects = [];
    pending = 0;
    return batch;
  };
  const csv = (): RecordReader =>
    new CsvReader(mapping.delimiter, (columns) => {
      build = csvBuilder(mapping, columns);
    });

  for await (const block of readLines(chunks)) {
    bytes = block.bytes;
    if (!reader) {
      const at = block.lines.findIndex((line) => line?.trim() !== '');
      // Empty lines tell nothing, however many there are.
      if (at < 0) continue;
      const start = block.lines[at];
      const json =
        mapping.format === undefined
          ? (start ?? '').trimStart().startsWith('{')
          : mapping.format === 'ndjson';
      reader = json ? new NdjsonReader() : csv();
    }
    yield* take(reader.read(block));
  }
  yield* take((reader ?? csv()).end());
  if (pending > 0) yield flush();
}

/**
 * The same from a file.
 * @throws DomainError FILE_UNREADABLE when it cannot be opened
 */
export async function* readHouseholdsFile(
  path: string,
  mapping: Mapping,
  options: ReadOptions = {},
): AsyncGenerator<HouseholdBatch> {
  yield* readHouseholds(bytesOf(path), mapping, options);
}

/** @throws DomainError FILE_UNREADABLE */
async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new DomainError(
      'FILE_UNREADABLE',
      `The file cannot be read (${reason}).`,
      'invalid',
      'file',
    );
  }
}
