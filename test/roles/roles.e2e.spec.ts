import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EachMessagePayload } from 'kafkajs';
import { textsOf } from '../../src/adapters/event-bus/kafka/client.js';
import { publisherTo } from '../../examples/payment-system/kafka.js';
import {
  approved,
  enrolled,
  expectStatus,
  paid,
  person,
  setUp,
  submitted,
} from '../e2e/http-world.js';
import type { RoleName } from '../../src/composition/config.js';
import { AUDIT_TOPIC } from '../../src/messaging/topics.js';
import { readThroughSdk, schemaProblems } from '../support/cloud-events.js';
import { startCluster, type Cluster } from './cluster.js';
import type { RoleProcess } from './role-process.js';
import { eventually } from '../support/eventually.js';
import { kafkaClient } from '../support/kafka.js';

const TIMEOUT_MS = 600_000;
const BASE = 'https://aid.example/sanad';
const UNDER_BASE = new RegExp(`^${BASE}/schemas/events/[a-z]+/[A-Za-z]+\\.v[0-9]\\.schema\\.json$`);
const cluster = await startCluster('the roles of the distributed size');

it('has the servers that it needs, or said what is left out', () => {
  expect('reason' in cluster ? cluster.reason : cluster.dir).toBeTruthy();
});

if (!('reason' in cluster))
  describe('the distributed size, each role in processes of its own', () => {
    const all = cluster as Cluster;
    let apis: RoleProcess[] = [];
    let relays: RoleProcess[];
    let projectors: RoleProcess[];
    let automations: RoleProcess[];
    const world = all.across(() => apis);
    const start = (role: RoleName): Promise<RoleProcess> =>
      all.start(role, { SANAD_BASE_URI: BASE });
    beforeAll(async () => {
      relays = [await start('relay')];
      apis = [await start('api')];
      [relays[1], projectors, automations, apis[1]] = await Promise.all([
        start('relay'),
        Promise.all([start('projector'), start('projector')]),
        Promise.all([start('automation'), start('automation')]),
        start('api'),
      ]);
    }, TIMEOUT_MS);
    afterAll(() => all.end());

    const figure = async (role: RoleProcess, name: string): Promise<number> =>
      Number(
        new RegExp(`^${name} (\\S+)$`, 'm').exec(
          await (await fetch(`${role.url}/metrics`)).text(),
        )?.[1] ?? NaN,
      );

    it(
      'takes a household from its application to an instructed payment, every request at another api',
      async () => {
        await setUp(world);
        const { personId, applicationId } = await submitted(world, 1);
        await approved(world, applicationId);
        await enrolled(world, personId);
        const { total } = await paid(world, 'asd-2025-11');
        const finance = await world.as('f.elfassi', 'finance-officer');
        const items = await eventually('an instructed payment', async () => {
          const { body } = await finance.get('/payments?cycleId=asd-2025-11');
          return body.items?.[0]?.status === 'instructed' && body.items;
        });
        expect(items).toHaveLength(1);
        expect(items[0]).toMatchObject({
          personId,
          amount: `${total.slice(0, -2)}.${total.slice(-2)}`,
          currency: 'MAD',
        });
        const bank = await world.as('bank-system', 'payment-system');
        const { position } = await expectStatus(
          200,
          bank.post('/payments/outcomes', {
            outcomes: [
              {
                paymentId: items[0].paymentId,
                endToEndId: items[0].endToEndId,
                outcome: 'settled',
                amount: items[0].amount,
                currency: 'MAD',
                settledOn: '2025-11-29',
              },
            ],
          }),
        );
        // Written at one api, read with its token at another.
        expect(
          (
            await expectStatus(
              200,
              (await world.as('f.elfassi', 'finance-officer')).get(
                `/payments/${items[0].paymentId}?after=${position}`,
              ),
            )
          ).payment.status,
        ).toBe('settled');
        expect(
          (
            await expectStatus(
              200,
              (await world.as('f.elfassi', 'finance-officer')).get(
                `/payments/${items[0].paymentId}?after=${position}`,
              ),
            )
          ).payment.status,
        ).toBe('settled');
      },
      TIMEOUT_MS,
    );

    it(
      'takes outcomes from the topic, and gives the log over HTTP as one chain, every answer by another api',
      async () => {
        const finance = await world.as('f.elfassi', 'finance-officer');
        const { paymentId, endToEndId } = (await finance.get('/payments?cycleId=asd-2025-11')).body
          .items[0];
        const publisher = await publisherTo({ brokers: all.kafka.brokers });
        await publisher.publish([
          { paymentId, endToEndId, attempt: 1, outcome: 'returned', reason: 'AC04' },
        ]);
        await publisher.close();
        await eventually('the outcome of the topic', async () => {
          const { payment } = await expectStatus(200, finance.get(`/payments/${paymentId}`));
          return payment.status === 'returned';
        });
        let last = -1;
        let types = '';
        for (let count = 1; count > 0;) {
          const { status, text, headers } = await (
            await world.as('a.auditor', 'auditor')
          ).get(`/feed?after=${last}&limit=10`);
          expect(status).toBe(200);
          const lines = text
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line));
          for (const { position, previousposition, type, dataschema } of lines) {
            expect(dataschema).toMatch(UNDER_BASE);
            expect(previousposition).toBe(String(last));
            last = Number(position);
            types = type;
          }
          expect(headers.get('sanad-position')).toBe(String(last));
          count = lines.length;
        }
        expect(types).not.toBe('');
      },
      TIMEOUT_MS,
    );

    it(
      'begins addresses with the base that was set: of problems, and of schemas on Kafka, which the SDK reads',
      async () => {
        const auditor = await all.caller(apis[1]!, 'a.auditor', 'auditor');
        const { body } = await auditor.get('/cycles/asd-2031-01');
        expect(body.type).toBe(`${BASE}/problems/cycle-not-found`);
        const client = kafkaClient(all.kafka.brokers);
        const consumer = client.consumer({ groupId: 'through-the-sdk' });
        await consumer.connect();
        await consumer.subscribe({ topic: AUDIT_TOPIC, fromBeginning: true });
        const events = await new Promise<Record<string, unknown>[]>((resolve, reject) => {
          const read: Record<string, unknown>[] = [];
          const eachMessage = async ({ message }: EachMessagePayload): Promise<void> => {
            const { key, value, headers } = message;
            try {
              const text = { key: String(key), value: String(value), headers: textsOf(headers) };
              read.push(readThroughSdk(text).toJSON());
            } catch (error) {
              reject(error as Error);
            }
            if (read.length === 20) resolve(read);
          };
          consumer.run({ eachMessage }).catch(reject);
        });
        await consumer.disconnect();
        for (const event of events) {
          expect(schemaProblems(event)).toBe('');
          expect(event['dataschema']).toMatch(UNDER_BASE);
        }
      },
      TIMEOUT_MS,
    );

    it(
      'repeats the answer of a command at another api',
      async () => {
        const [first, second] = await Promise.all(
          apis.map((api) => all.caller(api, 'i.berrada', 'intake')),
        );
        const body = person(2);
        const answers = await Promise.all([
          first!.post('/persons', body, 'one-key'),
          second!.post('/persons', body, 'one-key'),
        ]);
        expect(answers.map(({ status }) => status)).toEqual([201, 201]);
        expect(answers[0]!.body.personId).toBe(answers[1]!.body.personId);
        expect((await second!.post('/persons', person(3), 'one-key')).status).toBe(409);
      },
      TIMEOUT_MS,
    );

    it(
      'says of every process that it is ready, and how far it is',
      async () => {
        for (const role of [...apis, ...relays, ...projectors, ...automations]) {
          expect([role.role, (await fetch(`${role.url}/health/ready`)).status]).toEqual([
            role.role,
            200,
          ]);
        }
        const active = await Promise.all(
          relays.map((relay) => figure(relay, 'sanad_relay_active')),
        );
        expect(active.reduce((sum, one) => sum + one, 0)).toBe(1);
        expect(await figure(relays[active.indexOf(1)]!, 'sanad_relay_lag')).toBeGreaterThanOrEqual(
          0,
        );
        expect(
          await figure(relays[active.indexOf(1)]!, 'sanad_relay_published_total'),
        ).toBeGreaterThan(10);
      },
      TIMEOUT_MS,
    );

    it(
      'stops each in order, with exit code 0',
      async () => {
        const codes = await Promise.all(
          [...apis, ...relays, ...projectors, ...automations].map((role) => role.stop()),
        );
        expect(codes).toEqual(codes.map(() => 0));
      },
      TIMEOUT_MS,
    );
  });
