import { createReadStream } from 'node:fs';
import { DomainError } from '../kernel/errors.js';
import type { HouseholdBatch, HouseholdRow, Reject } from './household-row.js';
import { householdBuilder, type BuildHousehold } from './household-builder.js';
import { readLines } from './lines.js';
import type { Get, Mapping, Source } from './mapping.js';
import { columnName, CsvReader, NdjsonReader, type RecordReader } from './records.js';

const DEFAULT_BATCH = 500;
const CHUNK_BYTES = 262_144;

/** Columns of a CSV file by the header's names. Collects those that are missing. */
class CsvSource implements Source {
  readonly missing: string[] = [];
  readonly #places: ReadonlyMap<string, number>;

  constructor(columns: readonly string[]) {
    this.#places = new Map(columns.map((name, index) => [name, index]));
  }

  get(column: string, optional: boolean): Get {
    const place = this.#places.get(columnName(column));
    if (place !== undefined) return (record) => (record as readonly string[])[place];
    if (!optional) this.missing.push(column);
    return () => undefined;
  }
}

/**
 * Keys of NDJSON objects; "a.b" goes into an object inside. Only own keys: a prototype is no
 * column.
 */
const jsonSource: Source = {
  get(named) {
    const column = columnName(named);
    const path = column.split('.');
    const own = (value: unknown, key: string): unknown =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Readonly<Record<string, unknown>>)[key]
        : undefined;
    return path.length === 1
      ? (record) => own(record, column)
      : (record) => own(record, column) ?? path.reduce(own, record);
  },
};

function csvBuilder(mapping: Mapping, columns: readonly string[]): BuildHousehold {
  const source = new CsvSource(columns);
  const build = householdBuilder(mapping, source);
  if (source.missing.length > 0) {
    throw new DomainError(
      'COLUMN_MISSING',
      `The header has no ${[...new Set(source.missing)].map((name) => JSON.stringify(name)).join(', ')}, which the mapping reads; it has ${columns.length} other columns or names. Is the first line the header, and the file UTF-8?`,
      'invalid',
      'file',
    );
  }
  return build;
}

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
  let build: BuildHousehold = householdBuilder(mapping, jsonSource);
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
