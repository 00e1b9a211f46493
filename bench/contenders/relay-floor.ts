import { Kafka, logLevel } from 'kafkajs';
import { aggregateOf, AUDIT_TOPIC, messageOf, topicOf } from '../../src/messaging/topics.js';
import { DEFAULT_BASE_URI } from '../../src/kernel/base-uri.js';
import { countFromArgs, report, startWatch } from './bare-log.js';
import { eventsOf } from './rebuild-log.js';
import { brokers, emptyTopics } from './servers.js';

/**
 * The floor of the relay: a bare kafkajs producer with the same settings and batches, whose
 * messages are made beforehand.
 */
const PAGE = 1_000;
const events = eventsOf(countFromArgs(100_000));
const batches: {
  topic: string;
  messages: { key: string; value: string; headers: Record<string, string> }[];
}[][] = [];
for (let from = 0; from < events.length; from += PAGE) {
  const topics = new Map<
    string,
    { key: string; value: string; headers: Record<string, string> }[]
  >();
  events.slice(from, from + PAGE).forEach((event, i) => {
    const { key, value, headers } = messageOf(event, from + i - 1, DEFAULT_BASE_URI);
    for (const topic of [AUDIT_TOPIC, topicOf(aggregateOf(key))])
      topics.set(topic, [...(topics.get(topic) ?? []), { key, value, headers: { ...headers } }]);
  });
  batches.push([...topics].map(([topic, messages]) => ({ topic, messages })));
}
await emptyTopics();
const producer = new Kafka({ brokers: brokers(), logLevel: logLevel.NOTHING }).producer({
  idempotent: true,
  maxInFlightRequests: 1,
  allowAutoTopicCreation: false,
});
await producer.connect();
const watch = startWatch();
for (const topicMessages of batches) await producer.sendBatch({ acks: -1, topicMessages });
const { seconds, cpuSeconds } = watch();
await producer.disconnect();
report({
  contender: 'bare kafkajs producer',
  count: events.length,
  seconds,
  cpuSeconds,
  perSecond: Math.round(events.length / seconds),
  durable: 'acks from all in sync (one broker)',
});
