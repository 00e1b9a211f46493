import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import type { EventStore, StreamWrite } from '../../src/adapters/event-store/port.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import { StoreError } from '../../src/kernel/errors.js';
import { streams } from '../../src/kernel/ids.js';
import { amounts, newStream, write } from '../contract/budget-events.js';
import { eventually, simulatedDelay } from '../support/eventually.js';
import { startEventStoreDb } from '../support/eventstoredb-server.js';
import { startProxy, type Proxy, type Weather } from '../support/proxy.js';
import { budgetOf, closedMonth, shapes } from '../use-cases/closed-month.js';
import { PROGRAMME } from '../use-cases/month.js';
import { newWorld } from '../use-cases/world.js';

/**
 * What `npm run verify:eventstoredb` asks of a server that somebody provides, beside the contract;
 * the server of the tests is asked the same on every run.
 */
interface Given {
  readonly url: string;
  close(): Promise<void>;
}

const WRITERS = 8;
const EVENTS_EACH = 12;
const AWAY_MS = 400;
const TIMEOUT_MS = 600_000;
const HOUSEHOLDS = 60;
const PERIOD = '2025-12';

/**
 * Where one node listens; a cluster's members are found by themselves, so that nothing can stand
 * between.
 */
const NODE = /^(esdb:\/\/(?:[^@/?]+@)?)([^:/?,]+):(\d+)/;

async function between(url: string): Promise<{ readonly proxy: Proxy; readonly url: string }> {
  const [, begin, host, port] = NODE.exec(url) ?? [];
  if (begin === undefined)
    throw new Error(
      'EVENTSTORE_URL must name one node (esdb://user:password@host:port) for faults',
    );
  const proxy = await startProxy(() => Number(port), host);
  return { proxy, url: url.replace(NODE, `${begin}127.0.0.1:${proxy.port}`) };
}

/** The same again, until it is known what became of it. */
async function surely(store: EventStore, group: { readonly writes: StreamWrite[] }): Promise<void> {
  for (;;) {
    try {
      const { kind } = await store.append(group);
      expect(['appended', 'duplicate']).toContain(kind);
      return;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      expect(['OUTCOME_UNKNOWN', 'STORE_FAILED']).toContain(error.code);
    }
  }
}

function verification(name: string, given: () => Promise<Given>): void {
  describe(`EventStoreDB, ${name}`, () => {
    let server: Given;
    let proxy: Proxy;
    let through: EventStore;
    let direct: EventStore;
    beforeAll(async () => {
      server = await given();
      const line = await between(server.url);
      ({ proxy } = line);
      direct = await openEventStoreDb({ url: server.url });
      through = await openEventStoreDb({ url: line.url, deadlineMs: 2_000, patienceMs: 20_000 });
    }, TIMEOUT_MS);
    afterEach(() => proxy.set('open'));
    afterAll(async () => {
      await through.close();
      await direct.close();
      await proxy.stop();
      await server.close();
    });

    it.each<Weather>(['closed', 'silent', 'slow', 'deaf'])(
      'has everything that was acknowledged once and in order over a line that is %s again and again',
      async (weather) => {
        const names = Array.from({ length: WRITERS }, () => newStream());
        let acknowledged = 0;
        const writing = names.map(async (stream) => {
          for (let n = 0; n < EVENTS_EACH; n += 1) {
            await surely(through, { writes: [write(stream, n === 0 ? 'no-stream' : n - 1, n)] });
            acknowledged += 1;
          }
        });
        for (const part of [0.25, 0.5, 0.75]) {
          await eventually(
            'acknowledged appends',
            () => acknowledged >= part * WRITERS * EVENTS_EACH,
            writing,
          );
          proxy.set(weather);
          await simulatedDelay(AWAY_MS);
          proxy.set('open');
        }
        await Promise.all(writing);
        const there = await direct.readStreams(names);
        expect(there.map(({ events }) => amounts(events))).toEqual(
          names.map(() => Array.from({ length: EVENTS_EACH }, (_, n) => n)),
        );
      },
      TIMEOUT_MS,
    );

    it(
      'is followed whole, once and in order, over a line that breaks',
      async () => {
        const after = await direct.lastPosition();
        const stream = newStream();
        const stop = new AbortController();
        const seen: number[] = [];
        const following = (async () => {
          for await (const { events } of through.follow(after, stop.signal))
            seen.push(...amounts(events.filter((event) => event.stream === stream)));
        })();
        for (let n = 0; n < 40; n += 1) {
          if (n % 10 === 5) proxy.set(n % 20 === 5 ? 'closed' : 'silent');
          await surely(direct, { writes: [write(stream, n === 0 ? 'no-stream' : n - 1, n)] });
          if (n % 10 === 8) proxy.set('open');
        }
        await eventually('every event', () => seen.length >= 40, [following]);
        stop.abort();
        await following;
        expect(seen).toEqual(Array.from({ length: 40 }, (_, n) => n));
      },
      TIMEOUT_MS,
    );
  });
}

/** On the server of the tests use-cases/eventstoredb.int.spec.ts plays the same month. */
function aMonth(name: string, url: string): void {
  describe(`EventStoreDB, ${name}`, () => {
    it(
      'comes to the totals of the embedded log in a month of aid',
      async () => {
        const direct = await openEventStoreDb({ url });
        const programme = await direct.readStream(streams.programme(PROGRAMME), { limit: 1 });
        if (programme.length > 0)
          throw new Error('this log had a month of aid before: give an empty server');
        const [embedded, other] = await Promise.all([newWorld(), newWorld()]);
        const distributed = { ...other.engine, store: direct, locks: new KeyedMutex() };
        const one = await closedMonth(embedded.engine, HOUSEHOLDS, PERIOD);
        expect(await closedMonth(distributed, HOUSEHOLDS, PERIOD)).toEqual(one);
        expect(await shapes(distributed)).toEqual(await shapes(embedded.engine));
        expect(await budgetOf(distributed, PERIOD)).toEqual(
          await budgetOf(embedded.engine, PERIOD),
        );
        await embedded.end();
        await other.end();
        await direct.close();
      },
      TIMEOUT_MS,
    );
  });
}

verification('the server of the tests, verified', async () => {
  const server = await startEventStoreDb();
  return { url: server.url, close: () => server.stop() };
});

const url = process.env['EVENTSTORE_URL'];
if (url) {
  const name = 'the server at EVENTSTORE_URL, verified';
  verification(name, async () => ({ url, close: async () => undefined }));
  aMonth(name, url);
}
