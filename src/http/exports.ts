import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { csvCell } from '../kernel/csv.js';
import { DomainError } from '../kernel/errors.js';

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Cursor of the next page; null on the last. */
  readonly next: string | null;
}
/** A whole list that is short by its nature. */
export interface Items<T> {
  readonly items: readonly T[];
}
/**
 * Lines of JSON, one value each; the type is for the API's description, and never there at run
 * time.
 */
export type Ndjson<Line> = StreamableFile & { readonly line?: Line };

export type Format = 'json' | 'ndjson' | 'csv';
const TYPES = {
  ndjson: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
} as const;

/** @throws DomainError NOT_ACCEPTABLE */
export function formatOf(format: string | undefined, accept: string | undefined): Format {
  if (format !== undefined) {
    if (format === 'json' || format === 'ndjson' || format === 'csv') return format;
    throw new DomainError(
      'INVALID_FIELD',
      'format must be json, ndjson or csv.',
      'invalid',
      'format',
    );
  }
  if (accept?.includes('application/x-ndjson')) return 'ndjson';
  return accept?.includes('text/csv') ? 'csv' : 'json';
}

/**
 * All rows as a stream: a page is asked for when the reader has taken the one before, so that
 * memory does not grow with the number of rows, and a client that goes away stops the work.
 * @param columns of the CSV, in order; a column may be a path ("account/kind")
 */
export function exported(
  format: 'ndjson' | 'csv',
  pages: AsyncIterable<readonly unknown[]>,
  columns: readonly string[],
  name: string,
): StreamableFile {
  const lines = format === 'ndjson' ? ndjson(pages) : csv(pages, columns);
  return new StreamableFile(Readable.from(lines, { objectMode: false, highWaterMark: 65_536 }), {
    type: TYPES[format],
    disposition: `attachment; filename="${name}.${format}"`,
  });
}

async function* ndjson(pages: AsyncIterable<readonly unknown[]>): AsyncGenerator<string> {
  for await (const page of pages) yield page.map((row) => `${JSON.stringify(row)}\n`).join('');
}

async function* csv(
  pages: AsyncIterable<readonly unknown[]>,
  columns: readonly string[],
): AsyncGenerator<string> {
  yield `\ufeff${columns.join(',')}\r\n`;
  const paths = columns.map((column) => column.split('/'));
  for await (const page of pages)
    yield page
      .map((row) => `${paths.map((path) => csvCell(at(row, path))).join(',')}\r\n`)
      .join('');
}

const at = (row: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Record<string, unknown>)[key]
        : undefined,
    row,
  );
