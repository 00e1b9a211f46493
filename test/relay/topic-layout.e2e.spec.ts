import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ConfigResourceTypes, type Admin } from 'kafkajs';
import {
  listDeadLetters,
  replayDeadLetters,
} from '../../src/adapters/event-bus/kafka/dead-letters.js';
import { kafkaInbound } from '../../src/adapters/event-bus/kafka/inbound.js';
import { createTopics, remakeEventTopics } from '../../src/adapters/event-bus/kafka/topics.js';
import type { TopicLayout } from '../../src/adapters/event-bus/port.js';
import {
  AUDIT_TOPIC,
  COMPRESSION,
  OUTCOMES_TOPIC,
  PARTITIONS,
  topicOf,
} from '../../src/messaging/topics.js';
import { eventually } from '../support/eventually.js';
import { kafkaClient, runOfKafka, startKafka } from '../support/kafka.js';
import { requireHere } from '../support/servers-here.js';

const kafka = await startKafka('topics as the settings say');
const TIMEOUT_MS = 600_000;

afterAll(async () => {
  if (kafka.running) await kafka.stop();
});

it('has the server that it needs, or said what is left out', () => {
  requireHere(kafka);
});

if (kafka.running)
  describe('topics on Kafka', () => {
    const { brokers } = kafka;
    const payments = topicOf('payment');
    let admin: Admin;
    beforeAll(async () => {
      admin = kafkaClient(brokers).admin();
      await admin.connect();
    }, TIMEOUT_MS);
    afterAll(() => admin.disconnect());

    const start = (layout?: TopicLayout): Promise<void> =>
      createTopics({ brokers, ...(layout ? { layout } : {}) });
    const refused = (layout: TopicLayout | undefined, detail: string): Promise<void> =>
      expect(start(layout)).rejects.toMatchObject({
        code: 'TOPICS_NOT_AS_SET',
        detail: expect.stringContaining(detail),
      });
    const partitions = async (topic: string): Promise<number> =>
      (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]!.partitions.length;
    const minInSync = (topic: string, value: string): Promise<unknown> =>
      alter(topic, 'min.insync.replicas', value);
    const alter = (topic: string, name: string, value: string): Promise<unknown> =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: ConfigResourceTypes.TOPIC,
            name: topic,
            configEntries: [{ name, value }],
          },
        ],
      });

    it(
      'are not made where the brokers cannot hold them so',
      async () => {
        await refused({ replicas: 2 }, '2 copies of each partition');
        await refused({ minInSync: 2 }, 'of which 2 have an event');
        expect(await admin.listTopics()).not.toContain(payments);
      },
      TIMEOUT_MS,
    );

    it(
      'are made as the settings say, and held against them at each start',
      async () => {
        await start({ partitions: 5, replicas: 1, minInSync: 1 });
        expect(await partitions(payments)).toBe(5);
        expect(await partitions(OUTCOMES_TOPIC)).toBe(5);
        expect(await partitions(AUDIT_TOPIC)).toBe(1);
        await start({ partitions: 5, replicas: 1, minInSync: 1 });
        await start();
        await refused({ partitions: PARTITIONS }, 'has 5 partitions, and KAFKA_PARTITIONS asks');
        await refused({ replicas: 2 }, 'has 1 copies of a partition, and KAFKA_REPLICAS asks');
        await minInSync(payments, '2');
        await eventually('the new setting', async () => {
          const said = await start({ minInSync: 1 }).then(
            () => '',
            (error: unknown) => String(error),
          );
          return said.includes(`${payments} has min.insync.replicas of 2, and KAFKA_MIN_IN_SYNC`);
        });
        await start();
      },
      TIMEOUT_MS,
    );

    it(
      'give what others wrote, however they compressed it',
      async () => {
        const value = '{"outcome":"settled"}';
        await runOfKafka(
          'kafka.tools.ConsoleProducer',
          [
            ...['--bootstrap-server', brokers.join(','), '--topic', OUTCOMES_TOPIC],
            ...['--compression-codec', 'lz4', '--property', 'parse.key=true'],
            ...['--property', 'key.separator=|'],
          ],
          `a|${value}\nb|${value}\n`,
        );
        const taken: string[] = [];
        const stop = new AbortController();
        await kafkaInbound({ brokers, topic: OUTCOMES_TOPIC, groupId: 'compressed' }).run(
          async (messages) => {
            taken.push(...messages.map((message) => `${message.key}|${message.value}`));
            if (taken.length === 2) stop.abort();
            return messages.map(() => undefined);
          },
          stop.signal,
        );
        expect(taken.sort()).toEqual([`a|${value}`, `b|${value}`]);
      },
      TIMEOUT_MS,
    );

    it(
      'take the dead letter of a message that was as large as it could be, and do not give it back',
      async () => {
        const producer = kafkaClient(brokers).producer();
        await producer.connect();
        const value = 'x'.repeat(2_097_152 - 200);
        await producer.send({ topic: OUTCOMES_TOPIC, messages: [{ key: 'large', value }] });
        await producer.disconnect();
        const stop = new AbortController();
        let taken = 0;
        const reasons = (messages: readonly unknown[]): string[] => messages.map(() => 'REFUSED');
        await kafkaInbound({ brokers, topic: OUTCOMES_TOPIC, groupId: 'large' }).run(
          async (messages) => {
            taken += messages.length;
            // Its letters are written before it ends.
            if (taken === 3) setImmediate(() => stop.abort());
            return reasons(messages);
          },
          stop.signal,
        );
        const letters = await listDeadLetters({ brokers }, { limit: 10 });
        expect(letters.map(({ key, reason }) => [key, reason]).sort()).toEqual([
          ['a', 'REFUSED'],
          ['b', 'REFUSED'],
          ['large', 'REFUSED (too large to be kept whole)'],
        ]);
        const cut = letters.find(({ key }) => key === 'large')!.letter;
        expect(await replayDeadLetters({ brokers }, cut)).toEqual({
          replayed: 0,
          left: 0,
          cut: [cut],
        });
        expect(await replayDeadLetters({ brokers })).toEqual({ replayed: 2, left: 0, cut: [cut] });
        expect(await listDeadLetters({ brokers }, { limit: 10 })).toEqual([]);
      },
      TIMEOUT_MS,
    );

    it(
      'are refused where they keep what others wrote as they compressed it',
      async () => {
        await alter(OUTCOMES_TOPIC, COMPRESSION, 'producer');
        await eventually('the new setting', async () => {
          const said = await start().then(
            () => '',
            (error: unknown) => String(error),
          );
          return said.includes(`TOPICS_NOT_AS_SET: The topic ${OUTCOMES_TOPIC} has ${COMPRESSION}`);
        });
        await refused(
          undefined,
          `--topic ${OUTCOMES_TOPIC} --add-config ${COMPRESSION}=uncompressed`,
        );
        await alter(OUTCOMES_TOPIC, COMPRESSION, 'uncompressed');
        await eventually('the old setting', () =>
          start().then(
            () => true,
            () => false,
          ),
        );
      },
      TIMEOUT_MS,
    );

    it(
      'take other partitions by a reset, and those of others by hand',
      async () => {
        const layout = { partitions: 7 };
        await admin.createPartitions({ topicPartitions: [{ topic: OUTCOMES_TOPIC, count: 7 }] });
        await remakeEventTopics({ brokers, layout });
        expect(await partitions(payments)).toBe(7);
        await start(layout);
      },
      TIMEOUT_MS,
    );

    it(
      'are refused where the one that keeps the order of all was divided, whatever is set',
      async () => {
        await admin.createPartitions({ topicPartitions: [{ topic: AUDIT_TOPIC, count: 2 }] });
        await eventually('two partitions', async () => (await partitions(AUDIT_TOPIC)) === 2);
        await refused(
          undefined,
          `${AUDIT_TOPIC} has 2 partitions, and its order is kept by 1 only`,
        );
      },
      TIMEOUT_MS,
    );
  });
