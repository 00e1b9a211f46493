import { afterAll, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { getEventListeners } from 'node:events';
import { EventRegistry } from '../../events/registry.js';
import { livePosition } from '../../projections/engine/live-position.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { SharedRunner } from '../../projections/engine/shared-runner.js';
import { kafkaFeed } from '../../src/adapters/event-bus/kafka/feed.js';
import { createTopics } from '../../src/adapters/event-bus/kafka/topics.js';
import { openKafkaWriter } from '../../src/adapters/event-bus/kafka/writer.js';
import { openPostgresReadStore } from '../../src/adapters/read-store/postgres.js';
import {
  AGGREGATES,
  DEAD_LETTER_HEADERS,
  DEAD_LETTER_TOPIC,
  topicOf,
} from '../../src/messaging/topics.js';
import { DEFAULT_BASE_URI } from '../../src/kernel/base-uri.js';
import { everyRow, inTurnAlone, PROJECTIONS } from '../projections/stores.js';
import { ArrayLog } from '../support/array-log.js';
import { historyOf } from '../support/history.js';
import { startKafka } from '../support/kafka.js';
import { startPostgres } from '../support/postgres.js';
import { eventually, simulatedDelay } from '../support/eventually.js';
import { requireHere } from '../support/servers-here.js';

const kafka = await startKafka('read models fed by a broker');
const postgres = await startPostgres('read models fed by a broker');
const EVENTS = historyOf({ households: 30 }).map((event) => ({
  ...event,
  position: event.position * 3 + 1,
}));
const END = EVENTS.at(-1)!.position;
const TIMEOUT_MS = 600_000;
/** What a page takes that otherwise takes some two milliseconds. */
const SLOW_MS = 200;

afterAll(async () => {
  if (kafka.running) await kafka.stop();
  if (postgres.running) await postgres.stop();
});

it('has the servers that it needs, or said what is left out', () => {
  for (const server of [kafka, postgres]) requireHere(server);
});

if (kafka.running && postgres.running) {
  /** The log, what its read models come to, and new read stores. */
  async function direct() {
    const open = async () =>
      openPostgresReadStore(postgres.running ? postgres.url : '', {
        schema: postgres.running ? await postgres.newSchema() : '',
      });
    const log = new ArrayLog(EVENTS, true);
    const store = await open();
    await new ProjectionRunner({ store, projections: PROJECTIONS, log }).catchUp();
    const rows = await everyRow(store);
    await store.close();
    return { open, log, rows };
  }

  it(
    'gives the same rows through Kafka, with redeliveries and a poison message, which is set aside',
    async () => {
      const { brokers } = kafka;
      const { open, log, rows } = await direct();

      await createTopics({ brokers });
      const client = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
      const producer = client.producer();
      await producer.connect();
      await producer.send({
        topic: topicOf('payment'),
        messages: [{ key: 'payment-x', value: 'no JSON', headers: { note: 'kept' } }],
      });
      await producer.disconnect();
      const writer = await openKafkaWriter({ brokers }, DEFAULT_BASE_URI);
      const half = Math.floor(EVENTS.length / 2);
      await writer.deliver(EVENTS.slice(0, half + 20), -1);
      await writer.deliver(EVENTS.slice(half), EVENTS[half - 1]!.position);
      await writer.close();

      const store = await open();
      const empty = new ArrayLog([], true);
      const stop = new AbortController();
      const runner = new SharedRunner({
        store,
        projections: PROJECTIONS,
        member: 'a test',
        inTurn: inTurnAlone,
        feed: kafkaFeed({ brokers, groupId: 'read-models', registry: new EventRegistry() }),
        log: {
          positionGaps: true,
          readAll: empty.readAll.bind(empty),
          lastPosition: empty.lastPosition.bind(empty),
          readStream: log.readStream.bind(log),
          follow: empty.follow.bind(empty),
        },
      });
      const running = runner.run(stop.signal);
      await eventually('the end of the feed', () => runner.position === END, [running]);
      stop.abort();
      await running;
      expect(runner.position).toBe(END);
      expect(await everyRow(store)).toEqual(rows);
      await store.close();

      const reader = client.consumer({ groupId: 'dead-letters' });
      await reader.connect();
      await reader.subscribe({ topic: DEAD_LETTER_TOPIC, fromBeginning: true });
      const letters: Record<string, string>[] = [];
      await reader.run({
        eachMessage: async ({ message: { value, headers = {} } }) => {
          const texts = Object.entries(headers).map(([name, text]) => [name, String(text)]);
          letters.push({ value: String(value), ...Object.fromEntries(texts) });
        },
      });
      const letter = await eventually('the dead letter', () => letters[0]);
      await reader.disconnect();
      expect(letter).toMatchObject({
        value: 'no JSON',
        note: 'kept',
        [DEAD_LETTER_HEADERS.topic]: topicOf('payment'),
        [DEAD_LETTER_HEADERS.offset]: '0',
        [DEAD_LETTER_HEADERS.reason]: expect.stringContaining('ce_type'),
      });
    },
    TIMEOUT_MS,
  );

  it('gives the same rows to one that is slow by a factor of a hundred, while another member comes and goes', async () => {
    const { brokers } = kafka;
    const { open, log, rows } = await direct();
    await createTopics({ brokers });
    const writer = await openKafkaWriter({ brokers }, DEFAULT_BASE_URI);
    // Many small batches, so that there are many pages.
    for (let from = 0; from < EVENTS.length; from += 10)
      await writer.deliver(EVENTS.slice(from, from + 10), EVENTS[from - 1]?.position ?? -1);
    const groupId = 'slow-read-models';
    const store = await open();
    const empty = new ArrayLog([], true);
    const stop = new AbortController();
    const feed = kafkaFeed({ brokers, groupId, registry: new EventRegistry() });
    let pages = 0;
    let taken = 0;
    const runner = new SharedRunner({
      store,
      projections: PROJECTIONS,
      member: 'a test',
      inTurn: inTurnAlone,
      feed: {
        async *subscribe(after, signal) {
          for await (const page of feed.subscribe(after, signal)) {
            pages += 1;
            taken += page.events.length;
            await simulatedDelay(SLOW_MS);
            yield page;
          }
        },
      },
      log: {
        positionGaps: true,
        readAll: empty.readAll.bind(empty),
        lastPosition: empty.lastPosition.bind(empty),
        readStream: log.readStream.bind(log),
        follow: empty.follow.bind(empty),
      },
      onCommitted: (position) => {
        if (position === END) stop.abort();
      },
    });
    const running = runner.run(stop.signal);
    // Takes half of the partitions away, commits nothing, and goes: what it was given comes back.
    const intruder = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).consumer({
      groupId,
      sessionTimeout: 60_000,
    });
    await intruder.connect();
    await intruder.subscribe({ topics: AGGREGATES.map(topicOf), fromBeginning: true });
    let stolen = 0;
    await intruder.run({
      autoCommit: false,
      eachMessage: async () => {
        stolen += 1;
      },
    });
    // Where the slow one was faster than the other came, events come again until both have some.
    await eventually(
      'events for the intruder',
      async () => {
        if (stolen === 0) await writer.deliver(EVENTS.slice(0, 10), -1);
        return stolen > 0;
      },
      [running],
    );
    await writer.close();
    await intruder.disconnect();
    await running;
    expect(runner.position).toBe(END);
    expect(pages).toBeGreaterThan(5);
    expect(taken).toBeGreaterThanOrEqual(EVENTS.length);
    expect(await everyRow(store)).toEqual(rows);
    await store.close();
  });

  it('gives the same rows to two members of the group, of which one goes and another comes', async () => {
    const { brokers } = kafka;
    const { open, log, rows } = await direct();
    await createTopics({ brokers });
    const writer = await openKafkaWriter({ brokers }, DEFAULT_BASE_URI);
    const half = Math.floor(EVENTS.length / 2);
    const deliver = async (from: number, to: number): Promise<void> => {
      for (let at = from; at < to; at += 10)
        await writer.deliver(
          EVENTS.slice(at, Math.min(at + 10, to)),
          EVENTS[at - 1]?.position ?? -1,
        );
    };
    const store = await open();
    const empty = new ArrayLog([], true);
    const feed = kafkaFeed({
      brokers,
      groupId: 'shared-read-models',
      registry: new EventRegistry(),
    });
    const member = (name: string) => {
      const stop = new AbortController();
      const taken = { events: -1 };
      const runner = new SharedRunner({
        store,
        projections: PROJECTIONS,
        member: name,
        inTurn: inTurnAlone,
        feed,
        log: {
          positionGaps: true,
          readAll: empty.readAll.bind(empty),
          lastPosition: empty.lastPosition.bind(empty),
          readStream: log.readStream.bind(log),
          follow: empty.follow.bind(empty),
        },
        onCommitted: (_, events = 0) => {
          taken.events = Math.max(0, taken.events) + events;
        },
      });
      return { stop, taken, running: runner.run(stop.signal) };
    };
    const first = member('first');
    // The tables are there: two that make them at once would need a lease.
    await eventually('the tables', () => first.taken.events >= 0, [first.running]);
    const second = member('second');
    // Both have a share when both are given events; events come again and again until then.
    await eventually(
      'events for both',
      async () => {
        await deliver(0, half);
        return first.taken.events > 0 && second.taken.events > 0;
      },
      [first.running, second.running],
    );
    second.stop.abort();
    await second.running;
    const third = member('third');
    await deliver(half, EVENTS.length);
    await eventually(
      'read models at the end',
      async () => (await livePosition(store, PROJECTIONS)) >= END,
      [first.running, third.running],
    );
    expect(await everyRow(store)).toEqual(rows);
    for (const { stop, running } of [first, third]) {
      stop.abort();
      await running;
    }
    await writer.close();
    await store.close();
  });

  it('keeps nothing of a page that was taken, and ends with a page that was not', async () => {
    const { brokers } = kafka;
    await createTopics({ brokers });
    const writer = await openKafkaWriter({ brokers }, DEFAULT_BASE_URI);
    const stop = new AbortController();
    const feed = kafkaFeed({ brokers, groupId: 'page-by-page', registry: new EventRegistry() });
    const pages = feed.subscribe(-1, stop.signal)[Symbol.asyncIterator]();
    const listeners: number[] = [];
    for (const event of EVENTS.slice(0, 12)) {
      const page = pages.next();
      await writer.deliver([event], event.position - 1);
      expect((await page).done).toBe(false);
      listeners.push(getEventListeners(stop.signal, 'abort').length);
    }
    expect(new Set(listeners).size).toBe(1);
    await writer.deliver(EVENTS.slice(12, 14), EVENTS[12]!.position - 1);
    await writer.close();
    stop.abort();
    expect((await pages.next()).done).toBe(true);
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
  }, 600_000);
}
