import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { STATE, tableIsMissing } from './live.js';
import type { Projection } from './projection.js';

/** How far the live builds of these projections all are; -1 while one has none. */
export async function livePosition(
  store: ReadStore,
  projections: readonly Projection[],
): Promise<number> {
  const rows = await store.db
    .selectFrom(STATE)
    .select(['projection', 'position'])
    .where('live', '=', true)
    .$castTo<{ projection: string; position: number }>()
    .execute();
  return Math.min(
    ...projections.map(({ name }) => rows.find((row) => row.projection === name)?.position ?? -1),
  );
}

/**
 * Names of those of these projections that no query can read yet: their first build is not
 * finished.
 */
export async function unbuilt(
  { db }: ReadStore,
  projections: readonly Projection[],
): Promise<readonly string[]> {
  const live = new Set<string>();
  try {
    const rows = await db.selectFrom(STATE).select('projection').where('live', '=', true).execute();
    for (const row of rows) live.add(row['projection'] as string);
  } catch (error) {
    if (!tableIsMissing(error)) throw error;
  }
  return projections.map(({ name }) => name).filter((name) => !live.has(name));
}
