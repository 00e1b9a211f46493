import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
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
import { startCluster, type Cluster, type RoleProcess } from './cluster.js';

const TIMEOUT_MS = 120_000;
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
    beforeAll(async () => {
      relays = [await all.start('relay')];
      apis = [await all.start('api')];
      [relays[1], projectors, automations, apis[1]] = await Promise.all([
        all.start('relay'),
        Promise.all([all.start('projector'), all.start('projector')]),
        Promise.all([all.start('automation'), all.start('automation')]),
        all.start('api'),
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
        for (;;) {
          const { body } = await finance.get('/payments?cycleId=asd-2025-11');
          if (body.items?.[0]?.status === 'instructed') {
            expect(body.items).toHaveLength(1);
            expect(body.items[0]).toMatchObject({
              personId,
              amount: `${total.slice(0, -2)}.${total.slice(-2)}`,
              currency: 'MAD',
            });
            break;
          }
          await pause(50);
        }
        const { items } = (await finance.get('/payments?cycleId=asd-2025-11')).body;
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
        for (let status = ''; status !== 'returned';) {
          status = (await expectStatus(200, finance.get(`/payments/${paymentId}`))).payment.status;
          await pause(50);
        }
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
          for (const { position, previousposition, type } of lines) {
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
