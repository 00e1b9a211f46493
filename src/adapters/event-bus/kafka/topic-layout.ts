import type { Admin, ConfigResourceTypes } from 'kafkajs';
import { DomainError } from '../../../kernel/errors.js';
import {
  COMPRESSION,
  OUTCOMES_TOPIC,
  PARTITIONS,
  READABLE_COMPRESSIONS,
  type TopicSettings,
} from '../../../messaging/topics.js';
import type { TopicLayout } from '../port.js';

export const MIN_IN_SYNC = 'min.insync.replicas';
/** kafkajs has a name for it that ES modules of Node.js do not see (only what Jest runs does). */
const TOPIC: ConfigResourceTypes.TOPIC = 2;

/** A topic of one partition is in the order of all it carries, and stays so. */
const isDivided = ({ partitions }: TopicSettings): boolean => partitions > 1;

/** How many partitions a topic is made with. */
export const partitionsOf = (topic: TopicSettings, { partitions = PARTITIONS }: TopicLayout) =>
  isDivided(topic) ? partitions : topic.partitions;

/**
 * Holds topics that are there against the settings. More copies than asked for are well: they are
 * there while partitions move.
 * @throws DomainError TOPICS_NOT_AS_SET with what to do
 */
export async function refuseOtherLayout(
  admin: Admin,
  topics: readonly TopicSettings[],
  layout: TopicLayout,
): Promise<void> {
  if (topics.length === 0) return;
  const settings = new Map(topics.map((each) => [each.topic, each]));
  const known = await admin.fetchTopicMetadata({ topics: [...settings.keys()] });
  for (const { name, partitions } of known.topics) {
    const asked = settings.get(name);
    if (!asked) continue;
    refusePartitions(asked, layout, partitions.length);
    const copies = Math.min(...partitions.map(({ replicas }) => replicas.length));
    if (layout.replicas !== undefined && copies < layout.replicas)
      throw refused(
        name,
        `has ${copies} copies of a partition, and KAFKA_REPLICAS asks for ${layout.replicas}`,
        "Add copies with Kafka's own kafka-reassign-partitions.sh",
      );
  }
  if (settings.has(OUTCOMES_TOPIC)) await refuseCompression(admin);
  if (layout.minInSync !== undefined)
    await refuseMinInSync(admin, [...settings.keys()], layout.minInSync);
}

function refusePartitions(asked: TopicSettings, layout: TopicLayout, there: number): void {
  if (!isDivided(asked) && there !== asked.partitions)
    throw refused(
      asked.topic,
      `has ${there} partitions, and its order is kept by ${asked.partitions} only`,
      'Delete it, have it made at the start, and run "sanad relay refill"',
    );
  if (isDivided(asked) && layout.partitions !== undefined && there !== layout.partitions)
    throw refused(
      asked.topic,
      `has ${there} partitions, and KAFKA_PARTITIONS asks for ${layout.partitions}`,
      'Streams would change their partition. Stop every relay and projector and run "sanad relay reset", which makes the topics of events anew; change a topic of others with Kafka\'s own kafka-topics.sh',
    );
}

/** Asked of the broker only where a setting names it: a user may lack the right to ask. */
async function refuseMinInSync(admin: Admin, topics: string[], asked: number): Promise<void> {
  for (const [topic, there] of await settingOf(admin, topics, MIN_IN_SYNC))
    if (Number(there) !== asked)
      throw refused(
        topic,
        `has ${MIN_IN_SYNC} of ${there ?? 'nothing that can be read'}, and KAFKA_MIN_IN_SYNC asks for ${asked}`,
        "Change it with Kafka's own kafka-configs.sh",
      );
}

/**
 * Of a topic that others write: kept as they compress it, one message may stop whoever reads it. A
 * user who may not ask does not know.
 * @throws DomainError TOPICS_NOT_AS_SET
 */
async function refuseCompression(admin: Admin): Promise<void> {
  const found = await settingOf(admin, [OUTCOMES_TOPIC], COMPRESSION).catch((error: unknown) => {
    if (isForbidden(error)) return [];
    throw error;
  });
  for (const [topic, there] of found)
    if (there !== undefined && !READABLE_COMPRESSIONS.includes(there))
      throw refused(
        topic,
        `has ${COMPRESSION} of ${there}, so that a payment system which compresses with Snappy, LZ4 or ZSTD stops all outcomes`,
        `Have Kafka keep it readable: kafka-configs.sh --alter --topic ${topic} --add-config ${COMPRESSION}=uncompressed`,
      );
}

const isForbidden = (error: unknown): boolean =>
  error instanceof Error && 'type' in error && /_AUTHORIZATION_FAILED$/.test(String(error.type));

/** What each topic has of a setting, as the broker says it. */
async function settingOf(
  admin: Admin,
  topics: readonly string[],
  setting: string,
): Promise<readonly (readonly [topic: string, value: string | undefined])[]> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: TOPIC, name, configNames: [setting] })),
  });
  return resources.map(({ resourceName, configEntries }) => [
    resourceName,
    configEntries.find(({ configName }) => configName === setting)?.configValue,
  ]);
}

const refused = (topic: string, found: string, remedy: string): DomainError =>
  new DomainError(
    'TOPICS_NOT_AS_SET',
    `The topic ${topic} ${found}. ${remedy}, or change the setting (docs/deployment.md).`,
    'unavailable',
  );
