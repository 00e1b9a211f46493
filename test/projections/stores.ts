import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteReadStore } from '../../src/adapters/read-store/sqlite/read-store.js';
import { openPostgresReadStore } from '../../src/adapters/read-store/postgres.js';
import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { PROJECTIONS } from '../../projections/all.js';
import { openBuilds } from '../../projections/engine/builds.js';
import { physical } from '../../projections/engine/live.js';
import type { Projection } from '../../projections/engine/projection.js';
import type { TestPostgres } from '../support/postgres.js';

/** One projector is all there is: it is always its turn. */
export const inTurnAlone = (
  work: (held: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<void> => work(signal);

export { PROJECTIONS };

/**
 * An engine to run the same assertions on; `open` gives an empty store each time, and `reopen` the
 * last one again.
 */
export interface Engine {
  readonly name: string;
  open(): Promise<ReadStore>;
  reopen(): Promise<ReadStore>;
  cleanUp(): void;
}

export function engines(postgres: TestPostgres): Engine[] {
  const dirs: string[] = [];
  const file = () => join(dirs.at(-1) ?? '', 'read.db');
  const sqlite: Engine = {
    name: 'SQLite',
    async open() {
      dirs.push(mkdtempSync(join(tmpdir(), 'sanad-read-')));
      return openSqliteReadStore(file(), { thread: 'local' });
    },
    reopen: () => openSqliteReadStore(file(), { thread: 'local' }),
    cleanUp() {
      for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
    },
  };
  if (!postgres.running) return [sqlite];
  let schema = '';
  return [
    sqlite,
    {
      name: 'PostgreSQL',
      async open() {
        schema = await postgres.newSchema();
        return openPostgresReadStore(postgres.url, { schema });
      },
      reopen: () => openPostgresReadStore(postgres.url, { schema }),
      cleanUp() {
        /* the server goes, and its schemas with it */
      },
    },
  ];
}

/**
 * Every row of every table that queries read, in key order: what two ways to the same state must
 * agree on.
 */
export async function everyRow(
  store: ReadStore,
  projections: readonly Projection[] = PROJECTIONS,
): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const build of await openBuilds(store, projections, false)) {
    for (const table of build.projection.tables) {
      let query = store.db.selectFrom(physical(table, build.suffix)).selectAll();
      for (const column of table.key) query = query.orderBy(column);
      all[table.name] = await query.execute();
    }
  }
  return all;
}
