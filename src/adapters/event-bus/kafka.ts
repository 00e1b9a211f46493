import { Kafka, logLevel, type Producer } from 'kafkajs';
import { aggregateOf, AUDIT_TOPIC, EVENT_TOPICS, messageOf, OTHER_TOPICS, topicOf, type EventMessage } from '../../feed/topics.js';
import type { Recorded } from '../../kernel/decider.js';
import type { BrokerWriter } from './port.js';

export interface KafkaOptions {
  /** host:port, at least one. */
  readonly brokers: readonly string[];
  readonly clientId?: string;
  /** Copies of each partition of a topic that is made; default as many as there are brokers, 3 at most. */
  readonly replicas?: number;
}

const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;
const RETRIES = 5;
/** A batch for one partition must stay below the topic's max.message.bytes (2 MiB); an event alone has 1 MiB at most. */
const MAX_BATCH_BYTES = 900_000;
/** What a message takes beyond its value: key and headers. */
const MESSAGE_OVERHEAD_BYTES = 700;

const client = ({ brokers, clientId = 'sanad' }: KafkaOptions): Kafka => new Kafka({
  clientId, brokers: [...brokers], connectionTimeout: CONNECT_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS, retry: { retries: RETRIES }, logLevel: logLevel.NOTHING,
});

/** Makes the topics that are not there, with their settings; one that is there stays as it is. */
export async function createTopics(options: KafkaOptions): Promise<void> {
  const admin = client(options).admin();
  await admin.connect();
  try {
    const there = new Set(await admin.listTopics());
    const missing = [...EVENT_TOPICS, ...OTHER_TOPICS].filter(({ topic }) => !there.has(topic));
    if (missing.length === 0) return;
    const replicas = options.replicas ?? Math.min(3, (await admin.describeCluster()).brokers.length);
    await admin.createTopics({ waitForLeaders: true, topics: missing.map(({ topic, partitions, config }) => ({
      topic, numPartitions: partitions, replicationFactor: replicas,
      configEntries: Object.entries({ ...config, 'min.insync.replicas': String(Math.max(1, replicas - 1)) }).map(([name, value]) => ({ name, value })),
    })) });
  } finally {
    await admin.disconnect();
  }
}

/**
 * Publishes with acks from all replicas in sync, one batch in flight, so that each partition has the log's order.
 * @throws whatever connecting fails with: kafkajs could go on without idempotence after it, so nothing may be sent then
 */
export async function openKafkaWriter(options: KafkaOptions): Promise<BrokerWriter> {
  const producer = client(options).producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
  await producer.connect();
  return {
    async deliver(events, before) {
      for (const batch of batchesOf(events, before)) await send(producer, batch);
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
  return producer.sendBatch({ acks: -1, topicMessages: [...topics].map(([topic, held]) => ({ topic, messages: held.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })) })) });
};

function* batchesOf(events: readonly Recorded[], before: number): Generator<readonly EventMessage[]> {
  let batch: EventMessage[] = [];
  let bytes = 0;
  let previous = before;
  for (const event of events) {
    const message = messageOf(event, previous);
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
