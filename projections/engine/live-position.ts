import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { STATE } from './live.js';
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
