import { afterAll, describe, expect, it } from '@jest/globals';
import {
  buildBeside,
  indexBuild,
  openBuilds,
  switchLive,
  tableNames,
} from '../../projections/engine/builds.js';
import { disbursementProjection } from '../../projections/disbursement/disbursement.projection.js';
import { paymentTally, payments } from '../../projections/disbursement/disbursement.tables.js';
import { listPayments } from '../../projections/disbursement/disbursement.queries.js';
import { physical } from '../../projections/engine/live.js';
import { unbuilt } from '../../projections/engine/live-position.js';
import { table, type Projection } from '../../projections/engine/projection.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { ArrayLog } from '../support/array-log.js';
import { historyOf } from '../support/history.js';
import { startPostgres } from '../support/postgres.js';
import { engines, everyRow, PROJECTIONS } from './stores.js';

const postgres = await startPostgres('the builds of read models');
const EVENTS = historyOf({ households: 30 });

afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

describe.each(engines(postgres))('builds of read models on $name', (engine) => {
  afterAll(() => engine.cleanUp());

  it('builds a new version beside the old one, which is read until the switch', async () => {
    const store = await engine.open();
    const log = new ArrayLog(EVENTS);
    await new ProjectionRunner({ store, projections: PROJECTIONS, log }).catchUp();
    const fresh = table('disbursement_extra', 'tally', { cycle_id: 'text', count: 'integer' }, [
      'cycle_id',
    ]);
    const next: Projection = {
      ...disbursementProjection,
      version: disbursementProjection.version + 1,
      tables: [...disbursementProjection.tables, fresh],
      evolve(rows, event) {
        disbursementProjection.evolve(rows, event);
        if (event.type === 'PaymentOrdered')
          rows.add(fresh, { cycle_id: event.data.paymentId.slice(0, -37), count: 1 });
      },
    };
    const looks: Promise<number>[] = [];
    await new ProjectionRunner({ store, projections: [next], log, pageSize: 100 }).catchUp({
      onProgress: () => {
        looks.push(listPayments(store, {}, { limit: 1 }).then(({ items }) => items.length));
      },
    });
    const seen = await Promise.all(looks);
    expect(seen.every((count) => count === 1)).toBe(true);
    expect(seen.length).toBeGreaterThan(3);
    const tables = (await tableNames(store)).filter((name) => name.startsWith('disbursement_'));
    expect(tables).toContain(physical(fresh, `v${next.version}`));
    expect(tables.every((name) => name.endsWith(`_v${next.version}`))).toBe(true);
    expect((await listPayments(store, {}, { limit: 1_000 })).items.length).toBe(42);
    await store.close();
  });

  it('is read from the switch on, whichever process made it, and whatever became of that', async () => {
    const store = await engine.open();
    const projections = [disbursementProjection];
    await new ProjectionRunner({ store, projections, log: new ArrayLog(EVENTS) }).catchUp();
    const count = async () => (await listPayments(store, {}, { limit: 1 })).items.length;
    expect(await count()).toBe(1);
    const [live] = await openBuilds(store, projections, false);
    // Empty, and its maker dies before the old tables are dropped.
    const beside = await buildBeside(store, live!);
    await indexBuild(store, beside);
    expect(await count()).toBe(1);
    await store.db.transaction().execute((trx) => switchLive(trx, beside));
    expect(await count()).toBe(0);
    await store.close();
  });

  it('reports a tampered row on rebuild, and mends it', async () => {
    const store = await engine.open();
    const log = new ArrayLog(EVENTS);
    const runner = new ProjectionRunner({ store, projections: PROJECTIONS, log });
    await runner.catchUp();
    const progress: number[] = [];
    expect(
      await runner.rebuild({ verify: true, onProgress: ({ done }) => progress.push(done) }),
    ).toMatchObject({ identical: true, events: EVENTS.length, differences: [] });
    expect(progress.at(-1)).toBe(EVENTS.length);
    const [victim] = (await listPayments(store, {}, { limit: 1 })).items;
    const suffix = `v${disbursementProjection.version}b`;
    await store.db
      .updateTable(physical(payments, suffix))
      .set({ amount_minor: 9_007_199_254_740_993n })
      .where('payment_id', '=', victim!.paymentId)
      .execute();
    await store.db
      .deleteFrom(physical(paymentTally, suffix))
      .where('status', '=', 'ordered')
      .execute();
    const report = await runner.rebuild({ verify: true });
    expect(report.identical).toBe(false);
    expect(report.differences).toContainEqual({
      table: payments.name,
      key: [victim!.paymentId],
      columns: ['amount_minor'],
    });
    expect(report.differences).toContainEqual(
      expect.objectContaining({ table: paymentTally.name, only: 'rebuilt' }),
    );
    expect(await runner.rebuild({ verify: true })).toMatchObject({ identical: true });
    await store.close();
  });

  it('leaves the live rows alone when a rebuild is aborted', async () => {
    const store = await engine.open();
    const runner = new ProjectionRunner({
      store,
      projections: PROJECTIONS,
      log: new ArrayLog(EVENTS),
      pageSize: 100,
    });
    await runner.catchUp();
    const before = await everyRow(store);
    const abort = new AbortController();
    await expect(
      runner.rebuild({ signal: abort.signal, onProgress: () => abort.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' });
    expect((await tableNames(store)).some((name) => name.endsWith('_v1b'))).toBe(false);
    expect(await everyRow(store)).toEqual(before);
    await store.close();
  });

  it('answers that it is being built before the first build is complete', async () => {
    const store = await engine.open();
    await expect(listPayments(store, {})).rejects.toMatchObject({
      code: 'READ_MODEL_BUILDING',
      kind: 'unavailable',
    });
    expect(await unbuilt(store, PROJECTIONS)).toEqual(PROJECTIONS.map(({ name }) => name));
    await new ProjectionRunner({
      store,
      projections: PROJECTIONS.slice(1),
      log: new ArrayLog(),
    }).catchUp();
    expect(await unbuilt(store, PROJECTIONS)).toEqual([PROJECTIONS[0]!.name]);
    await store.close();
  });
});
