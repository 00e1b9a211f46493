import { createReadStream } from 'node:fs';
import { DomainError } from '../kernel/errors.js';
import type { Reject } from './household-row.js';
import { readLines } from './lines.js';
import { CsvReader, NdjsonReader, type FileRecord, type RecordReader } from './records.js';

/** One line of a table: its fields by column, or why it cannot be read. */
export type TableLine =
  | { readonly line: number; readonly record: Readonly<Record<string, unknown>> }
  | { readonly line: number; readonly reject: Reject };

/**
 * Reads a file whose columns we name: CSV (a header with the columns' names, `;` or `,`; an empty
 * field is an absent one) or NDJSON, a block at a time.
 * @throws DomainError FILE_UNREADABLE, INPUT_INVALID, COLUMN_UNKNOWN
 */
export async function* readTableFile(
  path: string,
  columns: readonly string[],
): AsyncGenerator<readonly TableLine[]> {
  let header: readonly string[] = [];
  let reader: RecordReader | undefined;
  const csv = (): RecordReader =>
    new CsvReader(undefined, (names) => {
      const unknown = names.find((name) => !columns.includes(name));
      if (unknown !== undefined)
        throw new DomainError(
          'COLUMN_UNKNOWN',
          `Column ${names.indexOf(unknown) + 1} of the header is not one of ${columns.join(', ')}.`,
          'invalid',
          'file',
        );
      header = names;
    });
  const byName = (entry: FileRecord): TableLine => {
    if ('reject' in entry) return entry;
    const { line, record } = entry;
    if (header.length === 0) return { line, record: record as Record<string, unknown> };
    const cells = record as readonly string[];
    return {
      line,
      record: Object.fromEntries(header.map((name, i) => [name, cells[i] || undefined])),
    };
  };
  try {
    for await (const block of readLines(
      createReadStream(path, { highWaterMark: 262_144 }) as AsyncIterable<Uint8Array>,
    )) {
      reader ??= (block.lines.find((line) => line?.trim()) ?? '').trimStart().startsWith('{')
        ? new NdjsonReader()
        : csv();
      yield reader.read(block).map(byName);
    }
  } catch (error) {
    if (error instanceof DomainError || !(error instanceof Error && 'syscall' in error))
      throw error;
    throw new DomainError('FILE_UNREADABLE', `The file ${path} cannot be read.`, 'invalid', 'file');
  }
  yield (reader ?? csv()).end().map(byName);
}
