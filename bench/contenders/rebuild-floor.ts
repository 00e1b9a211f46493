import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { MAX_PAGE } from '../../src/adapters/event-store/port.js';
import { openEmbeddedReadStore } from '../../src/adapters/read-store/embedded.js';
import { openBuilds } from '../../projections/builds.js';
import { physical } from '../../projections/live.js';
import type { Columns, RowOf, Rows, Table, Value } from '../../projections/projection.js';
import { countFromArgs, report, startWatch } from './bare-log.js';
import { eventsOf, PROJECTIONS } from './rebuild-log.js';

/**
 * The floor of a rebuild: for each page of the log the rows that its events leave, each once, upserted 64 a statement into
 * the same tables in one transaction a page, then the same indexes. The rows are made beforehand: nothing is read, parsed or folded.
 */
type Row = Readonly<Record<string, Value>>;
const ROWS_A_STATEMENT = 64;

/** The read models in memory, with what a page changed. */
class Memory implements Rows {
  readonly #rows = new Map<Table, Map<string, Row>>();
  #changed = new Map<Table, Map<string, Row>>();

  get<C extends Columns>(table: Table<C>, key: string): RowOf<Table<C>> | undefined { return this.#rows.get(table)?.get(key) as RowOf<Table<C>> | undefined; }
  put<C extends Columns>(table: Table<C>, row: RowOf<Table<C>>): void { this.#set(table, table.key.map((column) => String((row as Row)[column])).join('\n'), row as Row); }
  remove<C extends Columns>(table: Table<C>, key: string): void {
    this.#rows.get(table)?.delete(key);
    this.#changed.get(table)?.delete(key);
  }
  /** Sums are written whole, which costs no more than adding in SQL. */
  add<C extends Columns>(table: Table<C>, row: RowOf<Table<C>>): void {
    const key = table.key.map((column) => String((row as Row)[column])).join('\n');
    const before = this.#rows.get(table)?.get(key);
    const sum = before && Object.fromEntries(Object.entries(row as Row).map(([column, value]) => [column, table.key.includes(column) ? value : added(before[column], value)]));
    this.#set(table, key, sum ?? (row as Row));
  }

  takeChanged(): ReadonlyMap<Table, readonly Row[]> {
    const changed = new Map([...this.#changed].map(([table, rows]) => [table, [...rows.values()]]));
    this.#changed = new Map();
    return changed;
  }

  #set(table: Table, key: string, row: Row): void {
    for (const map of [this.#rows, this.#changed]) {
      const rows = map.get(table) ?? new Map<string, Row>();
      map.set(table, rows.set(key, row));
    }
  }
}

function added(a: Value | undefined, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a + b;
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  throw new Error('not a sum');
}

const events = eventsOf(countFromArgs(200_000));
const memory = new Memory();
const pages: ReadonlyMap<Table, readonly Row[]>[] = [];
for (let from = 0; from < events.length; from += MAX_PAGE) {
  for (const event of events.slice(from, from + MAX_PAGE)) for (const projection of PROJECTIONS) if (projection.handles.includes(event.type)) projection.evolve(memory, event);
  pages.push(memory.takeChanged());
}

const dir = mkdtempSync(join(process.env['SANAD_BENCH_DIR'] ?? tmpdir(), 'sanad-rebuild-floor-'));
const file = join(dir, 'read.db');
const store = await openEmbeddedReadStore(file, { thread: 'local' });
const nameOf = new Map<Table, string>();
for (const { projection, suffix } of await openBuilds(store, PROJECTIONS, false)) for (const table of projection.tables) nameOf.set(table, physical(table, suffix));
await store.close();

const db = new Database(file);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = NORMAL');
db.pragma('wal_autocheckpoint = 8000');
db.pragma('cache_size = -65536');
const statements = new Map<string, Database.Statement>();

function upsert(table: Table, rows: readonly Row[]): void {
  const columns = Object.keys(table.columns);
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    const chunk = rows.slice(from, from + ROWS_A_STATEMENT);
    const name = nameOf.get(table)!;
    const text = `INSERT OR REPLACE INTO ${name} (${columns.join(', ')}) VALUES ${chunk.map(() => `(${columns.map(() => '?').join(', ')})`).join(', ')}`;
    let statement = statements.get(text);
    if (!statement) statements.set(text, (statement = db.prepare(text)));
    statement.run(chunk.flatMap((row) => columns.map((column) => (typeof row[column] === 'boolean' ? Number(row[column]) : row[column] ?? null))));
  }
}

const watch = startWatch();
const write = db.transaction((page: ReadonlyMap<Table, readonly Row[]>) => { for (const [table, rows] of page) upsert(table, rows); });
for (const page of pages) write(page);
for (const [table, name] of nameOf) {
  for (const [number, { on, notNull }] of table.indexes.entries()) db.exec(`CREATE INDEX ${name}_i${number} ON ${name} (${on.join(', ')})${notNull === undefined ? '' : ` WHERE ${notNull} IS NOT NULL`}`);
}
const { seconds, cpuSeconds } = watch();
db.close();
rmSync(dir, { recursive: true, force: true });
report({ contender: 'coalesced upserts of the same rows', count: events.length, seconds, cpuSeconds, perSecond: Math.round(events.length / seconds), durable: 'SQLite, WAL, synchronous=NORMAL' });
