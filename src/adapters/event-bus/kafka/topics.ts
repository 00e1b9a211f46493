import { setTimeout as wait } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import { DomainError } from '../../../kernel/errors.js';
import { EVENT_TOPICS, OTHER_TOPICS } from '../../../messaging/topics.js';
import { client, type KafkaOptions } from './client.js';
import { MIN_IN_SYNC, partitionsOf, refuseOtherLayout } from './topic-layout.js';

const LEADER_TRIES = 150;
const LEADER_PAUSE_MS = 200;

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

/** Copies of each partition that is made. */
async function replicasFor(admin: Admin, { layout = {} }: KafkaOptions): Promise<number> {
  const brokers = (await admin.describeCluster()).brokers.length;
  const replicas = layout.replicas ?? Math.min(3, brokers);
  const { minInSync = 1 } = layout;
  if (replicas > brokers || minInSync > replicas)
    throw new DomainError(
      'TOPICS_NOT_AS_SET',
      `Topics cannot be made with ${replicas} copies of each partition, of which ${minInSync} have an event before it counts (KAFKA_REPLICAS, KAFKA_MIN_IN_SYNC), on ${brokers} broker(s).`,
      'unavailable',
    );
  return replicas;
}

/**
 * Makes the topics that are not there, with their settings; one that is there stays as it is.
 * @throws DomainError TOPICS_NOT_AS_SET where one that is there is not as the settings say
 */
export async function createTopics(options: KafkaOptions): Promise<void> {
  const admin = client(options).admin();
  await admin.connect();
  try {
    const layout = options.layout ?? {};
    const listed = new Set(await admin.listTopics());
    const topics = [...EVENT_TOPICS, ...OTHER_TOPICS];
    await refuseOtherLayout(
      admin,
      topics.filter(({ topic }) => listed.has(topic)),
      layout,
    );
    const missing = topics.filter(({ topic }) => !listed.has(topic));
    if (missing.length === 0) return;
    const replicas = await replicasFor(admin, options);
    await admin.createTopics({
      waitForLeaders: false,
      topics: missing.map((settings) => ({
        topic: settings.topic,
        numPartitions: partitionsOf(settings, layout),
        replicationFactor: replicas,
        configEntries: Object.entries({
          ...settings.config,
          [MIN_IN_SYNC]: String(layout.minInSync ?? Math.max(1, replicas - 1)),
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
 * Deletes the topics of events with all that is in them, and makes them anew. What others write,
 * and dead letters, stay.
 */
export async function remakeEventTopics(options: KafkaOptions): Promise<void> {
  const admin = client(options).admin();
  await admin.connect();
  try {
    const ours = new Set(EVENT_TOPICS.map(({ topic }) => topic));
    const there = async (): Promise<string[]> =>
      (await admin.listTopics()).filter((topic) => ours.has(topic));
    const topics = await there();
    if (topics.length > 0) await admin.deleteTopics({ topics });
    for (let tries = 0; (await there()).length > 0; tries += 1) {
      if (tries >= LEADER_TRIES) throw new Error('Kafka does not delete the topics of events.');
      await wait(LEADER_PAUSE_MS);
    }
  } finally {
    await admin.disconnect();
  }
  await createTopics(options);
}
