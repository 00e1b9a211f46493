import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { KafkaJSError, Partitioners, type Message } from 'kafkajs';
import { EventRegistry } from '../../events/registry.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { SharedRunner } from '../../projections/engine/shared-runner.js';
import { kafkaFeed } from '../../src/adapters/event-bus/kafka/feed.js';
import { createTopics } from '../../src/adapters/event-bus/kafka/topics.js';
import { openKafkaWriter } from '../../src/adapters/event-bus/kafka/writer.js';
import { readMessageKeys } from '../../src/adapters/event-bus/message-keys.js';
import { openPostgresReadStore } from '../../src/adapters/read-store/postgres.js';
import { DEFAULT_BASE_URI } from '../../src/kernel/base-uri.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { signed } from '../../src/messaging/message-mac.js';
import {
  aggregateOf,
  HEADERS,
  messageOf,
  PARTITIONS,
  topicOf,
  type EventMessage,
} from '../../src/messaging/topics.js';
import { everyRow, inTurnAlone, PROJECTIONS } from '../projections/stores.js';
import { ArrayLog, streamsOnly } from '../support/array-log.js';
import { historyOf } from '../support/history.js';
import { eventually } from '../support/eventually.js';
import { kafkaClient, startKafka } from '../support/kafka.js';
import { startPostgres } from '../support/postgres.js';
import { requireHere } from '../support/servers-here.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const kafka = await startKafka('messages that others wrote');
const postgres = await startPostgres('messages that others wrote');
const EVENTS = historyOf({ households: 12 }).map((event) => ({
  ...event,
  position: event.position * 3 + 1,
}));
const END = EVENTS.at(-1)!.position;
const dir = temporaryFolder('message-keys');
const keysFile = join(dir, 'keys');
writeFileSync(keysFile, `${randomBytes(32).toString('hex')}\n`);
const keys = readMessageKeys(keysFile);

afterAll(async () => {
  if (kafka.running) await kafka.stop();
  if (postgres.running) await postgres.stop();
});

it('has the servers that it needs, or said what is left out', () => {
  requireHere(kafka, postgres);
});

const sent = ({ key, value, headers }: EventMessage): Message => ({
  key,
  value,
  headers: { ...headers },
});
const plain = (event: Recorded, previous = Math.max(-1, event.position - 3)): EventMessage =>
  messageOf(event, previous, DEFAULT_BASE_URI);

const PAYMENT = EVENTS.findLast(({ type }) => type === 'PaymentSettled')!;
const TOPIC = topicOf('payment');
/** An event that the log does not have: at the next revision, and far ahead of the log. */
const INVENTED: Recorded = {
  ...PAYMENT,
  revision: EVENTS.filter(({ stream }) => stream === PAYMENT.stream).length,
  position: END + 30,
};

/** The partition to which a stream of payments belongs. */
function partitionOf(stream: string): number {
  const partitionMetadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  const message = { key: stream, value: null };
  return Partitioners.DefaultPartitioner()({ topic: TOPIC, partitionMetadata, message });
}

const authentic = signed(keys, plain(PAYMENT));
/** Invented, without a signature, altered in what is said or where it stands, and misplaced. */
const FORGED: readonly Message[] = [
  sent(plain(INVENTED)),
  sent(plain(PAYMENT)),
  sent({ ...authentic, value: authentic.value.replace(/\d/, (digit) => String(9 - +digit)) }),
  sent({ ...authentic, headers: { ...authentic.headers, [HEADERS.previous]: String(END) } }),
  sent({ ...authentic, headers: { ...authentic.headers, [HEADERS.position]: String(END) } }),
  { ...sent(authentic), partition: (partitionOf(PAYMENT.stream) + 1) % PARTITIONS },
];
/** Those, one that is authentic in another topic, and one after the log. */
const SET_ASIDE = FORGED.length + 2;

/** Writes the log, and among it what others forged, and captured of it. */
async function deliverAmongForged(brokers: readonly string[]): Promise<void> {
  const producer = kafkaClient(brokers).producer();
  await producer.connect();
  await producer.send({ topic: TOPIC, messages: [...FORGED] });
  await producer.send({ topic: topicOf('cycle'), messages: [sent(authentic)] });

  const writer = await openKafkaWriter({ brokers, keysFile }, DEFAULT_BASE_URI);
  const half = Math.floor(EVENTS.length / 2);
  await writer.deliver(EVENTS.slice(0, half), -1);
  // Captured, and sent again in the other order and before what comes between.
  for (const event of EVENTS.slice(0, half + 30).toReversed())
    await producer.send({
      topic: topicOf(aggregateOf(event.stream)),
      messages: [sent(signed(keys, plain(event)))],
    });
  await writer.deliver(EVENTS.slice(half), EVENTS[half - 1]!.position);
  await producer.send({ topic: TOPIC, messages: [sent(plain(INVENTED))] });
  await writer.close();
  await producer.disconnect();
}

if (kafka.running && postgres.running)
  it('forged, altered, misplaced, repeated and reordered messages change no row; those of others are set aside and counted', async () => {
    const { brokers } = kafka;
    await createTopics({ brokers });
    const open = async () =>
      openPostgresReadStore(postgres.url, { schema: await postgres.newSchema() });
    const log = new ArrayLog(EVENTS, true);
    const truth = await open();
    await new ProjectionRunner({ store: truth, projections: PROJECTIONS, log }).catchUp();
    const rows = await everyRow(truth);
    await truth.close();
    await deliverAmongForged(brokers);

    const store = await open();
    const stop = new AbortController();
    let setAside = 0;
    const isDone = (position: number): boolean => position >= END && setAside === SET_ASIDE;
    const runner: SharedRunner = new SharedRunner({
      store,
      projections: PROJECTIONS,
      member: 'a test',
      inTurn: inTurnAlone,
      feed: kafkaFeed({
        brokers,
        keysFile,
        groupId: 'believing-nobody',
        registry: new EventRegistry(),
        onDeadLetter: () => {
          setAside += 1;
          if (isDone(runner.position)) stop.abort();
        },
      }),
      log: streamsOnly(log, true),
      onCommitted: (position) => {
        if (isDone(position)) stop.abort();
      },
    });
    // As its supervisor does: a broker that is new loads its coordinators, or closes a line.
    await eventually('it had everything', async () => {
      try {
        await runner.run(stop.signal);
        return true;
      } catch (error) {
        if (error instanceof KafkaJSError) return false;
        throw error;
      }
    });
    expect(setAside).toBe(SET_ASIDE);
    expect(runner.position).toBe(END);
    expect(await everyRow(store)).toEqual(rows);
    await store.close();
  });
