import { DomainError } from '../kernel/errors.js';
import { excessOfJson, FIELD_TWICE, hasFieldTwice, parseExactly } from '../kernel/json-limits.js';
import { detectDelimiter, splitRecord } from './csv.js';
import type { Reject } from './household-row.js';
import { MAX_LINE_BYTES, type LineBlock } from './lines.js';

/**
 * One record of a file: the fields of a CSV record, or an object of NDJSON; or why it is neither.
 */
export type FileRecord =
  | { readonly line: number; readonly record: unknown }
  | { readonly line: number; readonly reject: Reject };

/** Turns lines into records; keeps what is unfinished between blocks. */
export interface RecordReader {
  read(block: LineBlock): readonly FileRecord[];
  /** What was unfinished at the end of the file. */
  end(): readonly FileRecord[];
}

/** A quoted field may hold line breaks; one that spans more lines than this was never closed. */
const MAX_RECORD_LINES = 50;

/** Of one household with all its members. */
const OF_A_LINE = { depth: 16, values: 20_000 };

const bad = (line: number, code: string, reason: string): FileRecord => ({
  line,
  reject: { line, column: '', code, reason },
});

function unreadable(line: number, text: undefined | null): FileRecord {
  return text === undefined
    ? bad(line, 'LINE_NOT_UTF8', 'is not UTF-8 text')
    : bad(line, 'LINE_TOO_LONG', `is longer than ${MAX_LINE_BYTES} bytes`);
}

export class NdjsonReader implements RecordReader {
  read({ first, lines }: LineBlock): readonly FileRecord[] {
    const records: FileRecord[] = [];
    for (let i = 0; i < lines.length; i += 1) {
      const text = lines[i];
      const line = first + i;
      if (text === undefined || text === null) records.push(unreadable(line, text));
      else if (text !== '' && text.trim() !== '') records.push(NdjsonReader.#parse(line, text));
    }
    return records;
  }

  end(): readonly FileRecord[] {
    return [];
  }

  static #parse(line: number, text: string): FileRecord {
    if (excessOfJson(text, OF_A_LINE) !== undefined)
      return bad(line, 'JSON_INVALID', 'nests too deep, or has too many values');
    let record: unknown;
    try {
      record = parseExactly(text);
    } catch {
      // The parser's message quotes the line, and the line is about a person.
      return bad(line, 'JSON_INVALID', 'is not valid JSON');
    }
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      return bad(line, 'JSON_INVALID', 'is not a JSON object');
    if (hasFieldTwice(text, record)) return bad(line, 'JSON_INVALID', FIELD_TWICE);
    const names = Object.keys(record);
    if (names.every((name) => PLAIN.test(name))) return { line, record };
    const seen = Object.entries(record).map(([name, cell]) => [columnName(name), cell] as const);
    const named = Object.fromEntries(seen);
    return Object.keys(named).length === names.length
      ? { line, record: named }
      : bad(line, 'JSON_INVALID', FIELD_TWICE);
  }
}

/** A name that is seen as it is written. */
const PLAIN = /^[!-~]+$/;

/** As a person sees it: any spaces are one, and what nobody sees is not there. */
export const columnName = (text: string): string =>
  text
    .normalize('NFC')
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replaceAll(/[\p{Z}\s]+/gu, ' ')
    .trim();

/** Without what a person who writes the same name leaves out or writes otherwise. */
export const alike = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();

/** Reads CSV; the header comes by `onHeader` before the first record. */
export class CsvReader implements RecordReader {
  #delimiter: string | undefined;
  #width = 0;
  /** Lines of a record that is still open, and the number of the first. */
  #open: string[] = [];
  #openedAt = 0;
  readonly #onHeader: (columns: readonly string[]) => void;

  constructor(delimiter: string | undefined, onHeader: (columns: readonly string[]) => void) {
    this.#delimiter = delimiter;
    this.#onHeader = onHeader;
  }

  read({ first, lines }: LineBlock): readonly FileRecord[] {
    const records: FileRecord[] = [];
    for (let i = 0; i < lines.length; i += 1) this.#line(first + i, lines[i], records);
    return records;
  }

  end(): readonly FileRecord[] {
    const records: FileRecord[] = [];
    while (this.#open.length > 0) this.#giveUp(records);
    if (this.#width === 0)
      throw new DomainError(
        'INPUT_INVALID',
        'The file is empty: it needs a header line with the names of the columns.',
        'invalid',
        'file',
      );
    return records;
  }

  #line(line: number, text: string | undefined | null, records: FileRecord[]): void {
    if (text === undefined || text === null) {
      // What follows is a person's line, and not the header.
      if (this.#width === 0)
        throw new DomainError(
          'INPUT_INVALID',
          `The header, line ${line}, is ${text === undefined ? 'not UTF-8 text; save the file as UTF-8' : `longer than ${MAX_LINE_BYTES} bytes`}.`,
          'invalid',
          'file',
        );
      while (this.#open.length > 0) this.#giveUp(records);
      records.push(unreadable(line, text));
      return;
    }
    if (this.#open.length === 0) {
      if (text === '' || text.trim() === '') return;
      this.#openedAt = line;
    }
    this.#open.push(text);
    this.#close(records);
  }

  /** Takes the open lines as a record if they are one by now. */
  #close(records: FileRecord[]): void {
    const text = this.#open.length === 1 ? this.#open[0]! : this.#open.join('\n');
    this.#delimiter ??= detectDelimiter(text);
    const fields = splitRecord(text, this.#delimiter);
    if (fields === 'open') {
      if (this.#open.length >= MAX_RECORD_LINES || text.length > MAX_LINE_BYTES)
        this.#giveUp(records);
      return;
    }
    // A quote that closes an earlier field by chance shows as a quote in the wrong place, lines
    // later.
    if (fields === 'malformed') {
      this.#giveUp(records);
      return;
    }
    this.#open = [];
    if (this.#width === 0) this.#header(fields);
    else if (fields.length !== this.#width)
      records.push(
        bad(
          this.#openedAt,
          'COLUMN_COUNT',
          `has ${fields.length} columns; the header has ${this.#width}`,
        ),
      );
    else records.push({ line: this.#openedAt, record: fields });
  }

  /** Refuses the first of the open lines only, and reads the others afresh. */
  #giveUp(records: FileRecord[]): void {
    const [, ...others] = this.#open;
    const line = this.#openedAt;
    this.#open = [];
    if (this.#width === 0)
      throw new DomainError(
        'INPUT_INVALID',
        'The quotes of the header line are malformed.',
        'invalid',
        'file',
      );
    records.push(
      bad(line, 'QUOTES_MALFORMED', 'has a double quote that is not closed or not in its place'),
    );
    others.forEach((text, index) => this.#line(line + 1 + index, text, records));
  }

  #header(fields: readonly string[]): void {
    const columns = fields.map(columnName);
    const places = new Map<string, number>();
    for (const [place, name] of columns.entries()) {
      const first = name === '' ? undefined : places.get(name);
      if (first !== undefined)
        throw new DomainError(
          'INPUT_INVALID',
          `Column ${place + 1} of the header has the name of column ${first + 1}.`,
          'invalid',
          'file',
        );
      places.set(name, place);
    }
    this.#width = columns.length;
    this.#onHeader(columns);
  }
}
