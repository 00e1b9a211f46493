import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { openServers, type Servers } from '../../src/composition/servers.js';
import type { RoleName } from '../../src/composition/config.js';
import { households, job, openProgramme } from '../use-cases/world.js';
import { expectStatus, type Caller, type Json, type Reply } from '../e2e/http-world.js';
import { startCluster, type Cluster } from './cluster.js';
import type { RoleProcess } from './role-process.js';
import { provesItself } from './proof.js';
import { eventually, simulatedDelay } from '../support/eventually.js';

const TIMEOUT_MS = 600_000;
const HOUSEHOLDS = 120;
const ASKED_WITHOUT_KAFKA = 30;
const CYCLE = 'asd-2025-12';
const cluster = await startCluster('faults of the distributed size');

it('has the servers that it needs, or said what is left out', () => {
  expect('reason' in cluster ? cluster.reason : cluster.dir).toBeTruthy();
});

/**
 * A month of a programme while its processes and servers die, one after the other. Each test goes
 * on where the one before ended.
 */
if (!('reason' in cluster))
  describe('a month at the distributed size, while everything dies once', () => {
    const all = cluster as Cluster;
    const running = new Map<RoleName, RoleProcess>();
    let servers: Servers;
    let eligible = 0;
    const restart = async (role: RoleName): Promise<void> => {
      await running.get(role)?.kill();
      running.set(role, await all.start(role));
    };
    const who = (subject: string, role: Parameters<Cluster['caller']>[2]): Promise<Caller> =>
      all.caller(running.get('api')!, subject, role);

    beforeAll(async () => {
      await all.start('relay').then((relay) => running.set('relay', relay));
      for (const role of ['api', 'projector', 'automation'] as const)
        running.set(role, await all.start(role));
      // Two share the feed; the one that is killed is one of them.
      await all.start('projector');
      servers = await openServers(
        { dataDir: all.dir, rail: {} },
        {
          eventStoreUrl: all.env['EVENTSTORE_URL']!,
          kafka: { brokers: all.kafka.brokers },
          databaseUrl: all.postgres.url,
        },
      );
    }, TIMEOUT_MS);
    afterAll(async () => {
      await servers.close();
      await all.end();
    }, TIMEOUT_MS);

    /**
     * Asks until it is answered: 503 says that something is away, and a refused connection that the
     * api is.
     */
    async function insist(ask: (api: () => RoleProcess) => Promise<Reply>): Promise<Reply> {
      return eventually('an answer', async () => {
        const reply = await ask(() => running.get('api')!).catch(() => undefined);
        if (reply && reply.status < 500) return reply;
        if (reply && reply.status === 503)
          expect(reply.headers.get('retry-after')).toMatch(/^\d+$/);
        return undefined;
      });
    }
    /** As the errors of a server that is away, or slow to be reached, ask for. */
    const sentAgain = (what: string, work: () => Promise<unknown>): Promise<boolean> =>
      eventually(what, async () => {
        try {
          await work();
          return true;
        } catch (error) {
          if (error instanceof Error && /_AWAY\b/.test(error.message)) return false;
          throw error;
        }
      });
    const finished = (caller: () => Promise<Caller>, jobId: string): Promise<Json> =>
      eventually(`the end of ${jobId}`, async () => {
        const { body } = await insist(async () => (await caller()).get(`/jobs/${jobId}`));
        if (body.state === 'failed') throw new Error(`${jobId}: ${body.code} ${body.detail}`);
        return body.state === 'done' && body.result;
      });
    const finance = (): Promise<Caller> => who('farid', 'finance-officer');
    const progress = async (): Promise<Json> =>
      (await insist(async () => (await finance()).get(`/cycles/${CYCLE}`))).body.progress;
    const untilProgress = (what: (progress: Json) => boolean): Promise<boolean> =>
      eventually('the progress of the cycle', async () => {
        const now = await progress();
        return Boolean(now && what(now));
      });

    it(
      'households are enrolled though the automation and the log are killed',
      async () => {
        await sentAgain('the programme', () => openProgramme(servers));
        await sentAgain('the import', () =>
          importApplications(
            servers,
            { programmeId: 'asd', rows: households(HOUSEHOLDS, 3), determine: true },
            job(servers, 'intake'),
          ),
        );
        await sentAgain('recommendations', () =>
          decideApplications(
            servers,
            { programmeId: 'asd', action: 'recommend' },
            job(servers, 'officer'),
          ),
        );
        await sentAgain('approvals', () =>
          decideApplications(
            servers,
            { programmeId: 'asd', action: 'approve' },
            job(servers, 'supervisor'),
          ),
        );
        const applications = await servers.store.readCategory('application-', { limit: 1_000 });
        eligible = applications.filter(({ events }) =>
          events.some(({ type }) => type === 'ApplicationApproved'),
        ).length;
        expect(eligible).toBeGreaterThan(HOUSEHOLDS / 2);
        await restart('automation');
        await all.store.killAndRestart();
        await eventually('all enrolled', async () => {
          const found = await servers.store
            .readCategory('enrolment-asd-', { limit: 1_000 })
            .catch(() => []);
          return found.length === eligible;
        });
      },
      TIMEOUT_MS,
    );

    it(
      'a cycle is prepared, approved and released though the automation, the api and PostgreSQL are killed',
      async () => {
        const { jobId } = await expectStatus(
          202,
          insist(async () =>
            (await finance()).post(`/cycles/${CYCLE}/prepare`, {}, 'prepare-once'),
          ),
        );
        await restart('automation');
        const prepared = await finished(finance, jobId);
        expect(prepared.count).toBe(eligible);
        const approver = (): Promise<Caller> => who('kenza', 'finance-controller');
        await expectStatus(
          200,
          insist(async () =>
            (await approver()).post(
              `/cycles/${CYCLE}/approve`,
              { contentHash: prepared.contentHash },
              'approve-once',
            ),
          ),
        );
        await restart('api');
        if (all.postgres.own) {
          await all.postgres.own.kill();
          // A command that starts no job and touches no person goes on; what needs PostgreSQL says
          // so.
          const manager = await who('meryem', 'programme-manager');
          expect((await manager.post('/programmes/asd/account-hold', { days: 1 })).status).toBe(
            200,
          );
          // As it is, without waiting for what was written.
          const away = await manager.send('GET', '/programmes', undefined, {});
          expect([away.status, away.headers.get('retry-after')]).toEqual([
            503,
            expect.stringMatching(/^\d+$/),
          ]);
          await all.postgres.own.start();
        }
        const releaser = (): Promise<Caller> => who('rachid', 'finance-controller');
        const release = (): Promise<Reply> =>
          insist(async () =>
            (await releaser()).post(
              `/cycles/${CYCLE}/release`,
              { contentHash: prepared.contentHash, executionDate: '2025-12-28', anyDay: true },
              'release-once',
            ),
          );
        const { position } = await expectStatus(202, release());
        await restart('automation');
        expect((await expectStatus(202, release())).position).toBe(position);
        await untilProgress(({ byStatus }) => byStatus.instructed?.count === eligible);
      },
      TIMEOUT_MS,
    );

    it(
      'outcomes are taken in, shown and counted once though relay, projector and Kafka are killed',
      async () => {
        const { items } = (
          await insist(async () => (await finance()).get(`/payments?cycleId=${CYCLE}&limit=1000`))
        ).body;
        expect(items).toHaveLength(eligible);
        const outcomes = items.map((payment: Json, n: number) => ({
          paymentId: payment.paymentId,
          endToEndId: payment.endToEndId,
          ...(n % 10 === 0
            ? { outcome: 'rejected', reason: 'AC04' }
            : {
                outcome: 'settled',
                amount: payment.amount,
                currency: 'MAD',
                settledOn: '2025-12-29',
              }),
        }));
        for (let i = 0, part = 0; i < outcomes.length; i += 30, part += 1) {
          const send = (): Promise<Reply> =>
            insist(async () =>
              (await who('bank', 'payment-system')).post(
                '/payments/outcomes',
                { outcomes: outcomes.slice(i, i + 30) },
                `outcomes-${part}`,
              ),
            );
          await expectStatus(200, send());
          if (part === 0) await restart('relay');
          if (part === 1) await restart('projector');
          if (part === 2 && all.kafka.own) await all.kafka.own.kill();
          await expectStatus(200, send());
        }
        if (all.kafka.own) {
          // Longer than a session with the broker lasts: commands go on.
          for (let asked = 0; asked < ASKED_WITHOUT_KAFKA; asked += 1) {
            await simulatedDelay(2_000);
            const manager = await who('meryem', 'programme-manager');
            await expectStatus(
              200,
              insist(() => manager.post('/programmes/asd/account-hold', { days: 2 + asked })),
            );
          }
          await all.kafka.own.start();
        }
        const rejected = Math.ceil(eligible / 10);
        await untilProgress(
          ({ byStatus }) =>
            byStatus.settled?.count === eligible - rejected &&
            byStatus.rejected?.count === rejected,
        );
      },
      TIMEOUT_MS,
    );

    it(
      'in the end nothing is lost or doubled, and the read models are the fold of the log',
      () => provesItself(servers, all.postgres.url),
      TIMEOUT_MS,
    );
  });
