import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Page } from '../../src/adapters/event-store/port.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { ProjectionProgress } from '../../src/runtime/projection-progress.js';
import { DomainError } from '../../src/kernel/errors.js';
import { disbursementProjection } from '../../projections/disbursement/disbursement.projection.js';
import { listPayments } from '../../projections/disbursement/disbursement.queries.js';
import { livePosition } from '../../projections/engine/live-position.js';
import { type Projection } from '../../projections/engine/projection.js';
import { ProjectionRunner, type RunnerNote } from '../../projections/engine/runner.js';
import { SharedRunner } from '../../projections/engine/shared-runner.js';
import { ArrayLog, streamsOnly } from '../support/array-log.js';
import { historyOf } from '../support/history.js';
import { startPostgres } from '../support/postgres.js';
import { engines, everyRow, inTurnAlone, PROJECTIONS } from './stores.js';

const postgres = await startPostgres('the projection runner');
const EVENTS = historyOf({ households: 30 });
/** An event as a log may hold it that a newer or a broken process wrote. */
const asStored = (event: Recorded, instead: object): Recorded =>
  JSON.parse(JSON.stringify({ ...event, ...instead }));
/** Where a store whose positions have gaps would put an event. */
const place = (position: number): number => position * 7 + 3 + (position % 3);

afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

/** A feed that gives pages as a test made them, and then ends. */
const feedOf = (pages: readonly (readonly Recorded[])[]) => ({
  async *subscribe(): AsyncGenerator<Page> {
    for (const events of pages) yield { events, next: events.at(-1)?.position ?? -1, end: false };
  },
});

/**
 * The events in another order, in which only those of one stream follow each other: as a broker's
 * partitions give them.
 */
function shuffledByStream(
  events: readonly Recorded[],
  random: (below: number) => number,
): Recorded[] {
  const queues = new Map<string, Recorded[]>();
  for (const event of events)
    queues.set(event.stream, [...(queues.get(event.stream) ?? []), event]);
  const waiting = [...queues.values()];
  const given: Recorded[] = [];
  while (waiting.length > 0) {
    const at = random(waiting.length);
    const queue = waiting[at]!;
    given.push(queue.shift()!);
    if (queue.length === 0) waiting.splice(at, 1);
  }
  return given;
}

function pagesOf(events: readonly Recorded[], size: number): Recorded[][] {
  const pages: Recorded[][] = [];
  for (let from = 0; from < events.length; from += size)
    pages.push(events.slice(from, from + size));
  return pages;
}

describe.each(engines(postgres))('the projection runner on $name', (engine) => {
  afterAll(() => engine.cleanUp());

  async function expected() {
    const store = await engine.open();
    await new ProjectionRunner({
      store,
      projections: PROJECTIONS,
      log: new ArrayLog(EVENTS),
    }).catchUp();
    const rows = await everyRow(store);
    await store.close();
    return rows;
  }

  it('gives the same rows when every event is delivered twice', async () => {
    const rows = await expected();
    const store = await engine.open();
    const log = new ArrayLog(EVENTS.slice(0, 40));
    const pages = pagesOf(EVENTS, 50).flatMap((page) => [
      page,
      page.flatMap((event) => [event, event]).slice(0, 50),
      page,
    ]);
    const twice = pages.map((page) => [
      ...new Map(page.map((event) => [event.position, event])).values(),
    ]);
    await new ProjectionRunner({ store, projections: PROJECTIONS, log, feed: feedOf(twice) }).run(
      new AbortController().signal,
    );
    expect(await everyRow(store)).toEqual(rows);
    await store.close();
  });

  it('gives the same rows from a feed that is partitioned by stream, with redeliveries', async () => {
    const rows = await expected();
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const shuffled = shuffledByStream(EVENTS, random);
    const pages = pagesOf(shuffled, 37).flatMap((page, index) =>
      index % 2 === 0 ? [page, page] : [page],
    );
    const store = await engine.open();
    const log = new ArrayLog(EVENTS);
    const runner = new SharedRunner({
      store,
      projections: PROJECTIONS,
      member: 'a test',
      inTurn: inTurnAlone,
      feed: feedOf(pages),
      log: streamsOnly(log, false),
    });
    await runner.run(new AbortController().signal);
    expect(runner.position).toBe(EVENTS.length - 1);
    expect(await everyRow(store)).toEqual(rows);
    await store.close();
  });

  it('fetches what a partitioned feed left out of a stream, and goes on from the checkpoint after a restart', async () => {
    const rows = await expected();
    const store = await engine.open();
    const log = new ArrayLog(EVENTS.slice(0, 100));
    await new SharedRunner({
      store,
      projections: PROJECTIONS,
      log,
      member: 'a test',
      inTurn: inTurnAlone,
    }).catchUp();
    log.push(...EVENTS.slice(100));
    const withHoles = EVENTS.slice(100).filter(
      ({ stream, revision }) => !(stream.startsWith('payment-') && revision === 1),
    );
    const stuck = {
      readAll: async () => ({ events: [], next: 99, end: true }),
      lastPosition: async () => 99,
      readStream: log.readStream.bind(log),
      follow: log.follow.bind(log),
    };
    await new SharedRunner({
      store,
      projections: PROJECTIONS,
      log: stuck,
      member: 'a test',
      inTurn: inTurnAlone,
      feed: feedOf(pagesOf(withHoles, 60)),
    }).run(new AbortController().signal);
    expect(await livePosition(store, PROJECTIONS)).toBeLessThan(EVENTS.length - 1);
    await new SharedRunner({
      store,
      projections: PROJECTIONS,
      log,
      member: 'a test',
      inTurn: inTurnAlone,
    }).catchUp();
    expect(await livePosition(store, PROJECTIONS)).toBe(EVENTS.length - 1);
    expect(await everyRow(store)).toEqual(rows);
    await store.close();
  });

  it('equals the fold of the log from any checkpoint', async () => {
    const rows = await expected();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: EVENTS.length }), { maxLength: 3 }),
        fc.integer({ min: 20, max: 400 }),
        async (stops, pageSize) => {
          const store = await engine.open();
          for (const length of [...stops.sort((a, b) => a - b), EVENTS.length]) {
            await new ProjectionRunner({
              store,
              projections: PROJECTIONS,
              log: new ArrayLog(EVENTS.slice(0, length)),
              pageSize,
            }).catchUp();
          }
          expect(await everyRow(store)).toEqual(rows);
          await store.close();
        },
      ),
      { numRuns: 5 },
    );
  });

  it('goes on after a crash between and within batches', async () => {
    const rows = await expected();
    const store = await engine.open();
    const fatal = EVENTS.findIndex(({ type }) => type === 'PaymentSettled') + 3;
    const crashing: Projection = {
      ...disbursementProjection,
      evolve(target, event) {
        if (event.position === fatal) throw new Error('the process died');
        disbursementProjection.evolve(target, event);
      },
    };
    const log = new ArrayLog(EVENTS);
    const first = new ProjectionRunner({
      store,
      projections: PROJECTIONS.map((each) => (each === disbursementProjection ? crashing : each)),
      log,
      pageSize: 64,
    });
    await expect(first.catchUp()).rejects.toMatchObject({
      code: 'PROJECTION_FAILED',
      detail: expect.stringContaining(`position ${fatal}`),
    });
    await store.close();
    const again = await engine.reopen();
    await new ProjectionRunner({
      store: again,
      projections: PROJECTIONS,
      log,
      pageSize: 64,
    }).catchUp();
    expect(await everyRow(again)).toEqual(rows);
    await again.close();
  });

  describe('where positions have gaps', () => {
    const apart = EVENTS.map((event) => ({ ...event, position: place(event.position) }));
    const log = new ArrayLog(apart, true);
    const projections = PROJECTIONS;
    /** A store that was filled from the log, and its rows. */
    async function filled() {
      const store = await engine.open();
      await new ProjectionRunner({ store, projections, log }).catchUp();
      return { store, rows: await everyRow(store) };
    }
    async function rowsOfTheLog() {
      const { store, rows } = await filled();
      await store.close();
      return rows;
    }

    it('gives the same rows when they are built anew', async () => {
      const { store } = await filled();
      const runner = new ProjectionRunner({ store, projections, log, pageSize: 50 });
      expect(await runner.rebuild({ verify: true })).toMatchObject({
        identical: true,
        events: EVENTS.length,
      });
      await store.close();
    });

    it('gives the same rows from the tail of the log', async () => {
      const rows = await rowsOfTheLog();
      const store = await engine.open();
      await new ProjectionRunner({
        store,
        projections,
        log: new ArrayLog(apart.slice(0, 70), true),
        feed: feedOf(pagesOf(apart.slice(60), 33)),
      }).run(new AbortController().signal);
      expect(await everyRow(store)).toEqual(rows);
      await store.close();
    });

    it('gives the same rows from partitions', async () => {
      const rows = await rowsOfTheLog();
      const shuffled = shuffledByStream(apart, (below) => Math.floor(below / 2));
      const before = new Map(
        apart.map(({ position }, index) => [position, apart[index - 1]?.position ?? -1]),
      );
      const feed = {
        async *subscribe() {
          for (const events of pagesOf(shuffled, 41)) {
            const previous = events.map(({ position }) => before.get(position) ?? -1);
            yield { events, previous, next: -1, end: false };
          }
        },
      };
      const store = await engine.open();
      const runner = new SharedRunner({
        store,
        projections,
        member: 'a test',
        inTurn: inTurnAlone,
        feed,
        log: streamsOnly(log, true),
      });
      await runner.run(new AbortController().signal);
      expect(runner.position).toBe(place(EVENTS.length - 1));
      expect(await everyRow(store)).toEqual(rows);
      await store.close();
    });
  });

  it('stops loudly at a gap that stays, and passes one that closes', async () => {
    const store = await engine.open();
    const log = new ArrayLog(EVENTS);
    log.lost.add(20);
    const runner = new ProjectionRunner({ store, projections: PROJECTIONS, log });
    await expect(runner.catchUp()).rejects.toMatchObject({
      code: 'PROJECTION_GAP',
      detail: expect.stringContaining('position 20'),
    });
    // What was on its way arrives once it was missed.
    const readAll = log.readAll.bind(log);
    log.readAll = async (after, limit) => {
      const page = await readAll(after, limit);
      if (page.next >= 20) log.lost.clear();
      return page;
    };
    await runner.catchUp();
    expect(await everyRow(store)).toEqual(await expected());
    await store.close();
  });

  it('skips types that nobody published, and counts them', async () => {
    const store = await engine.open();
    const log = new ArrayLog(
      EVENTS.map((event) =>
        event.position === 5 ? asStored(event, { type: 'PaymentTeleported' }) : event,
      ),
    );
    const notes: RunnerNote[] = [];
    const runner = new ProjectionRunner({
      store,
      projections: PROJECTIONS,
      log,
      onNote: (note) => notes.push(note),
    });
    await runner.catchUp();
    expect(runner.position).toBe(EVENTS.length - 1);
    expect(runner.skipped).toEqual(new Map([['PaymentTeleported', 1]]));
    expect(notes).toContainEqual(expect.objectContaining({ what: 'unknown-type' }));
    await store.close();
  });

  it('stops at a payload that it cannot read, and names it', async () => {
    const store = await engine.open();
    const at = EVENTS.findIndex(({ type }) => type === 'EligibilityDetermined');
    const { applicationId } = EVENTS[at]!.data as { applicationId: string };
    const log = new ArrayLog(
      EVENTS.map((event) =>
        event.position === at ? asStored(event, { data: { applicationId } }) : event,
      ),
    );
    await expect(
      new ProjectionRunner({ store, projections: PROJECTIONS, log, pageSize: 10 }).catchUp(),
    ).rejects.toMatchObject({
      code: 'PROJECTION_FAILED',
      detail: expect.stringContaining(`EligibilityDetermined at position ${at}`),
    });
    await store.close();
  });

  it('lets a reader wait for a position, and says when it takes too long', async () => {
    const store = await engine.open();
    const log = new ArrayLog(EVENTS.slice(0, 100));
    const progress = new ProjectionProgress(['read models'], 10_000, {
      position: () => livePosition(store, PROJECTIONS),
    });
    const stop = new AbortController();
    const runner = new ProjectionRunner({ store, projections: PROJECTIONS, log });
    const running = runner.run(stop.signal);
    await progress.reached(99);
    const waiting = progress.reached(EVENTS.length - 1);
    log.push(...EVENTS.slice(100));
    await waiting;
    expect((await listPayments(store, {}, { limit: 1_000 })).items.length).toBe(42);
    const late = await progress.reached(EVENTS.length, 20).catch((error: unknown) => error);
    expect(late).toBeInstanceOf(DomainError);
    expect(late).toMatchObject({
      code: 'READ_MODEL_BEHIND',
      kind: 'unavailable',
      field: 'after',
    });
    stop.abort();
    await running;
    await store.close();
  });
});
