import type { Producer, RecordMetadata } from 'kafkajs';
import type { Recorded } from '../../../kernel/decider.js';
import {
  aggregateOf,
  AUDIT_TOPIC,
  messageOf,
  topicOf,
  type EventMessage,
} from '../../../messaging/topics.js';
import { signed, type MessageKeys } from '../../../messaging/message-mac.js';
import { readMessageKeys } from '../message-keys.js';
import type { BrokerWriter, TopicsLeft } from '../port.js';
import { client, type KafkaOptions } from './client.js';
import { refuseEnd, refuseLess, topicsNow } from './topics-left.js';

/**
 * A batch for one partition must stay below the topic's max.message.bytes (2 MiB); an event alone
 * has 1 MiB at most.
 */
const MAX_BATCH_BYTES = 900_000;
/** What a message takes beyond its value: key and headers. */
const MESSAGE_OVERHEAD_BYTES = 700;

/**
 * Publishes with acks from all replicas in sync, one batch in flight, so that each partition has
 * the log's order.
 * @param baseUri begins the addresses of the events' schemas
 * @param left how the topics were left by who published before; absent: they are taken as they are
 * @throws whatever connecting fails with: kafkajs could go on without idempotence after it, so
 *   nothing may be sent then
 */
export async function openKafkaWriter(
  options: KafkaOptions,
  baseUri: string,
  left?: TopicsLeft,
): Promise<BrokerWriter> {
  const keys = options.keysFile === undefined ? undefined : readMessageKeys(options.keysFile);
  const now = await topicsNow(options);
  if (left) refuseLess(left, now);
  const topics = new LeftTopics(now);
  const producer = client(options).producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  return {
    get left() {
      return topics.left;
    },
    check: async () => refuseLess(topics.left, await topicsNow(options)),
    async deliver(events, before) {
      for (const batch of batchesOf(events, before, baseUri, keys))
        topics.wrote(await send(producer, batch));
    },
    close: () => producer.disconnect(),
  };
}

/** Follows how far the topics went by what the broker answers. */
class LeftTopics {
  readonly #ends: Map<string, number[]>;

  constructor(private readonly now: TopicsLeft) {
    this.#ends = new Map(Object.entries(now.ends).map(([topic, ends]) => [topic, [...ends]]));
  }

  get left(): TopicsLeft {
    const ends = Object.fromEntries([...this.#ends].map(([topic, each]) => [topic, [...each]]));
    return { cluster: this.now.cluster, ends };
  }

  /** @throws DomainError where something was written before where the partition was left */
  wrote(answers: readonly RecordMetadata[]): void {
    for (const { topicName, partition, baseOffset } of answers) {
      const offset = Number(baseOffset ?? -1);
      // An answer to what was sent again may not say where it is.
      if (offset < 0) continue;
      const ends = this.#ends.get(topicName) ?? [];
      this.#ends.set(topicName, ends);
      refuseEnd(topicName, partition, ends[partition] ?? 0, offset);
      for (let at = ends.length; at < partition; at += 1) ends[at] = 0;
      ends[partition] = offset + 1;
    }
  }
}

const send = (
  producer: Producer,
  messages: readonly EventMessage[],
): Promise<readonly RecordMetadata[]> => {
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
  keys: MessageKeys | undefined,
): Generator<readonly EventMessage[]> {
  let batch: EventMessage[] = [];
  let bytes = 0;
  let previous = before;
  for (const event of events) {
    const plain = messageOf(event, previous, baseUri);
    const message = keys ? signed(keys, plain) : plain;
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
