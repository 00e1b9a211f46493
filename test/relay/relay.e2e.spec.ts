import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTopics } from '../../src/adapters/event-bus/kafka/topics.js';
import { openKafkaWriter } from '../../src/adapters/event-bus/kafka/writer.js';
import { postgresRelayState } from '../../src/adapters/relay-state/postgres.js';
import {
  aggregateOf,
  AUDIT_TOPIC,
  EVENT_TOPICS,
  HEADERS,
  topicOf,
} from '../../src/messaging/topics.js';
import { Relay } from '../../src/runtime/relay.js';
import { ArrayLog } from '../support/array-log.js';
import { readThroughSdk, schemaProblems } from '../support/cloud-events.js';
import { historyOf } from '../support/history.js';
import { kafkaClient, startKafka } from '../support/kafka.js';
import { startPostgres } from '../support/postgres.js';
import { eventually } from '../support/eventually.js';
import { requireHere } from '../support/servers-here.js';

const kafka = await startKafka('the relay');
const postgres = await startPostgres('the relay');
const EVENTS = historyOf({ households: 30 }).map((event) => ({
  ...event,
  position: event.position * 3 + 1,
}));
const END = EVENTS.at(-1)!.position;
const BASE = 'https://aid.example/sanad';
const TIMEOUT_MS = 600_000;

interface Read {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

afterAll(async () => {
  if (kafka.running) await kafka.stop();
  if (postgres.running) await postgres.stop();
});

/** Everything that the event topics hold now. */
async function everything(brokers: readonly string[]): Promise<Read[]> {
  const client = kafkaClient(brokers);
  const admin = client.admin();
  await admin.connect();
  const topics = EVENT_TOPICS.map(({ topic }) => topic);
  let due = 0;
  for (const topic of topics)
    for (const { high, low } of await admin.fetchTopicOffsets(topic))
      due += Number(high) - Number(low);
  await admin.disconnect();
  const consumer = client.consumer({ groupId: `reader-${randomUUID()}` });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  const read: Read[] = [];
  await consumer.run({
    eachMessage: async ({ topic, partition, message }) => {
      read.push({
        topic,
        partition,
        offset: message.offset,
        key: String(message.key),
        value: String(message.value),
        headers: Object.fromEntries(
          Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)]),
        ),
      });
    },
  });
  await eventually('all that is due', () => read.length >= due);
  await consumer.disconnect();
  return read;
}

const brokers = kafka.running ? kafka.brokers : [];
const url = postgres.running ? postgres.url : '';

it('has the servers that it needs, or said what is left out', () => {
  for (const server of [kafka, postgres]) requireHere(server);
});

if (kafka.running && postgres.running)
  describe('the relay on Kafka and PostgreSQL', () => {
    beforeAll(() => createTopics({ brokers }), TIMEOUT_MS);
    const relayOf = (log: ArrayLog): Relay =>
      new Relay(log, postgresRelayState(url), () => openKafkaWriter({ brokers }, BASE));

    it(
      'of two started at once one publishes, the other takes over, and nothing is missing or out of order',
      async () => {
        const half = Math.floor(EVENTS.length / 2);
        const log = new ArrayLog(EVENTS.slice(0, half), true);
        const relays = [relayOf(log), relayOf(log)];
        const stops = [new AbortController(), new AbortController()];
        const runs = relays.map((relay, index) => relay.run(stops[index]!.signal));
        await eventually(
          'the first half',
          () => relays.some(({ figures }) => figures.published === half),
          runs,
        );
        const first = relays.findIndex(({ figures }) => figures.active);
        expect(relays.filter(({ figures }) => figures.active)).toHaveLength(1);
        stops[first]!.abort();
        await runs[first];
        log.push(...EVENTS.slice(half));
        await eventually('the end', () => relays[1 - first]!.figures.position === END, runs);
        stops[1 - first]!.abort();
        await runs[1 - first];

        const read = await everything(brokers);
        const audit = read.filter(({ topic }) => topic === AUDIT_TOPIC);
        expect(audit.map(({ headers }) => Number(headers[HEADERS.position]))).toEqual(
          EVENTS.map(({ position }) => position),
        );
        expect(audit.map(({ headers }) => Number(headers[HEADERS.previous]))).toEqual([
          -1,
          ...EVENTS.slice(0, -1).map(({ position }) => position),
        ]);
        for (const message of audit) {
          const event = readThroughSdk(message).toJSON();
          expect(schemaProblems(event)).toBe('');
          expect(String(event['dataschema'])).toMatch(/^https:\/\/aid\.example\/sanad\/schemas\//);
        }
        const revisions = new Map<string, number>();
        const places = new Map<string, number>();
        for (const { topic, partition, key, headers } of read.filter(
          (message) => message.topic !== AUDIT_TOPIC,
        )) {
          expect(topic).toBe(topicOf(aggregateOf(key)));
          expect(Number(headers[HEADERS.revision])).toBe((revisions.get(key) ?? -1) + 1);
          expect(places.get(key) ?? partition).toBe(partition);
          revisions.set(key, Number(headers[HEADERS.revision]));
          places.set(key, partition);
        }
        expect([...revisions.values()].reduce((sum, revision) => sum + revision + 1, 0)).toBe(
          EVENTS.length,
        );
      },
      TIMEOUT_MS,
    );

    it(
      'publishes again what was published when it died before its checkpoint moved',
      async () => {
        const state = postgresRelayState(url);
        await state.rewind(EVENTS[9]!.position);
        const stop = new AbortController();
        const dying = new Relay(
          new ArrayLog(EVENTS.slice(0, 20), true),
          {
            rewind: (position) => state.rewind(position),
            async hold(signal) {
              const hold = await state.hold(signal);
              return (
                hold && {
                  ...hold,
                  moved: async () => {
                    throw new Error('the process died');
                  },
                }
              );
            },
          },
          () => openKafkaWriter({ brokers }, BASE),
        );
        await expect(dying.run(stop.signal)).rejects.toThrow('died');
        const again = relayOf(new ArrayLog(EVENTS.slice(0, 20), true));
        const run = again.run(stop.signal);
        await eventually('the twentieth', () => again.figures.position === EVENTS[19]!.position, [
          run,
        ]);
        expect(again.figures.published).toBe(10);
        stop.abort();
        await run;
        const audit = (await everything(brokers)).filter(({ topic }) => topic === AUDIT_TOPIC);
        const wanted = EVENTS.slice(10, 20).map(({ id }) => id);
        expect(audit.slice(EVENTS.length).map(({ headers }) => headers[HEADERS.id])).toEqual([
          ...wanted,
          ...wanted,
        ]);
      },
      TIMEOUT_MS,
    );

    it(
      'fills topics that were deleted again, from the log, once its checkpoint is set back',
      async () => {
        const admin = kafkaClient(brokers).admin();
        await admin.connect();
        const topics = EVENT_TOPICS.map(({ topic }) => topic);
        await admin.deleteTopics({ topics });
        await eventually('no topic', async () =>
          (await admin.listTopics()).every((topic) => !topics.includes(topic)),
        );
        await admin.disconnect();
        await createTopics({ brokers });
        await postgresRelayState(url).rewind(-1);
        const stop = new AbortController();
        const relay = relayOf(new ArrayLog(EVENTS, true));
        const run = relay.run(stop.signal);
        await eventually('the end', () => relay.figures.position === END, [run]);
        stop.abort();
        await run;
        const read = await everything(brokers);
        expect(
          read
            .filter(({ topic }) => topic === AUDIT_TOPIC)
            .map(({ headers }) => headers[HEADERS.id]),
        ).toEqual(EVENTS.map(({ id }) => id));
        expect(read.filter(({ topic }) => topic !== AUDIT_TOPIC)).toHaveLength(EVENTS.length);
      },
      TIMEOUT_MS,
    );

    it(
      'is not set back while a relay is at work',
      async () => {
        const state = postgresRelayState(url);
        const hold = await state.hold(new AbortController().signal);
        await expect(postgresRelayState(url).rewind(-1)).rejects.toThrow('at work');
        await hold?.release();
      },
      TIMEOUT_MS,
    );

    it(
      'fails where the broker cannot be reached, and gives its place to another',
      async () => {
        const relay = new Relay(new ArrayLog(EVENTS, true), postgresRelayState(url), () =>
          openKafkaWriter({ brokers: ['127.0.0.1:1'] }, BASE),
        );
        await expect(relay.run(new AbortController().signal)).rejects.toThrow();
        expect(relay.figures).toEqual({ active: false, position: -1, published: 0 });
        const next = await postgresRelayState(url).hold(new AbortController().signal);
        expect(next?.position).toBe(END);
        await next?.release();
      },
      TIMEOUT_MS,
    );
  });
