import type { Producer } from 'kafkajs';
import type { Recorded } from '../../../kernel/decider.js';
import {
  aggregateOf,
  AUDIT_TOPIC,
  messageOf,
  topicOf,
  type EventMessage,
} from '../../../messaging/topics.js';
import type { BrokerWriter } from '../port.js';
import { client, type KafkaOptions } from './client.js';

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
