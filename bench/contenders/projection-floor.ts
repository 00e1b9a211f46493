import pg from 'pg';
import { openBuilds } from '../../projections/engine/builds.js';
import { physical } from '../../projections/engine/live.js';
import type { Table } from '../../projections/engine/projection.js';
import { openPostgresReadStore } from '../../src/adapters/read-store/postgres.js';
import { countFromArgs, report, startWatch } from './bare-log.js';
import { eventsOf, PROJECTIONS } from './rebuild-log.js';
import { pagesOf, type Row } from './rows-of-pages.js';
import { database } from './servers.js';

/**
 * The floor of building read models in PostgreSQL: for each page of the log the rows that its
 * events leave, each once, in bare multi-row upserts into the same tables, a transaction a page.
 * The rows are made beforehand: nothing is read or folded.
 */
const PARAMETERS = 30_000;
const events = eventsOf(countFromArgs(100_000));
const pages = pagesOf(events);
const store = await openPostgresReadStore(database());
const nameOf = new Map<Table, string>();
for (const { projection, suffix } of await openBuilds(store, PROJECTIONS, true))
  for (const table of projection.tables) nameOf.set(table, physical(table, suffix));
await store.close();
const client = new pg.Client({ connectionString: database() });
await client.connect();

async function upsert(table: Table, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(table.columns);
  const others = columns.filter((column) => !table.key.includes(column));
  const size = Math.floor(PARAMETERS / columns.length);
  for (let from = 0; from < rows.length; from += size) {
    const chunk = rows.slice(from, from + size);
    const places = chunk
      .map((_, r) => `(${columns.map((__, c) => `$${r * columns.length + c + 1}`).join(', ')})`)
      .join(', ');
    await client.query(
      `insert into ${nameOf.get(table)} (${columns.join(', ')}) values ${places} on conflict (${table.key.join(', ')}) do ${others.length === 0 ? 'nothing' : `update set ${others.map((column) => `${column} = excluded.${column}`).join(', ')}`}`,
      chunk.flatMap((row) => columns.map((column) => row[column] ?? null)),
    );
  }
}

const watch = startWatch();
for (const page of pages) {
  await client.query('begin');
  for (const [table, rows] of page) await upsert(table, rows);
  await client.query('commit');
}
const { seconds, cpuSeconds } = watch();
await client.end();
report({
  contender: 'bare multi-row upserts of the same rows',
  count: events.length,
  seconds,
  cpuSeconds,
  perSecond: Math.round(events.length / seconds),
  durable: 'PostgreSQL, synchronous_commit=on',
});
