import { sql, type RawBuilder } from 'kysely';
import type { ReadDb, ReadStore } from '../../src/adapters/read-store/port.js';
import { DomainError } from '../../src/kernel/errors.js';
import type { Projection, Table } from './projection.js';

/**
 * Which build of each projection there is, how far it is, and which one queries read. One row a
 * build.
 */
export const STATE = 'projection_state';
/** Which process folded a part of the feed last. One row a part. */
export const PARTS = 'projection_parts';
/**
 * Events that were folded beyond a position that was not: pairs of the position before an event and
 * its own.
 */
export const LINKS = 'projection_links';

/** The name of a table in a build. */
export const physical = (table: Table, suffix: string): string => `${table.name}_${suffix}`;

/** The SQL name of a live table. */
export type NameOf = (table: Table) => string;

/**
 * The live build of each projection, as it is now: another process may have switched.
 * @throws DomainError READ_MODEL_BUILDING where one has none
 */
async function liveSuffixes(
  store: ReadStore,
  projections: readonly Projection[],
): Promise<ReadonlyMap<Projection, string>> {
  const rows = await store.db
    .selectFrom(STATE)
    .select(['projection', 'suffix'])
    .where('live', '=', true)
    .$castTo<{ projection: string; suffix: string }>()
    .execute();
  const live = new Map(rows.map(({ projection, suffix }) => [projection, suffix]));
  return new Map(
    projections.map((projection) => {
      const suffix = live.get(projection.name);
      if (suffix === undefined)
        throw new DomainError(
          'READ_MODEL_BUILDING',
          `The read model ${projection.name} is being built; ask again in a moment.`,
          'unavailable',
        );
      return [projection, suffix];
    }),
  );
}

/** SQLite and PostgreSQL each say in their own way that a table is not there. */
export function tableIsMissing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === '42P01') || error.message.includes('no such table');
}

/**
 * Runs a query on the live build of the projections that it reads. After a switch the old tables
 * are dropped, and a query that misses one is run again on the new ones.
 * @throws DomainError READ_MODEL_BUILDING while the first build is not finished
 */
export async function reading<T>(
  store: ReadStore,
  projections: readonly Projection[],
  work: (db: ReadDb, name: NameOf) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const names = new Map<Table, string>();
      for (const [projection, suffix] of await liveSuffixes(store, projections))
        for (const table of projection.tables) names.set(table, physical(table, suffix));
      return await work(store.db, (table) => {
        const name = names.get(table);
        if (name === undefined)
          throw new Error(`${table.name} belongs to no projection of this query`);
        return name;
      });
    } catch (error) {
      if (!tableIsMissing(error)) throw error;
      if (attempt === 3)
        throw new DomainError(
          'READ_MODEL_BUILDING',
          'The read models are being built; ask again in a moment.',
          'unavailable',
        );
    }
  }
}

/**
 * `column in (…)`, in either dialect, also for an empty list (nothing fits) and for no list
 * (everything fits).
 */
export function within(
  column: string,
  values: readonly (string | number)[] | undefined,
): RawBuilder<boolean> {
  if (values === undefined) return sql<boolean>`1 = 1`;
  if (values.length === 0) return sql<boolean>`1 = 0`;
  return sql<boolean>`${sql.ref(column)} in (${sql.join(values)})`;
}

/** Whether columns have the values that are given; those without one are not looked at. */
export function matching(
  columns: Readonly<Record<string, string | number | boolean | undefined>>,
): RawBuilder<boolean> {
  const asked = Object.entries(columns).filter(([, value]) => value !== undefined);
  if (asked.length === 0) return sql<boolean>`1 = 1`;
  const equal = asked.map(([column, value]) => sql<boolean>`${sql.ref(column)} = ${value}`);
  return sql<boolean>`${sql.join(equal, sql` and `)}`;
}
