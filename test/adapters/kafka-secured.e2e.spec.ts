import { afterAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EventRegistry } from '../../events/registry.js';
import { kafkaFeed } from '../../src/adapters/event-bus/kafka/feed.js';
import { createTopics } from '../../src/adapters/event-bus/kafka/topics.js';
import { openKafkaWriter } from '../../src/adapters/event-bus/kafka/writer.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { kafkaIn } from '../../src/composition/config.js';
import { DEFAULT_BASE_URI } from '../../src/kernel/base-uri.js';
import { historyOf } from '../support/history.js';
import { startKafka } from '../support/kafka.js';
import { eventually } from '../support/eventually.js';
import { requireHere } from '../support/servers-here.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const run = promisify(execFile);
const dir = temporaryFolder('tls');
const caFile = join(dir, 'broker.pem');
const username = 'sanad';
const password = 'not-to-be-printed';
const kafka = await startKafka('a broker with TLS and SASL', undefined, {
  username,
  password,
  caFile,
});
const EVENTS = historyOf({ households: 2 });

afterAll(async () => {
  if (kafka.running) await kafka.stop();
});

it('has the server that it needs, or said what is left out', () => {
  requireHere(kafka);
});

if (kafka.running)
  describe('a broker with TLS and SASL', () => {
    const env = {
      KAFKA_BROKERS: kafka.brokers.join(','),
      KAFKA_TLS: 'on',
      KAFKA_TLS_CA: caFile,
      KAFKA_SASL_USERNAME: username,
      KAFKA_SASL_PASSWORD: password,
    };

    it.each(['plain', 'SCRAM-SHA-512'])(
      'takes events from and gives them to one that says who it is by %s',
      async (mechanism) => {
        const connection = kafkaIn({ ...env, KAFKA_SASL_MECHANISM: mechanism });
        await createTopics(connection);
        // As the relay does it: a broker may not know yet that it leads what was just made.
        let refusal: unknown;
        await eventually('a broker that takes events', async () => {
          const writer = await openKafkaWriter(connection, DEFAULT_BASE_URI);
          try {
            await writer.deliver(EVENTS, -1);
            return true;
          } catch (error) {
            refusal = error;
            return false;
          } finally {
            await writer.close();
          }
        }).catch((error: unknown) => {
          throw new Error('the broker refused', { cause: refusal ?? error });
        });
        const stop = new AbortController();
        const read: Recorded[] = [];
        for await (const { events } of kafkaFeed({
          ...connection,
          groupId: `secured-${mechanism}`,
          registry: new EventRegistry(),
        }).subscribe(-1, stop.signal)) {
          read.push(...events);
          if (new Set(read.map(({ position }) => position)).size === EVENTS.length) stop.abort();
        }
        expect(new Map(read.map((event) => [event.position, event]))).toEqual(
          new Map(EVENTS.map((event) => [event.position, event])),
        );
      },
      600_000,
    );

    it('refuses another password, and one that does not say who it is; a broker that the authority did not sign is not trusted', async () => {
      const scram = { ...env, KAFKA_SASL_MECHANISM: 'scram-sha-512' };
      const other = join(dir, 'other.pem');
      writeFileSync(other, '');
      await expect(
        openKafkaWriter(kafkaIn({ ...scram, KAFKA_SASL_PASSWORD: 'another' }), DEFAULT_BASE_URI),
      ).rejects.toThrow(/authentication/i);
      await expect(
        openKafkaWriter(
          kafkaIn({ ...env, KAFKA_SASL_USERNAME: '', KAFKA_SASL_PASSWORD: '' }),
          DEFAULT_BASE_URI,
        ),
      ).rejects.toThrow();
      await expect(
        openKafkaWriter(kafkaIn({ ...scram, KAFKA_TLS_CA: other }), DEFAULT_BASE_URI),
      ).rejects.toThrow(/certificate/i);
    });

    it('is reached by the command line with the same settings', async () => {
      const { stdout } = await run(
        process.execPath,
        ['bin/sanad.mjs', 'dead-letters', 'list', '--json'],
        { env: { ...process.env, ...env, KAFKA_SASL_MECHANISM: 'scram-sha-512' } },
      );
      expect(JSON.parse(stdout)).toEqual({ letters: [] });
    });
  });

it.each([
  [{ KAFKA_TLS: 'yes' }, 'KAFKA_TLS must be on or off'],
  [{ KAFKA_TLS_CA: 'x.pem' }, 'KAFKA_TLS must be on where KAFKA_TLS_CA is set'],
  [{ KAFKA_TLS: 'on', KAFKA_TLS_CA: '/nowhere/x.pem' }, 'KAFKA_TLS_CA must name a file'],
  [{ KAFKA_TLS: 'on', KAFKA_TLS_CERT: process.execPath }, 'KAFKA_TLS_KEY is missing'],
  [{ KAFKA_SASL_MECHANISM: 'gssapi' }, 'KAFKA_SASL_MECHANISM must be one of'],
  [
    { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'sanad' },
    'KAFKA_SASL_PASSWORD must be set',
  ],
  [{ KAFKA_SASL_USERNAME: 'sanad' }, 'KAFKA_SASL_MECHANISM must be set'],
])('says which setting of Kafka is wrong: %j', (env, reason) => {
  expect(() => kafkaIn({ KAFKA_BROKERS: 'localhost:9092', ...env })).toThrow(reason);
});
