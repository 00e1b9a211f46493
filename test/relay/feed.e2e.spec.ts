import { afterAll, expect, it } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { getEventListeners } from 'node:events';
import { EventRegistry } from '../../events/registry.js';
import { livePosition } from '../../projections/engine/live-position.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { SharedRunner, type SharedRunnerOptions } from '../../projections/engine/shared-runner.js';
import { kafkaFeed } from '../../src/adapters/event-bus/kafka/feed.js';
import type { BrokerWriter, EventFeed } from '../../src/adapters/event-bus/port.js';
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
import { ArrayLog, streamsOnly } from '../support/array-log.js';
import { historyOf } from '../support/history.js';
import { kafkaClient, startKafka } from '../support/kafka.js';
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

  const projector = (
    options: Pick<SharedRunnerOptions, 'store' | 'feed'> & Partial<SharedRunnerOptions>,
    log: ArrayLog,
  ): SharedRunner =>
    new SharedRunner({
      projections: PROJECTIONS,
      member: 'a test',
      inTurn: inTurnAlone,
      log: streamsOnly(log, true),
      ...options,
    });

  /** Many small batches, so that there are many pages. */
  async function deliverInTens(writer: BrokerWriter, from: number, to: number): Promise<void> {
    for (let at = from; at < to; at += 10)
      await writer.deliver(EVENTS.slice(at, Math.min(at + 10, to)), EVENTS[at - 1]?.position ?? -1);
  }

  async function sendPoison(client: Kafka): Promise<void> {
    const producer = client.producer();
    await producer.connect();
    await producer.send({
      topic: topicOf('payment'),
      messages: [{ key: 'payment-x', value: 'no JSON', headers: { note: 'kept' } }],
    });
    await producer.disconnect();
  }

  /** The first message in the topic of dead letters: its value, and its headers as text. */
  async function firstDeadLetter(client: Kafka): Promise<Record<string, string>> {
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
    return letter;
  }

  it(
    'gives the same rows through Kafka, with redeliveries and a poison message, which is set aside',
    async () => {
      const { brokers } = kafka;
      const { open, log, rows } = await direct();

      await createTopics({ brokers });
      const client = kafkaClient(brokers);
      await sendPoison(client);
      const writer = await openKafkaWriter({ brokers }, DEFAULT_BASE_URI);
      const half = Math.floor(EVENTS.length / 2);
      await writer.deliver(EVENTS.slice(0, half + 20), -1);
      await writer.deliver(EVENTS.slice(half), EVENTS[half - 1]!.position);
      await writer.close();

      const store = await open();
      const stop = new AbortController();
      const feed = kafkaFeed({ brokers, groupId: 'read-models', registry: new EventRegistry() });
      const runner = projector({ store, feed }, log);
      const running = runner.run(stop.signal);
      await eventually('the end of the feed', () => runner.position === END, [running]);
      stop.abort();
      await running;
      expect(runner.position).toBe(END);
      expect(await everyRow(store)).toEqual(rows);
      await store.close();

      expect(await firstDeadLetter(client)).toMatchObject({
        value: 'no JSON',
        note: 'kept',
        [DEAD_LETTER_HEADERS.topic]: topicOf('payment'),
        [DEAD_LETTER_HEADERS.offset]: '0',
        [DEAD_LETTER_HEADERS.reason]: expect.stringContaining('ce_type'),
      });
    },
    TIMEOUT_MS,
  );

  /** Takes half of the partitions of a group away, and commits nothing of what it is given. */
  async function intruderInto(groupId: string, client: Kafka) {
    const consumer = client.consumer({ groupId, sessionTimeout: 60_000 });
    await consumer.connect();
    await consumer.subscribe({ topics: AGGREGATES.map(topicOf), fromBeginning: true });
    const stolen = { events: 0 };
    await consumer.run({
      autoCommit: false,
      eachMessage: async () => {
        stolen.events += 1;
      },
    });
    return { stolen, leave: () => consumer.disconnect() };
  }

  it('gives the same rows to one that is slow by a factor of a hundred, while another member comes and goes', async () => {
    const { brokers } = kafka;
    const { open, log, rows } = await direct();
    await createTopics({ brokers });
    const writer = await openKafkaWriter({ brokers }, DEFAULT_BASE_URI);
    await deliverInTens(writer, 0, EVENTS.length);
    const groupId = 'slow-read-models';
    const store = await open();
    const stop = new AbortController();
    const feed = kafkaFeed({ brokers, groupId, registry: new EventRegistry() });
    let pages = 0;
    let taken = 0;
    const slowly: EventFeed = {
      async *subscribe(after, signal) {
        for await (const page of feed.subscribe(after, signal)) {
          pages += 1;
          taken += page.events.length;
          await simulatedDelay(SLOW_MS);
          yield page;
        }
      },
    };
    const onCommitted = (position: number): void => {
      if (position === END) stop.abort();
    };
    const runner = projector({ store, feed: slowly, onCommitted }, log);
    const running = runner.run(stop.signal);
    const { stolen, leave } = await intruderInto(groupId, kafkaClient(brokers));
    // Where the slow one was faster than the other came, events come again until both have some.
    await eventually(
      'events for the intruder',
      async () => {
        if (stolen.events === 0) await writer.deliver(EVENTS.slice(0, 10), -1);
        return stolen.events > 0;
      },
      [running],
    );
    await writer.close();
    // What it was given comes back.
    await leave();
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
    const store = await open();
    const registry = new EventRegistry();
    const feed = kafkaFeed({ brokers, groupId: 'shared-read-models', registry });
    const member = (name: string) => {
      const stop = new AbortController();
      const taken = { events: -1 };
      const onCommitted = (_: number, events = 0): void => {
        taken.events = Math.max(0, taken.events) + events;
      };
      const runner = projector({ store, feed, member: name, onCommitted }, log);
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
        await deliverInTens(writer, 0, half);
        return first.taken.events > 0 && second.taken.events > 0;
      },
      [first.running, second.running],
    );
    second.stop.abort();
    await second.running;
    const third = member('third');
    await deliverInTens(writer, half, EVENTS.length);
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
  });
}
