import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openSqliteReadStore } from '../../src/adapters/read-store/sqlite/read-store.js';
import { openBuilds } from '../../projections/engine/builds.js';
import { physical } from '../../projections/engine/live.js';
import type { Table } from '../../projections/engine/projection.js';
import { countFromArgs, report, startWatch } from './bare-log.js';
import { eventsOf, PROJECTIONS } from './rebuild-log.js';
import { pagesOf, type Row } from './rows-of-pages.js';

/**
 * The floor of a rebuild: for each page of the log the rows that its events leave, each once,
 * upserted 64 a statement into the same tables in one transaction a page, then the same indexes.
 * The rows are made beforehand: nothing is read, parsed or folded.
 */
const ROWS_A_STATEMENT = 64;

const events = eventsOf(countFromArgs(200_000));
const pages = pagesOf(events);

const dir = mkdtempSync(join(process.env['SANAD_BENCH_DIR'] ?? tmpdir(), 'sanad-rebuild-floor-'));
const file = join(dir, 'read.db');
const store = await openSqliteReadStore(file, { thread: 'local' });
const nameOf = new Map<Table, string>();
for (const { projection, suffix } of await openBuilds(store, PROJECTIONS, false))
  for (const table of projection.tables) nameOf.set(table, physical(table, suffix));
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
    const statement = statements.get(text) ?? db.prepare(text);
    statements.set(text, statement);
    statement.run(
      chunk.flatMap((row) =>
        columns.map((column) =>
          typeof row[column] === 'boolean' ? Number(row[column]) : (row[column] ?? null),
        ),
      ),
    );
  }
}

const watch = startWatch();
const write = db.transaction((page: ReadonlyMap<Table, readonly Row[]>) => {
  for (const [table, rows] of page) upsert(table, rows);
});
for (const page of pages) write(page);
for (const [table, name] of nameOf) {
  for (const [number, { on, notNull }] of table.indexes.entries())
    db.exec(
      `CREATE INDEX ${name}_i${number} ON ${name} (${on.join(', ')})${notNull === undefined ? '' : ` WHERE ${notNull} IS NOT NULL`}`,
    );
}
const { seconds, cpuSeconds } = watch();
db.close();
rmSync(dir, { recursive: true, force: true });
report({
  contender: 'coalesced upserts of the same rows',
  count: events.length,
  seconds,
  cpuSeconds,
  perSecond: Math.round(events.length / seconds),
  durable: 'SQLite, WAL, synchronous=NORMAL',
});
