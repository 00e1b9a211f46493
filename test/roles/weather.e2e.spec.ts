import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openServers } from '../../src/composition/servers.js';
import { expectStatus, facts, person, setUp, type Caller, type Reply } from '../e2e/http-world.js';
import type { Weather } from '../support/proxy.js';
import { startCluster, type Cluster } from './cluster.js';
import type { RoleProcess } from './role-process.js';
import { provesItself } from './proof.js';
import { eventually, simulatedDelay } from '../support/eventually.js';

const TIMEOUT_MS = 600_000;
const cluster = await startCluster('the lines between our processes and their servers', {
  proxied: true,
});

it('has the servers that it needs, or said what is left out', () => {
  expect('reason' in cluster ? cluster.reason : cluster.dir).toBeTruthy();
});

/**
 * Lines that cut, delay, swallow and fall silent between every process of ours and each server,
 * while people work.
 */
if (!('reason' in cluster))
  describe('the distributed size on bad lines', () => {
    const all = cluster as Cluster;
    let apis: RoleProcess[] = [];
    const world = all.across(() => apis);
    let people = 0;
    beforeAll(async () => {
      await all.start('relay');
      [apis] = await Promise.all([
        Promise.all([all.start('api'), all.start('api')]),
        all.start('projector'),
        all.start('automation'),
      ]);
      await setUp(world);
    }, TIMEOUT_MS);
    afterAll(() => all.end(), TIMEOUT_MS);

    /** As a client does: the same request with the same key until it is answered for good. */
    async function insist(who: Caller, ask: (who: Caller) => Promise<Reply>): Promise<Reply> {
      return eventually('an answer', async () => {
        const reply = await ask(who).catch(() => undefined);
        return reply && reply.status < 500 ? reply : undefined;
      });
    }

    /** One more household comes: two commands, each made by a caller that insists. */
    async function household(): Promise<void> {
      people += 1;
      const n = people;
      const intake = await world.as('i.berrada', 'intake');
      const { personId } = await expectStatus(
        201,
        insist(intake, (who) => who.post('/persons', person(n), `person-${n}`)),
      );
      await expectStatus(
        201,
        insist(intake, (who) =>
          who.post(
            '/applications',
            { programmeId: 'asd', personId, receivedOn: '2025-10-05', channel: 'counter', facts },
            `application-${n}`,
          ),
        ),
      );
    }

    const CASES = (['store', 'postgres', 'kafka'] as const).flatMap((line) =>
      (['slow', 'closed', 'deaf', 'silent'] as const).map(
        (weather): [typeof line, Weather, number] => [
          line,
          weather,
          weather === 'slow' ? 1_000 : 2_500,
        ],
      ),
    );
    it.each(CASES)(
      'to the %s, %s: everybody is served in the end',
      async (line, weather, ms) => {
        if (line === 'kafka' && !all.kafka.own) return;
        all.lines![line].set(weather);
        const working = Promise.all([household(), household(), household()]);
        await simulatedDelay(ms);
        all.lines![line].set('open');
        await working;
      },
      TIMEOUT_MS,
    );

    it(
      'in the end nothing is lost or doubled, and the read models are the fold of the log',
      async () => {
        const servers = await openServers(
          { dataDir: all.dir, rail: {} },
          {
            eventStoreUrl: all.store.url,
            kafka: { brokers: all.kafka.brokers },
            databaseUrl: all.postgres.url,
          },
        );
        try {
          expect(await servers.store.readCategory('person-', { limit: 1_000 })).toHaveLength(
            people,
          );
          expect(await servers.store.readCategory('application-', { limit: 1_000 })).toHaveLength(
            people,
          );
          await provesItself(servers, all.postgres.url);
        } finally {
          await servers.close();
        }
      },
      TIMEOUT_MS,
    );
  });
