import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { openSqliteReadStore } from '../../src/adapters/read-store/sqlite/read-store.js';
import { listPayments } from '../../projections/disbursement/disbursement.queries.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { ArrayLog } from '../support/array-log.js';
import { historyOf } from '../support/history.js';
import { openPostgresReadStore } from '../../src/adapters/read-store/postgres.js';
import { startProxy } from '../support/proxy.js';
import { startPostgres } from '../support/postgres.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { engines, everyRow, PROJECTIONS } from '../projections/stores.js';

const postgres = await startPostgres('the store of read models');
afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

describe.each(engines(postgres))('a read store on $name', (engine) => {
  afterAll(() => engine.cleanUp());

  it('keeps money exact as bigint, and every other whole number a number', async () => {
    const store = await engine.open();
    await store.db.schema
      .createTable('t')
      .addColumn('id', 'integer')
      .addColumn('amount_minor', 'bigint')
      .addColumn('position', 'bigint')
      .addColumn('open', 'boolean')
      .execute();
    await store.db
      .insertInto('t')
      .values([
        { id: 1, amount_minor: 9_007_199_254_740_993n, position: 4_000_000_000, open: true },
        { id: 2, amount_minor: -2n, position: 1, open: false },
      ])
      .execute();
    expect(await store.db.selectFrom('t').selectAll().orderBy('id').execute()).toEqual([
      { id: 1, amount_minor: 9_007_199_254_740_993n, position: 4_000_000_000, open: true },
      { id: 2, amount_minor: -2n, position: 1, open: false },
    ]);
    expect(
      await store.db
        .selectFrom('t')
        .select(({ fn }) => [
          fn.sum('amount_minor').as('total_minor'),
          fn.sum('position').as('sum'),
          fn.countAll().as('count'),
        ])
        .where('open', 'in', [true, false])
        .execute(),
    ).toEqual([{ total_minor: 9_007_199_254_740_991n, sum: 4_000_000_001, count: 2 }]);
    await store.close();
  });

  it('takes back a transaction that failed, and goes on', async () => {
    const store = await engine.open();
    await store.db.schema.createTable('t').addColumn('id', 'integer').execute();
    await expect(
      store.db.transaction().execute(async (trx) => {
        await trx.insertInto('t').values({ id: 1 }).execute();
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await store.db.selectFrom('t').selectAll().execute()).toEqual([]);
    await store.close();
  });
});

if (postgres.running)
  describe('the read store on PostgreSQL', () => {
    it('fails the transaction whose connection was cut between two statements, and goes on with another', async () => {
      const store = await openPostgresReadStore(postgres.url);
      const others = await openPostgresReadStore(postgres.url);
      const pid = sql<{ pid: number }>`select pg_backend_pid() as pid`;
      const cut = store.db.transaction().execute(async (trx) => {
        const { rows } = await pid.execute(trx);
        await sql`select pg_terminate_backend(${rows[0]!.pid})`.execute(others.db);
        // Until the end of the connection has come in, which nobody waits for.
        await new Promise(setImmediate);
        await pid.execute(trx);
      });
      await expect(cut).rejects.toThrow();
      expect((await pid.execute(store.db)).rows).toHaveLength(1);
      await others.close();
      await store.close();
    });

    it('ends a transaction whose process says nothing for too long, so that others have its locks', async () => {
      const paused = await openPostgresReadStore(postgres.url, { idleInTransactionMs: 500 });
      const others = await openPostgresReadStore(postgres.url);
      await sql`create table held (id int primary key, by text)`.execute(others.db);
      await sql`insert into held values (1, '')`.execute(others.db);
      let resume = (): void => undefined;
      const resumed = new Promise<void>((resolve) => {
        resume = resolve;
      });
      let holds = (): void => undefined;
      const held = new Promise<void>((resolve) => {
        holds = resolve;
      });
      const transaction = paused.db.transaction().execute(async (trx) => {
        await sql`update held set by = 'paused'`.execute(trx);
        holds();
        await resumed;
        await sql`update held set by = 'paused again'`.execute(trx);
      });
      await held;
      await sql`update held set by = by || 'others'`.execute(others.db);
      resume();
      await expect(transaction).rejects.toMatchObject({ code: 'READ_STORE_AWAY' });
      expect((await sql`select by from held`.execute(others.db)).rows).toEqual([{ by: 'others' }]);
      expect((await sql`select by from held`.execute(paused.db)).rows).toHaveLength(1);
      await paused.close();
      await others.close();
    });

    it('waits for a lock no longer than it may', async () => {
      const holder = await openPostgresReadStore(postgres.url);
      const waiting = await openPostgresReadStore(postgres.url, { lockWaitMs: 200 });
      await sql`create table locked (id int)`.execute(holder.db);
      await holder.db.transaction().execute(async (trx) => {
        await sql`lock table locked`.execute(trx);
        await expect(sql`select * from locked`.execute(waiting.db)).rejects.toMatchObject({
          code: 'READ_STORE_AWAY',
          detail: expect.stringContaining('Another session holds what is needed'),
        });
      });
      expect((await sql`select * from locked`.execute(waiting.db)).rows).toEqual([]);
      await holder.close();
      await waiting.close();
    });

    it('ends a statement that takes longer than it may, and answers the next', async () => {
      const store = await openPostgresReadStore(postgres.url, { max: 1, statementTimeoutMs: 200 });
      await expect(sql`select pg_sleep(20)`.execute(store.db)).rejects.toMatchObject({
        code: 'READ_STORE_AWAY',
      });
      expect((await sql<{ one: number }>`select 1 as one`.execute(store.db)).rows).toEqual([
        { one: 1 },
      ]);
      await store.close();
    });

    it('says that a server which gives no answer is away, and asks the next by another connection', async () => {
      const proxy = await startProxy(() => Number(new URL(postgres.url).port));
      const through = postgres.url.replace(/:\d+\//, `:${proxy.port}/`);
      const store = await openPostgresReadStore(through, { max: 1, statementTimeoutMs: 200 });
      const one = sql<{ one: number }>`select 1 as one`;
      expect((await one.execute(store.db)).rows).toEqual([{ one: 1 }]);
      proxy.set('silent');
      await expect(one.execute(store.db)).rejects.toMatchObject({ code: 'READ_STORE_AWAY' });
      proxy.set('open');
      // The server does not end this one: who waited for it is rid of the connection all the same.
      await sql`set statement_timeout = 0`.execute(store.db);
      await expect(sql`select pg_sleep(600)`.execute(store.db)).rejects.toMatchObject({
        code: 'READ_STORE_AWAY',
      });
      expect((await one.execute(store.db)).rows).toEqual([{ one: 1 }]);
      await store.close();
      await proxy.stop();
    });

    it('lets a statement of a builder take as long as the server is at work on it', async () => {
      const proxy = await startProxy(() => Number(new URL(postgres.url).port));
      const through = postgres.url.replace(/:\d+\//, `:${proxy.port}/`);
      const store = await openPostgresReadStore(through, { max: 1, askAfterMs: 100 });
      const long = sql<{ one: number }>`select 1 as one from pg_sleep(2)`;
      expect((await long.execute(store.db)).rows).toEqual([{ one: 1 }]);
      let sleeps = (): void => undefined;
      const sleeping = new Promise<void>((resolve) => {
        sleeps = resolve;
      });
      const lost = store.db.transaction().execute(async (trx) => {
        await sql`select 1`.execute(trx);
        sleeps();
        await sql`select pg_sleep(600)`.execute(trx);
      });
      const failed = expect(lost).rejects.toMatchObject({ code: 'READ_STORE_AWAY' });
      await sleeping;
      // What is asked arrives, and no answer comes back.
      proxy.set('deaf');
      await failed;
      proxy.set('open');
      expect((await long.execute(store.db)).rows).toEqual([{ one: 1 }]);
      await store.close();
      await proxy.stop();
    });
  });

describe('the embedded read store', () => {
  const EVENTS = historyOf({ households: 20 });
  let dir: string;
  beforeEach(() => {
    dir = temporaryFolder('read');
  });
  const file = () => join(dir, 'read.db');

  it('answers queries on a thread of its own, many at once, while the runner writes', async () => {
    const asked = await openSqliteReadStore(file(), { thread: 'worker' });
    await expect(listPayments(asked, {})).rejects.toMatchObject({ code: 'READ_STORE_ABSENT' });
    const store = await openSqliteReadStore(file(), { thread: 'local' });
    await new ProjectionRunner({
      store,
      projections: PROJECTIONS,
      log: new ArrayLog(EVENTS),
    }).catchUp();
    const pages = await Promise.all(
      Array.from({ length: 20 }, () => listPayments(asked, { cycleId: 'asd-2026-01' })),
    );
    expect(pages.every((page) => page.items.length === 14)).toBe(true);
    expect(pages[0]).toEqual(await listPayments(store, { cycleId: 'asd-2026-01' }));
    await expect(asked.db.transaction().execute(async () => undefined)).rejects.toMatchObject({
      code: 'READ_STORE_FAILED',
    });
    await expect(asked.db.deleteFrom('projection_state').execute()).rejects.toMatchObject({
      code: 'READ_STORE_FAILED',
    });
    await asked.close();
    await store.close();
  });

  it('throws away a file that is no database, says so, and the runner builds it anew', async () => {
    writeFileSync(file(), 'this was never a database '.repeat(400));
    const reasons: string[] = [];
    const store = await openSqliteReadStore(file(), {
      thread: 'local',
      onDiscarded: (reason) => reasons.push(reason),
    });
    expect(reasons.length).toBe(1);
    await new ProjectionRunner({
      store,
      projections: PROJECTIONS,
      log: new ArrayLog(EVENTS),
    }).catchUp();
    expect((await listPayments(store, {})).items.length).toBe(28);
    await store.close();
  });

  it('rebuilds what turns out to be damaged in the middle', async () => {
    const log = new ArrayLog(EVENTS.slice(0, 200));
    const first = await openSqliteReadStore(file(), { thread: 'local' });
    await new ProjectionRunner({ store: first, projections: PROJECTIONS, log }).catchUp();
    await first.close();
    const bytes = await import('node:fs').then((fs) => fs.readFileSync(file()));
    // The first page says that it is a database; everything after it is nonsense.
    bytes.fill(0xa5, 4_096);
    writeFileSync(file(), bytes);
    log.push(...EVENTS.slice(200));
    // Found when it is opened or when it is read, it is thrown away and said so.
    const notes: string[] = [];
    const store = await openSqliteReadStore(file(), {
      thread: 'local',
      onDiscarded: () => notes.push('discarded'),
    });
    await new ProjectionRunner({
      store,
      projections: PROJECTIONS,
      log,
      onNote: ({ what }) => notes.push(what),
    }).catchUp();
    expect(notes.filter((note) => note === 'recreated' || note === 'discarded').length).toBe(1);
    const again = await openSqliteReadStore(join(dir, 'other.db'), { thread: 'local' });
    await new ProjectionRunner({ store: again, projections: PROJECTIONS, log }).catchUp();
    expect(await everyRow(store)).toEqual(await everyRow(again));
    await store.close();
    await again.close();
  });
});
