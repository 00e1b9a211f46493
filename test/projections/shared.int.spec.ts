import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { once } from 'node:events';
import { livePosition } from '../../projections/engine/live-position.js';
import type { Projection } from '../../projections/engine/projection.js';
import { ProjectionRunner, type RunnerNote } from '../../projections/engine/runner.js';
import { SharedRunner, type SharedRunnerOptions } from '../../projections/engine/shared-runner.js';
import type { FeedPage } from '../../src/adapters/event-bus/port.js';
import { openPostgresReadStore } from '../../src/adapters/read-store/postgres.js';
import type { ReadStore } from '../../src/adapters/read-store/port.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { ArrayLog } from '../support/array-log.js';
import { historyOf } from '../support/history.js';
import { startPostgres } from '../support/postgres.js';
import { everyRow, inTurnAlone, PROJECTIONS } from './stores.js';
import { eventLoopTurns, eventually } from '../support/eventually.js';
import { requireHere } from '../support/servers-here.js';

const postgres = await startPostgres('many projectors');
/** Positions have gaps, as in EventStoreDB. */
const EVENTS = historyOf({ households: 30 }).map((event) => ({
  ...event,
  position: event.position * 5 + 2,
}));
const END = EVENTS.at(-1)!.position;
const BEFORE = new Map(
  EVENTS.map(({ position }, index) => [position, EVENTS[index - 1]?.position ?? -1]),
);
const LOG = new ArrayLog(EVENTS, true);
const PARTS = 6;
const TIMEOUT_MS = 600_000;

afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

it('has the server that it needs, or said what is left out', () => {
  requireHere(postgres);
});

/** What a newer release has. */
const NEWER = PROJECTIONS.map((projection): Projection =>
  projection.name === 'disbursement'
    ? { ...projection, version: projection.version + 1 }
    : projection,
);

/** The partition of a stream. */
const partOf = (stream: string): number =>
  [...stream].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 1_000_003, 7) % PARTS;
const pageOf = (events: readonly Recorded[], part: number): FeedPage => ({
  events,
  previous: events.map(({ position }) => BEFORE.get(position) ?? -1),
  part: `part-${part}`,
  next: -1,
  end: false,
});
function pagesOfPart(part: number, size: number, events: readonly Recorded[] = EVENTS): FeedPage[] {
  const ours = events.filter(({ stream }) => partOf(stream) === part);
  return Array.from({ length: Math.ceil(ours.length / size) }, (_, n) =>
    pageOf(ours.slice(n * size, (n + 1) * size), part),
  );
}

/** Rows by table, whatever version of a projection made the table. */
const withoutVersion = (all: object): string[] =>
  Object.entries(all)
    .map(
      ([name, table]) =>
        `${name.replace(/_v\d+b?$/, '')} ${JSON.stringify(table, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`,
    )
    .sort();

/** A feed that a test fills while it is read. */
class Fed {
  readonly #pages: FeedPage[] = [];
  readonly #told = new EventTarget();
  taken = 0;
  give(...pages: readonly FeedPage[]): void {
    this.#pages.push(...pages);
    this.#told.dispatchEvent(new Event('page'));
  }
  async *subscribe(_after: number, signal: AbortSignal): AsyncGenerator<FeedPage> {
    while (!signal.aborted) {
      const page = this.#pages.shift();
      if (!page) {
        await once(this.#told, 'page', { signal }).catch(() => undefined);
        continue;
      }
      yield page;
      this.taken += 1;
    }
  }
}

if (postgres.running)
  describe('many projectors of one feed', () => {
    const { url, newSchema } = postgres;
    /** A log that has nothing to be read as a whole: rows come from the feed alone. */
    const streamsOnly = {
      positionGaps: true,
      readAll: async () => ({ events: [], next: -1, end: true }),
      lastPosition: async () => -1,
      readStream: LOG.readStream.bind(LOG),
      follow: LOG.follow.bind(LOG),
    };
    /** Processes take turns, as under a lease. */
    function turns(): SharedRunnerOptions['inTurn'] {
      let last = Promise.resolve();
      return (work, signal) => {
        const turn = last.then(() => (signal.aborted ? undefined : work(signal)));
        last = turn.catch(() => undefined);
        return turn;
      };
    }

    async function folded() {
      const store = await openPostgresReadStore(url, { schema: await newSchema() });
      await new ProjectionRunner({ store, projections: PROJECTIONS, log: LOG }).catchUp();
      const rows = await everyRow(store);
      await store.close();
      return rows;
    }
    /**
     * Members at work, each with connections of its own; `end` stops them and gives what is left.
     */
    async function members(count: number, more: Partial<SharedRunnerOptions> = {}) {
      const schema = await newSchema();
      const stop = new AbortController();
      const inTurn = turns();
      const feeds = Array.from({ length: count }, () => new Fed());
      const stores: ReadStore[] = [];
      const runs: Promise<void>[] = [];
      for (const [n, feed] of feeds.entries()) {
        const store = await openPostgresReadStore(url, { schema });
        stores.push(store);
        runs.push(
          new SharedRunner({
            store,
            projections: PROJECTIONS,
            log: streamsOnly,
            feed,
            member: `member-${n}`,
            inTurn,
            ...more,
          }).run(stop.signal),
        );
      }
      const looks = await openPostgresReadStore(url, { schema });
      return {
        feeds,
        runs,
        store: looks,
        schema,
        reached: async (position: number): Promise<void> => {
          await eventually(
            `read models at ${position}`,
            async () => (await livePosition(looks, PROJECTIONS).catch(() => -1)) >= position,
            runs,
          );
        },
        end: async (): Promise<void> => {
          stop.abort();
          await Promise.all(runs);
          for (const store of [...stores, looks]) await store.close();
        },
      };
    }

    it(
      'come to the fold of the log, however parts move between them and whoever was thought dead still writes',
      async () => {
        const rows = await folded();
        await fc.assert(
          fc.asyncProperty(
            fc.integer({ min: 2, max: 4 }),
            fc.integer({ min: 3, max: 40 }),
            fc.infiniteStream(fc.nat({ max: 1_000 })),
            async (count, size, chance) => {
              const given = await members(count);
              const next = (below: number): number => chance.next().value % below;
              const waiting = Array.from({ length: PARTS }, (_, part) => pagesOfPart(part, size));
              const owner = waiting.map(() => next(count));
              const done = waiting.map((): FeedPage[] => []);
              while (waiting.some((pages) => pages.length > 0)) {
                const part = next(PARTS);
                const page = waiting[part]!.shift();
                if (!page) continue;
                if (next(4) === 0) {
                  // Another member has the part from now on, and begins with what was not yet
                  // committed of it; the old one may be at it still.
                  owner[part] = next(count);
                  given.feeds[owner[part]!]!.give(...done[part]!.slice(-1 - next(3)));
                }
                given.feeds[owner[part]!]!.give(page);
                if (next(5) === 0) given.feeds[next(count)]!.give(page);
                done[part]!.push(page);
                if (next(6) === 0) await eventLoopTurns(next(100));
              }
              await given.reached(END);
              await eventually('each has had something, so that all were at work', () => {
                if (given.feeds.every((feed) => feed.taken > 0)) return true;
                for (const feed of given.feeds) feed.give(...done[0]!.slice(-1));
                return false;
              });
              expect(await everyRow(given.store)).toEqual(rows);
              await given.end();
            },
          ),
          { numRuns: 8 },
        );
      },
      TIMEOUT_MS,
    );

    it(
      'fill from the log what the feed lost at the end of a stream',
      async () => {
        const rows = await folded();
        const last = new Map(EVENTS.map(({ stream, position }) => [stream, position]));
        const lost = EVENTS.find(
          ({ stream, position }) =>
            stream.startsWith('payment-') && last.get(stream) === position && position < END,
        )!;
        const notes: RunnerNote[] = [];
        let whole = false;
        const log = {
          ...streamsOnly,
          readAll: (after: number, limit: number) =>
            whole ? LOG.readAll(after, limit) : streamsOnly.readAll(),
          lastPosition: async () => (whole ? END : -1),
        };
        const given = await members(2, {
          log,
          lookEveryMs: 20,
          onNote: (note) => notes.push(note),
        });
        const rest = EVENTS.filter((event) => event !== lost);
        for (let part = 0; part < PARTS; part += 1)
          given.feeds[part % 2]!.give(...pagesOfPart(part, 25, rest));
        // On a slow machine the log may be asked for more than what is lost; it has nothing until
        // only that is missing.
        const hole = `position ${BEFORE.get(lost.position)} `;
        await eventually(
          'the hole is seen',
          () => notes.some(({ what, detail }) => what === 'filled' && detail.includes(hole)),
          given.runs,
        );
        whole = true;
        await given.reached(END);
        expect(await everyRow(given.store)).toEqual(rows);
        // Both go on: what comes again changes nothing.
        for (let part = 0; part < PARTS; part += 1)
          given.feeds[(part + 1) % 2]!.give(...pagesOfPart(part, 25));
        await eventually('both took what came again', () =>
          given.feeds.every((feed) => feed.taken >= 12),
        );
        expect(await everyRow(given.store)).toEqual(rows);
        await given.end();
      },
      TIMEOUT_MS,
    );

    it(
      'go on while the read models are built anew beside them, and then write into the new ones',
      async () => {
        const rows = await folded();
        const half = Math.floor(EVENTS.length / 2);
        const inTurn = turns();
        const seen = new ArrayLog(EVENTS.slice(0, half), true);
        const given = await members(2, { inTurn, log: seen });
        for (let part = 0; part < PARTS; part += 1)
          given.feeds[part % 2]!.give(...pagesOfPart(part, 10, EVENTS.slice(0, half)));
        await given.reached(EVENTS[half - 1]!.position);
        const builder = await openPostgresReadStore(url, { schema: given.schema });
        const rebuilding = new SharedRunner({
          store: builder,
          projections: PROJECTIONS,
          log: LOG,
          member: 'builder',
          inTurn,
        }).rebuild({ verify: true });
        seen.push(...EVENTS.slice(half));
        for (let part = 0; part < PARTS; part += 1)
          given.feeds[(part + 1) % 2]!.give(...pagesOfPart(part, 7, EVENTS.slice(half)));
        expect(await rebuilding).toMatchObject({ identical: true, events: EVENTS.length });
        await given.reached(END);
        expect(await everyRow(given.store)).toEqual(rows);
        await builder.close();
        await given.end();
      },
      TIMEOUT_MS,
    );

    it(
      'feed the others while one makes a new version, and switch to it together; an older release is refused',
      async () => {
        const rows = await folded();
        const given = await members(2);
        for (let part = 0; part < PARTS; part += 1)
          given.feeds[part % 2]!.give(...pagesOfPart(part, 10, EVENTS.slice(0, 60)));
        await given.reached(EVENTS[59]!.position);
        await given.end();
        const store = await openPostgresReadStore(url, { schema: given.schema });
        const feed = new Fed();
        // No feed is ahead of its log, which here has its first part.
        const first = EVENTS.slice(0, 90);
        for (let part = 0; part < PARTS; part += 1) feed.give(...pagesOfPart(part, 10, first));
        const stop = new AbortController();
        const notes: RunnerNote[] = [];
        // What a stream misses is there in any case.
        const begun = new ArrayLog(first, true);
        const log = {
          ...streamsOnly,
          readAll: begun.readAll.bind(begun),
          lastPosition: begun.lastPosition.bind(begun),
        };
        const running = new SharedRunner({
          store,
          projections: NEWER,
          log,
          feed,
          member: 'newer',
          inTurn: inTurnAlone,
          onNote: (note) => notes.push(note),
        }).run(stop.signal);
        await eventually('switched', () => notes.some(({ what }) => what === 'switched'), [
          running,
        ]);
        // The rest, and again what the broker does not know to be committed; here all of it.
        for (let part = 0; part < PARTS; part += 1) feed.give(...pagesOfPart(part, 10));
        await eventually(
          'read models at the end',
          async () => (await livePosition(store, NEWER)) >= END,
          [running],
        );
        stop.abort();
        await running;
        expect(withoutVersion(await everyRow(store, NEWER))).toEqual(withoutVersion(rows));
        await expect(
          new SharedRunner({
            store,
            projections: PROJECTIONS,
            log: LOG,
            feed,
            member: 'older',
            inTurn: inTurnAlone,
          }).run(new AbortController().signal),
        ).rejects.toMatchObject({ code: 'PROJECTION_NEWER' });
        await store.close();
      },
      TIMEOUT_MS,
    );
  });
