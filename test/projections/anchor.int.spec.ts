import { afterAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { checkReadModels } from '../../projections/engine/read-anchor.js';
import { ProjectionRunner, type RunnerNote } from '../../projections/engine/runner.js';
import { SharedRunner } from '../../projections/engine/shared-runner.js';
import type { ReadStore } from '../../src/adapters/read-store/port.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { ArrayLog } from '../support/array-log.js';
import { historyOf } from '../support/history.js';
import { startPostgres } from '../support/postgres.js';
import { engines, everyRow, inTurnAlone, PROJECTIONS } from './stores.js';

const postgres = await startPostgres('read models of a log that was restored');
const EVENTS = historyOf({ households: 12 });
/** Where the copy was taken. */
const COPIED = Math.floor(EVENTS.length / 2);
const COPY = EVENTS.slice(0, COPIED);
const REFUSED = {
  code: 'CHECKPOINT_NOT_IN_LOG',
  detail: expect.stringMatching(
    /^The checkpoint of the read models stands behind event .*sanad rebuild/,
  ),
};
const never = new AbortController().signal;

afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

/** The copy, gone on with otherwise: each event in its place is another. */
const otherFuture = (): Recorded[] => [
  ...COPY,
  ...EVENTS.slice(COPIED).map((event) => ({ ...event, id: randomUUID() })),
];

describe.each(engines(postgres))('read models of a log that was restored on $name', (engine) => {
  afterAll(() => engine.cleanUp());

  type Runner = Pick<ProjectionRunner, 'run' | 'catchUp' | 'rebuild'>;
  const alone = (store: ReadStore, log: ArrayLog, notes: RunnerNote[] = []): Runner =>
    new ProjectionRunner({
      store,
      projections: PROJECTIONS,
      log,
      lookEveryMs: 1,
      onNote: (note) => notes.push(note),
    });
  const shared = (store: ReadStore, log: ArrayLog, notes: RunnerNote[] = []): Runner =>
    new SharedRunner({
      store,
      projections: PROJECTIONS,
      log,
      member: randomUUID(),
      inTurn: inTurnAlone,
      feed: { subscribe: (after, signal) => log.follow(after, signal) },
      lookEveryMs: 1,
      onNote: (note) => notes.push(note),
    });
  const runners = [
    ['one builds them', alone],
    ['many build them', shared],
  ] as const;

  it.each(runners)(
    'are gone on with by nobody, and are made anew by a rebuild: %s',
    async (_, of) => {
      for (const restored of [COPY, otherFuture()]) {
        const store = await engine.open();
        await of(store, new ArrayLog(EVENTS)).catchUp();
        const shown = await everyRow(store);
        const log = new ArrayLog(restored);
        await expect(of(store, log).run(never)).rejects.toMatchObject(REFUSED);
        await expect(of(store, log).catchUp()).rejects.toMatchObject(REFUSED);
        await expect(checkReadModels(store, log, EVENTS.at(-1)!.position)).rejects.toMatchObject(
          REFUSED,
        );
        expect(await everyRow(store)).toEqual(shown);

        const notes: RunnerNote[] = [];
        const report = await of(store, log, notes).rebuild({ verify: true });
        expect([report.events, report.identical]).toEqual([restored.length, undefined]);
        expect(notes.map(({ what }) => what)).toContain('refused');
        await checkReadModels(store, log, restored.at(-1)!.position);
        log.push(...EVENTS.slice(restored.length).map((event) => ({ ...event, id: randomUUID() })));
        await of(store, log).catchUp();
        const fresh = await engine.open();
        await alone(fresh, log).catchUp();
        expect(await everyRow(store)).toEqual(await everyRow(fresh));
        await fresh.close();
        await store.close();
      }
    },
  );

  it.each(runners)('are let go of while they are built: %s', async (_, of) => {
    const store = await engine.open();
    const log = new ArrayLog(EVENTS);
    await of(store, log).catchUp();
    const running = of(store, log).run(never);
    log.lost.add(EVENTS.at(-1)!.position);
    await expect(running).rejects.toMatchObject(REFUSED);
    await store.close();
  });

  it('are gone on with where an earlier version kept no event beside their position', async () => {
    const store = await engine.open();
    await alone(store, new ArrayLog(COPY)).catchUp();
    await store.db.schema.dropTable('projection_anchor').execute();
    await expect(alone(store, new ArrayLog(COPY.slice(0, -1))).catchUp()).rejects.toMatchObject({
      code: 'CHECKPOINT_NOT_IN_LOG',
      detail: expect.stringContaining(`ends at position ${COPIED - 2}`),
    });
    const log = new ArrayLog(EVENTS);
    await alone(store, log).catchUp();
    await expect(checkReadModels(store, new ArrayLog(COPY), -1)).rejects.toMatchObject(REFUSED);
    await store.close();
  });
});
