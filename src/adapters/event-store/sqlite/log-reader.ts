import type { KeptReceipt } from '../port.js';
import { StoreError } from '../../../kernel/errors.js';
import type {
  ReadCalls,
  ReadCategoryArgs,
  ReadStreamArgs,
  Rows,
  TextPage,
} from './log-protocol.js';
import { isLineOf, typeIn } from '../stored-line.js';
import type { ReadableDatabase, ReadStatement } from './readable-database.js';
import { guard } from './sqlite-log.js';

interface PageArgs {
  readonly after: number;
  readonly limit: number;
}
type Row = [position: number, stream: string, revision: number, line: string];

const CHUNK = 128;
/** A page ends early after this many characters, so that long events do not fill the memory. */
const PAGE_CHARS = 16_777_216;
const COLUMNS = 'position, stream, revision, line';

/** Synchronous reads on one read-only connection; every method throws StoreError. */
export class LogReader implements ReadCalls {
  readonly #forwards: ReadStatement;
  readonly #backwards: ReadStatement;
  readonly #many: ReadStatement;
  readonly #category: ReadStatement;
  readonly #page: ReadStatement;
  readonly #last: ReadStatement;
  readonly #receipt: ReadStatement;

  constructor(private readonly db: ReadableDatabase) {
    this.#forwards = db
      .prepare(
        `SELECT ${COLUMNS} FROM events WHERE stream = ? AND revision >= ? AND position <= ? ORDER BY revision LIMIT ?`,
      )
      .raw();
    this.#backwards = db
      .prepare(
        `SELECT ${COLUMNS} FROM events WHERE stream = ? AND revision <= ? AND position <= ? ORDER BY revision DESC LIMIT ?`,
      )
      .raw();
    this.#many = db
      .prepare(
        `SELECT ${COLUMNS} FROM json_each(?) CROSS JOIN events ON events.stream = json_each.value WHERE position <= ?`,
      )
      .raw();
    this.#category = db
      .prepare(
        `SELECT ${COLUMNS} FROM events WHERE (stream, revision) > (?, ?) AND stream < ? AND position <= ? ORDER BY stream, revision LIMIT ?`,
      )
      .raw();
    this.#page = db
      .prepare(`SELECT ${COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?`)
      .raw();
    this.#last = db.prepare('SELECT max(position) FROM events').pluck();
    this.#receipt = db.prepare(
      'SELECT key, fingerprint, status, body, position FROM receipts WHERE key = ?',
    );
  }

  stream({ stream, from, backwards, limit, asOf }: ReadStreamArgs): Rows {
    return guard(() =>
      columns(
        (backwards
          ? this.#backwards.all(stream, from ?? Number.MAX_SAFE_INTEGER, asOf, limit)
          : this.#forwards.all(stream, from ?? 0, asOf, limit)) as Row[],
      ),
    );
  }

  streams({ streams, asOf }: { readonly streams: readonly string[]; readonly asOf: number }): Rows {
    return guard(() => columns(this.#many.all(JSON.stringify(streams), asOf) as Row[]));
  }

  category({ prefix, after, limit, asOf, types }: ReadCategoryArgs): Rows {
    return guard(() => {
      const rows: Row[] = [];
      const end = afterPrefix(prefix);
      // Start before the first stream of the prefix, or behind every revision of `after`.
      let [stream, revision] = after >= prefix ? [after, Number.MAX_SAFE_INTEGER] : [prefix, -1];
      let found = 0;
      let name = '';
      const wanted = types && new Set(types);
      /** The last row of the stream in hand, where it was not wanted so far. */
      let left: Row | undefined;
      const done = (): Rows => {
        if (left) rows.push(left);
        return columns(rows);
      };
      for (;;) {
        const chunk = this.#category.all(stream, revision, end, asOf, CHUNK) as Row[];
        for (const row of chunk) {
          if (row[1] !== name) {
            if (found === limit) return done();
            if (left) rows.push(left);
            left = undefined;
            found += 1;
            name = row[1];
          }
          if (wanted && !wanted.has(typeIn(row[3], row[1], row[2]))) left = row;
          else {
            left = undefined;
            rows.push(row);
          }
        }
        const last = chunk.at(-1);
        if (chunk.length < CHUNK || !last) return done();
        [, stream, revision] = last;
      }
    });
  }

  page(args: PageArgs): { rows: Rows; end: boolean } {
    const rows: Row[] = [];
    const end = this.#walk(args, (row) => rows.push(row));
    return { rows: columns(rows), end };
  }

  text(args: PageArgs): TextPage {
    const lines: string[] = [];
    const end = this.#walk(args, ([position, stream, revision, line]) => {
      if (position !== args.after + 1 + lines.length || !isLineOf(line, stream, revision))
        throw new StoreError('LOG_CORRUPT', `The event at position ${position} cannot be trusted.`);
      lines.push(line);
    });
    return { text: `[${lines.join(',')}]`, count: lines.length, end };
  }

  /** Rows in commit order up to the limits of a page. True when the log ended there. */
  #walk({ after, limit }: PageArgs, take: (row: Row) => void): boolean {
    return guard(() => {
      let position = after;
      let count = 0;
      let chars = 0;
      while (count < limit && chars < PAGE_CHARS) {
        const wanted = Math.min(CHUNK, limit - count);
        const chunk = this.#page.all(position, wanted) as Row[];
        for (const row of chunk) {
          take(row);
          chars += row[3].length;
        }
        if (chunk.length < wanted) return true;
        count += chunk.length;
        position = chunk.at(-1)![0];
      }
      return false;
    });
  }

  last(): number {
    return guard(() => Number(this.#last.get() ?? -1));
  }

  receipt({ key }: { readonly key: string }): KeptReceipt | undefined {
    return guard(() => this.#receipt.get(key) as KeptReceipt | undefined);
  }

  close(): void {
    this.db.close();
  }
}

function columns(rows: readonly Row[]): Rows {
  const size = rows.length;
  const result: Rows = {
    positions: new Array<number>(size),
    streams: new Array<string>(size),
    revisions: new Array<number>(size),
    lines: new Array<string>(size),
  };
  for (let i = 0; i < size; i += 1) {
    const row = rows[i]!;
    result.positions[i] = row[0];
    result.streams[i] = row[1];
    result.revisions[i] = row[2];
    result.lines[i] = row[3];
  }
  return result;
}

/** The first string behind all that start with `prefix`; stream names are ASCII. */
const afterPrefix = (prefix: string): string =>
  prefix === ''
    ? '\u{7f}'
    : prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
