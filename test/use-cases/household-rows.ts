import type { HouseholdRow } from '../../src/tabular/household-row.js';
import { households } from './world.js';

/** Generated rows without faults. */
export const rowsOf = async (count: number, seed: number): Promise<HouseholdRow[]> => {
  const rows: HouseholdRow[] = [];
  for await (const batch of households(count, seed, { errors: 0, duplicates: 0 }))
    rows.push(...batch);
  return rows;
};

/** A file of one batch. */
export async function* one<T>(batch: T): AsyncGenerator<T> {
  yield batch;
}
