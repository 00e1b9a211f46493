import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import {
  Kafka,
  logLevel,
  type Admin,
  type EachBatchPayload,
  type IHeaders,
  type KafkaMessage,
  type Producer,
  type SASLOptions,
} from 'kafkajs';
import type { EventRegistry } from '../../../events/registry.js';
import { readMessage } from '../../messaging/read-message.js';
import {
  aggregateOf,
  AGGREGATES,
  AUDIT_TOPIC,
  DEAD_LETTER_HEADERS,
  DEAD_LETTER_TOPIC,
  EVENT_TOPICS,
  messageOf,
  OTHER_TOPICS,
  topicOf,
  type EventMessage,
} from '../../messaging/topics.js';
import type { Recorded } from '../../kernel/decider.js';
import type { BrokerWriter, EventFeed, FeedPage, KafkaConnection } from './port.js';

export type { EachBatchPayload, IHeaders, KafkaMessage } from 'kafkajs';

export interface KafkaOptions extends KafkaConnection {
  readonly clientId?: string;
  /**
   * Copies of each partition of a topic that is made; default as many as there are brokers, 3 at
   * most.
   */
  readonly replicas?: number;
}

const CONNECT_TIMEOUT_MS = 5_000;
const LEADER_TRIES = 150;
const LEADER_PAUSE_MS = 200;
const REQUEST_TIMEOUT_MS = 15_000;
/**
 * With waits that double from 0.3 s: about half a minute, so that new leaders of partitions can be
 * chosen.
 */
const RETRIES = 7;
/**
 * A batch for one partition must stay below the topic's max.message.bytes (2 MiB); an event alone
 * has 1 MiB at most.
 */
const MAX_BATCH_BYTES = 900_000;
/** What a message takes beyond its value: key and headers. */
const MESSAGE_OVERHEAD_BYTES = 700;

/** The one place that makes clients; the files beside this one take theirs from here. */
export const client = ({ brokers, tls, sasl, clientId = 'sanad' }: KafkaOptions): Kafka =>
  new Kafka({
    clientId,
    brokers: [...brokers],
    ...(tls
      ? {
          ssl: {
            ...read('ca', tls.caFile),
            ...read('cert', tls.certFile),
            ...read('key', tls.keyFile),
          },
        }
      : {}),
    ...(sasl ? { sasl: saslOf(sasl) } : {}),
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { retries: RETRIES },
    logLevel: logLevel.NOTHING,
  });

const read = (
  name: 'ca' | 'cert' | 'key',
  file: string | undefined,
): { readonly [K in typeof name]?: string } =>
  file === undefined ? {} : { [name]: readFileSync(file, 'utf8') };
/** kafkajs has a type for each mechanism. */
function saslOf({ mechanism, ...who }: NonNullable<KafkaConnection['sasl']>): SASLOptions {
  switch (mechanism) {
    case 'plain':
      return { mechanism, ...who };
    case 'scram-sha-256':
      return { mechanism, ...who };
    case 'scram-sha-512':
      return { mechanism, ...who };
  }
}

/**
 * Waits until every partition is led. Just after a topic was made, or made again, a broker may not
 * know it yet, and one that is named as a leader may not know that it leads: it is asked for
 * offsets, which only a leader answers.
 */
async function led(admin: Admin, topics: string[]): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      const { topics: known } = await admin.fetchTopicMetadata({ topics });
      if (known.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) {
        for (const topic of topics) await admin.fetchTopicOffsets(topic);
        return;
      }
    } catch (error) {
      if (!passes(error) || tries >= LEADER_TRIES) throw error;
    }
    if (tries >= LEADER_TRIES) throw new Error('Some partitions have no leader yet.');
    await wait(LEADER_PAUSE_MS);
  }
}

/** Whether an error is one that kafkajs would try again after, also where it has tried enough. */
const passes = (error: unknown): boolean =>
  error instanceof Error &&
  (('retriable' in error && error.retriable === true) || passes(error.cause));

/** Makes the topics that are not there, with their settings; one that is there stays as it is. */
export async function createTopics(options: KafkaOptions): Promise<void> {
  const admin = client(options).admin();
  await admin.connect();
  try {
    const there = new Set(await admin.listTopics());
    const missing = [...EVENT_TOPICS, ...OTHER_TOPICS].filter(({ topic }) => !there.has(topic));
    if (missing.length === 0) return;
    const replicas =
      options.replicas ?? Math.min(3, (await admin.describeCluster()).brokers.length);
    await admin.createTopics({
      waitForLeaders: false,
      topics: missing.map(({ topic, partitions, config }) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: replicas,
        configEntries: Object.entries({
          ...config,
          'min.insync.replicas': String(Math.max(1, replicas - 1)),
        }).map(([name, value]) => ({ name, value })),
      })),
    });
    await led(
      admin,
      missing.map(({ topic }) => topic),
    );
  } finally {
    await admin.disconnect();
  }
}

/**
 * Publishes with acks from all replicas in sync, one batch in flight, so that each partition has
 * the log's order.
 * @param baseUri begins the addresses of the events' schemas
 * @throws whatever connecting fails with: kafkajs could go on without idempotence after it, so
 *   nothing may be sent then
 */
export async function openKafkaWriter(
  options: KafkaOptions,
  baseUri: string,
): Promise<BrokerWriter> {
  const producer = client(options).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  return {
    async deliver(events, before) {
      for (const batch of batchesOf(events, before, baseUri)) await send(producer, batch);
    },
    close: () => producer.disconnect(),
  };
}

const send = (producer: Producer, messages: readonly EventMessage[]): Promise<unknown> => {
  const topics = new Map<string, EventMessage[]>([[AUDIT_TOPIC, [...messages]]]);
  for (const message of messages) {
    const topic = topicOf(aggregateOf(message.key));
    const held = topics.get(topic);
    if (held) held.push(message);
    else topics.set(topic, [message]);
  }
  return producer.sendBatch({
    acks: -1,
    topicMessages: [...topics].map(([topic, held]) => ({
      topic,
      messages: held.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
    })),
  });
};

function* batchesOf(
  events: readonly Recorded[],
  before: number,
  baseUri: string,
): Generator<readonly EventMessage[]> {
  let batch: EventMessage[] = [];
  let bytes = 0;
  let previous = before;
  for (const event of events) {
    const message = messageOf(event, previous, baseUri);
    previous = event.position;
    const size = Buffer.byteLength(message.value) + MESSAGE_OVERHEAD_BYTES;
    if (batch.length > 0 && bytes + size > MAX_BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/**
 * A member whose page takes longer than this to fold loses its partitions, and is given the page
 * again.
 */
export const SESSION_TIMEOUT_MS = 60_000;

interface Handed {
  readonly page: FeedPage;
  taken(): void;
}

/**
 * The aggregates' topics as a feed that is partitioned by stream. A page's offsets are committed
 * when the next one is asked for, that is when its rows are; after a crash in between, or when its
 * partition goes to another reader of the group, it comes again, and is told by stream and
 * revision. A message that cannot be read goes to the dead-letter topic.
 */
export function kafkaFeed(
  options: KafkaOptions & {
    readonly groupId: string;
    readonly registry: EventRegistry;
    readonly onDeadLetter?: () => void;
  },
): EventFeed {
  return { subscribe: (_after, signal) => pages(options, signal) };
}

type FeedOptions = Parameters<typeof kafkaFeed>[0];

/**
 * Pages that the consumer hands over, until the reader takes them. They wait in one place and listen
 * to nothing of their own: a listener on the reader's signal for each page kept every page.
 */
class HandedPages {
  readonly #waiting: Handed[] = [];
  readonly #untaken = new Set<() => void>();
  #stopped = false;
  #wake = (): void => undefined;

  /** Wakes the reader. */
  rouse = (): void => this.#wake();

  /** Refuses what is handed over and not taken, now and from now on, and wakes the reader. */
  stop = (): void => {
    this.#stopped = true;
    for (const refuse of this.#untaken) refuse();
    this.rouse();
  };

  /** Waits until the page's rows are durable. @throws Error where the reader stops before */
  async hand(page: FeedPage): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const refuse = (): void => {
        this.#untaken.delete(refuse);
        reject(new Error('the reader stops'));
      };
      if (this.#stopped) return refuse();
      const taken = (): void => {
        this.#untaken.delete(refuse);
        resolve();
      };
      this.#untaken.add(refuse);
      this.#waiting.push({ page, taken });
      this.rouse();
    });
  }

  next(): Handed | undefined {
    return this.#waiting.shift();
  }

  async roused(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** What can be read of a batch; what cannot goes to the dead-letter topic. */
async function pageOf(
  { registry, onDeadLetter }: FeedOptions,
  producer: Producer,
  { topic, partition, messages }: EachBatchPayload['batch'],
): Promise<FeedPage | undefined> {
  const events: Recorded[] = [];
  const previous: number[] = [];
  for (const message of messages) {
    try {
      const key = String(message.key ?? '');
      const value = String(message.value ?? '');
      const read = readMessage(registry, key, value, textsOf(message.headers));
      events.push(read.event);
      previous.push(read.previous);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unreadable';
      await deadLetter(producer, topic, partition, message, reason);
      onDeadLetter?.();
    }
  }
  const last = events.at(-1);
  if (!last) return undefined;
  return { events, previous, part: `${topic}/${partition}`, next: last.position, end: false };
}

async function* pages(options: FeedOptions, signal: AbortSignal): AsyncGenerator<FeedPage> {
  const kafka = client(options);
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  const consumer = kafka.consumer({
    groupId: options.groupId,
    sessionTimeout: SESSION_TIMEOUT_MS,
    allowAutoTopicCreation: false,
  });
  const handed = new HandedPages();
  let crashed: Error | undefined;
  consumer.on('consumer.crash', ({ payload }) => {
    crashed = payload.error;
    handed.rouse();
  });
  if (signal.aborted) handed.stop();
  signal.addEventListener('abort', handed.stop);
  try {
    await producer.connect();
    await consumer.connect();
    await consumer.subscribe({ topics: AGGREGATES.map(topicOf), fromBeginning: true });
    await consumer.run({
      autoCommit: true,
      eachBatchAutoResolve: true,
      eachBatch: async ({ batch, heartbeat }: EachBatchPayload) => {
        const page = await pageOf(options, producer, batch);
        if (!page) return;
        await handed.hand(page);
        await heartbeat();
      },
    });
    let held: Handed | undefined;
    while (!signal.aborted) {
      held?.taken();
      held = handed.next();
      if (held) yield held.page;
      else if (crashed) throw crashed;
      else await handed.roused();
    }
  } finally {
    signal.removeEventListener('abort', handed.stop);
    handed.stop();
    await consumer.disconnect().catch(() => undefined);
    await producer.disconnect().catch(() => undefined);
  }
}

export const textsOf = (headers: IHeaders | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name, String(value ?? '')]),
  );

/**
 * Puts a message on the topic of dead letters as it came, with where it was and why it could not be
 * taken. The reason must have nothing of its data.
 */
export const deadLetter = (
  producer: Producer,
  topic: string,
  partition: number,
  { key, value, headers, offset }: KafkaMessage,
  reason: string,
): Promise<unknown> =>
  producer.send({
    topic: DEAD_LETTER_TOPIC,
    acks: -1,
    messages: [
      {
        key,
        value,
        headers: {
          ...headers,
          [DEAD_LETTER_HEADERS.topic]: topic,
          [DEAD_LETTER_HEADERS.partition]: String(partition),
          [DEAD_LETTER_HEADERS.offset]: offset,
          [DEAD_LETTER_HEADERS.reason]: reason,
        },
      },
    ],
  });
