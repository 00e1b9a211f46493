import { expect } from '@jest/globals';
import { livePosition } from '../../projections/engine/live-position.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { openPostgresReadStore } from '../../src/adapters/read-store/postgres.js';
import { auditOf } from '../support/audit.js';
import type { Servers } from '../../src/composition/servers.js';
import { engines, everyRow, PROJECTIONS } from '../projections/stores.js';
import { eventually } from '../support/eventually.js';

/**
 * Waits until the read models show the log to its end: then no invariant is broken, and they are
 * what the log folds to.
 */
export async function provesItself(
  { store }: Pick<Servers, 'store'>,
  databaseUrl: string,
): Promise<void> {
  const reads = await openPostgresReadStore(databaseUrl);
  const fresh = engines({ running: false, reason: '' })[0]!;
  const folded = await fresh.open();
  try {
    const last = await store.lastPosition();
    await eventually(
      'read models at the end of the log',
      async () => (await livePosition(reads, PROJECTIONS)) >= last,
    );
    expect((await auditOf(store)).violations).toEqual([]);
    await new ProjectionRunner({ store: folded, projections: PROJECTIONS, log: store }).catchUp();
    expect(await everyRow(reads)).toEqual(await everyRow(folded));
  } finally {
    await folded.close();
    fresh.cleanUp();
    await reads.close();
  }
}
