import { DomainError } from '../../../kernel/errors.js';
import { EVENT_TOPICS } from '../../../messaging/topics.js';
import type { TopicsLeft } from '../port.js';
import { client, type KafkaOptions } from './client.js';

const REMEDY =
  'Stop every relay, run "sanad relay refill", which publishes the log again, and start them (docs/operations.md, "Restoring").';

/**
 * Which cluster this is, and how far each topic of events went; one that is not there is left out.
 */
export async function topicsNow(options: KafkaOptions): Promise<TopicsLeft> {
  const admin = client(options).admin();
  await admin.connect();
  try {
    const { clusterId: cluster } = await admin.describeCluster();
    const there = new Set(await admin.listTopics());
    const ends: Record<string, readonly number[]> = {};
    for (const { topic } of EVENT_TOPICS) {
      if (!there.has(topic)) continue;
      const offsets = await admin.fetchTopicOffsets(topic);
      const high = new Map(offsets.map((each) => [each.partition, Number(each.high)]));
      ends[topic] = Array.from({ length: offsets.length }, (_, at) => high.get(at) ?? 0);
    }
    return { cluster, ends };
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** @throws DomainError TOPICS_NOT_AS_LEFT */
export function refuseOtherCluster(left: TopicsLeft, { cluster }: TopicsLeft): void {
  if (cluster !== left.cluster)
    throw new DomainError(
      'TOPICS_NOT_AS_LEFT',
      `The relay left its events in Kafka's cluster ${left.cluster}, and the cluster that is there is ${cluster}. ${REMEDY}`,
      'unavailable',
    );
}

/** @throws DomainError TOPICS_NOT_AS_LEFT where something is gone that was published */
export function refuseLess(left: TopicsLeft, now: TopicsLeft): void {
  refuseOtherCluster(left, now);
  for (const [topic, ends] of Object.entries(left.ends)) {
    const there = now.ends[topic];
    if (!there)
      throw refused(
        topic,
        ends.reduce((sum, end) => sum + end, 0),
        'is not there',
      );
    for (const [partition, end] of ends.entries())
      refuseEnd(topic, partition, end, there[partition]);
  }
}

/** @throws DomainError TOPICS_NOT_AS_LEFT where a partition ends before where it was left */
export function refuseEnd(
  topic: string,
  partition: number,
  left: number,
  there: number | undefined,
): void {
  if ((there ?? 0) < left)
    throw refused(`partition ${partition} of ${topic}`, left, `ends after ${there ?? 0}`);
}

const refused = (what: string, left: number, found: string): DomainError =>
  new DomainError(
    'TOPICS_NOT_AS_LEFT',
    `The relay left ${what} with ${left} events, and it ${found}: it was made anew, or the broker came back from an older copy. ${REMEDY}`,
    'unavailable',
  );
