import { Partitioners, type PartitionMetadata } from 'kafkajs';
import { refuseForged } from '../../../messaging/message-mac.js';
import { AGGREGATES, aggregateOf, topicOf } from '../../../messaging/topics.js';
import { readMessageKeys } from '../message-keys.js';
import { client, type KafkaOptions } from './client.js';

/** A message with the place that it came from. */
interface Placed {
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}
/** @throws Error that says why nobody who has a key put this message there */
export type Authentic = (message: Placed) => void;

/**
 * What holds messages of our topics against the keys; without keys all are believed. A message that
 * was copied elsewhere is refused as well: a stream is folded by who has its partition.
 */
export async function authenticity(options: KafkaOptions): Promise<Authentic> {
  if (options.keysFile === undefined) return () => undefined;
  const keys = readMessageKeys(options.keysFile);
  const placeOf = await placesOf(options);
  return ({ topic, partition, key, value, headers }) => {
    refuseForged(keys, key, value, headers);
    if (topic !== topicOf(aggregateOf(key))) throw new Error('it was copied from another topic');
    if (partition !== placeOf(topic, key)) throw new Error('it was copied from another partition');
  };
}

/** Where the relay's client puts a key. */
async function placesOf(options: KafkaOptions): Promise<(topic: string, key: string) => number> {
  const admin = client(options).admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: AGGREGATES.map(topicOf) });
    const partitions = new Map<string, PartitionMetadata[]>(
      topics.map((each) => [each.name, each.partitions]),
    );
    const partitionOf = Partitioners.DefaultPartitioner();
    return (topic, key) =>
      partitionOf({
        topic,
        partitionMetadata: partitions.get(topic) ?? [],
        message: { key, value: null },
      });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
