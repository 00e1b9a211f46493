import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { createTopics, remakeEventTopics } from '../../src/adapters/event-bus/kafka/topics.js';
import { refuseLess, topicsNow } from '../../src/adapters/event-bus/kafka/topics-left.js';
import { openKafkaWriter } from '../../src/adapters/event-bus/kafka/writer.js';
import { openPostgres } from '../../src/adapters/postgres/pool.js';
import { openRelayGround, postgresRelayState } from '../../src/adapters/relay-state/postgres.js';
import { AUDIT_TOPIC, topicOf } from '../../src/messaging/topics.js';
import { Relay } from '../../src/runtime/relay.js';
import { ArrayLog } from '../support/array-log.js';
import { eventually } from '../support/eventually.js';
import { historyOf } from '../support/history.js';
import { kafkaClient, startKafka } from '../support/kafka.js';
import { startPostgres } from '../support/postgres.js';
import { requireHere } from '../support/servers-here.js';

const kafka = await startKafka('what the relay stands on');
const postgres = await startPostgres('what the relay stands on');
const EVENTS = historyOf({ households: 6 }).map((event) => ({
  ...event,
  position: event.position * 3 + 1,
}));
const HALF = EVENTS.slice(0, Math.floor(EVENTS.length / 2));
const PERSONS = topicOf('person');
const TIMEOUT_MS = 600_000;
const LOOK_EVERY_MS = 50;

afterAll(async () => {
  if (kafka.running) await kafka.stop();
  if (postgres.running) await postgres.stop();
});

const brokers = kafka.running ? kafka.brokers : [];
const url = postgres.running ? postgres.url : '';

it('has the servers that it needs, or said what is left out', () => {
  for (const server of [kafka, postgres]) requireHere(server);
});

if (kafka.running && postgres.running)
  describe('what the relay stands on, on Kafka and PostgreSQL', () => {
    let stop = new AbortController();
    afterEach(async () => {
      stop.abort();
      stop = new AbortController();
      await remakeEventTopics({ brokers });
      await postgresRelayState(url).rewind(-1);
    });
    const start = (log: ArrayLog): { readonly relay: Relay; readonly run: Promise<void> } => {
      const relay = new Relay(
        log,
        postgresRelayState(url),
        (left) => openKafkaWriter({ brokers }, 'https://aid.example', left),
        () => undefined,
        LOOK_EVERY_MS,
      );
      return { relay, run: relay.run(stop.signal) };
    };
    const published = async (log: ArrayLog): Promise<void> => {
      const { relay, run } = start(log);
      const last = await log.lastPosition();
      await eventually('the end of the log', () => relay.figures.position === last, [run]);
      stop.abort();
      await run;
      stop = new AbortController();
    };
    const auditEnd = async (): Promise<number> =>
      (await topicsNow({ brokers })).ends[AUDIT_TOPIC]?.[0] ?? 0;
    const deleted = async (topic: string): Promise<void> => {
      const admin = kafkaClient(brokers).admin();
      await admin.connect();
      await admin.deleteTopics({ topics: [topic] });
      await eventually('no topic', async () => !(await admin.listTopics()).includes(topic));
      await admin.disconnect();
    };

    it(
      'a topic that was made anew is named, and filled again by a refill',
      async () => {
        await createTopics({ brokers });
        await published(new ArrayLog(HALF, true));
        await deleted(PERSONS);
        await createTopics({ brokers });
        const lost = { code: 'TOPICS_NOT_AS_LEFT', detail: expect.stringContaining(PERSONS) };
        await expect(start(new ArrayLog(EVENTS, true)).run).rejects.toMatchObject(lost);
        expect(await auditEnd()).toBe(HALF.length);
        const database = openPostgres(url, { name: 'looks' });
        const { left } = await (await openRelayGround(database))();
        await database.close();
        const now = await topicsNow({ brokers });
        expect(() => refuseLess(left!, now)).toThrow(PERSONS);

        await postgresRelayState(url).rewind(-1);
        await published(new ArrayLog(EVENTS, true));
        expect(await auditEnd()).toBe(HALF.length + EVENTS.length);
        await published(new ArrayLog(EVENTS, true));
      },
      TIMEOUT_MS,
    );

    it(
      'a topic that is deleted, or made anew, under a relay that waits ends it',
      async () => {
        await createTopics({ brokers });
        const { relay, run } = start(new ArrayLog(HALF, true));
        await eventually('all published', () => relay.figures.published === HALF.length, [run]);
        const ended = expect(run).rejects.toMatchObject({ code: 'TOPICS_NOT_AS_LEFT' });
        await deleted(PERSONS);
        await ended;
        expect(relay.figures.active).toBe(false);
      },
      TIMEOUT_MS,
    );

    it('another cluster is told from the one that was left, whatever is in it', async () => {
      const now = await topicsNow({ brokers });
      expect(() => refuseLess(now, now)).not.toThrow();
      expect(() => refuseLess({ ...now, cluster: 'the-first' }, now)).toThrow(
        /TOPICS_NOT_AS_LEFT: The relay left its events in Kafka's cluster the-first, and .* is .*relay refill/,
      );
    });

    it(
      'a log that was restored is named, and published from its start into empty topics by a reset',
      async () => {
        await createTopics({ brokers });
        await published(new ArrayLog(EVENTS, true));
        const otherwise = EVENTS.slice(HALF.length).map((event) => ({
          ...event,
          id: randomUUID(),
        }));
        for (const restored of [HALF, [...HALF, ...otherwise]]) {
          await expect(start(new ArrayLog(restored, true)).run).rejects.toMatchObject({
            code: 'CHECKPOINT_NOT_IN_LOG',
            detail: expect.stringMatching(
              /^The checkpoint of the relay stands behind event .*relay reset/,
            ),
          });
          expect(await auditEnd()).toBe(EVENTS.length);
        }
        await postgresRelayState(url).rewind(-1, () => remakeEventTopics({ brokers }));
        const log = new ArrayLog(HALF, true);
        await published(log);
        expect(await auditEnd()).toBe(HALF.length);
        const { relay, run } = start(log);
        await eventually('at work', () => relay.figures.active, [run]);
        // The log is another under a relay that is at work.
        log.lost.add(HALF.at(-1)!.position);
        await expect(run).rejects.toMatchObject({ code: 'CHECKPOINT_NOT_IN_LOG' });
      },
      TIMEOUT_MS,
    );
  });
