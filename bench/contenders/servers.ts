import { Kafka, logLevel } from 'kafkajs';
import { createTopics } from '../../src/adapters/event-bus/kafka/topics.js';
import { EVENT_TOPICS } from '../../src/messaging/topics.js';

const need = (name: string): string => {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: this contender is run by bench/run.ts`);
  return value;
};
/** The servers that the measurement started. */
export const brokers = (): string[] => need('KAFKA_BROKERS').split(',');
export const database = (): string => need('DATABASE_URL');

/** Topics as they are for the first event of all. */
export async function emptyTopics(): Promise<void> {
  const admin = new Kafka({ brokers: brokers(), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const there = new Set(await admin.listTopics());
  const topics = EVENT_TOPICS.map(({ topic }) => topic).filter((topic) => there.has(topic));
  if (topics.length > 0) await admin.deleteTopics({ topics });
  while ((await admin.listTopics()).some((topic) => topics.includes(topic)))
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  await admin.disconnect();
  await createTopics({ brokers: brokers() });
}
