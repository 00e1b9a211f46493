import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { reading, within } from '../engine/live.js';
import { correctionProjection } from './correction.projection.js';
import { recoveries, type RecoveryRow } from './correction.tables.js';

/** Whose region may decide about each debt, by its id. */
export const regionsOfRecoveries = (
  store: ReadStore,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> =>
  reading(store, [correctionProjection], async (db, name) => {
    const rows = await db
      .selectFrom(name(recoveries))
      .select(['recovery_id', 'region'])
      .$castTo<Pick<RecoveryRow, 'recovery_id' | 'region'>>()
      .where(within('recovery_id', ids))
      .execute();
    return new Map(rows.map(({ recovery_id, region }) => [recovery_id, region]));
  });
