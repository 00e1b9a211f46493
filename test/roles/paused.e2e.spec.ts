import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { LINKS } from '../../projections/engine/live.js';
import { livePosition } from '../../projections/engine/live-position.js';
import { openPostgresReadStore } from '../../src/adapters/read-store/postgres.js';
import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { openServers, type Servers } from '../../src/composition/servers.js';
import type { RoleName } from '../../src/composition/config.js';
import { PROJECTIONS } from '../projections/stores.js';
import { households, job, openProgramme } from '../use-cases/world.js';
import { expectStatus } from '../e2e/http-world.js';
import { eventually } from '../support/eventually.js';
import { startCluster, type Cluster } from './cluster.js';
import { provesItself } from './proof.js';
import type { RoleProcess } from './role-process.js';

const TIMEOUT_MS = 600_000;
const HOUSEHOLDS = 40;
const cluster = await startCluster('a paused process of each role');

it('has the servers that it needs, or said what is left out', () => {
  expect('reason' in cluster ? cluster.reason : cluster.dir).toBeTruthy();
});

/**
 * A process that is stopped is worse than one that is killed: its connections stay, and with them
 * its locks, its leases and its partitions.
 */
if (!('reason' in cluster))
  describe('a process of each role is stopped for a while, and comes back', () => {
    const all = cluster as Cluster;
    const first = new Map<RoleName, RoleProcess>();
    let servers: Servers;
    let reads: ReadStore;

    beforeAll(async () => {
      for (const role of ['relay', 'api', 'projector', 'automation'] as const)
        first.set(role, await all.start(role));
      servers = await openServers(
        { dataDir: all.dir, rail: {} },
        {
          eventStoreUrl: all.env['EVENTSTORE_URL']!,
          kafka: { brokers: all.kafka.brokers },
          databaseUrl: all.postgres.url,
        },
      );
      reads = await openPostgresReadStore(all.postgres.url);
    }, TIMEOUT_MS);
    afterAll(async () => {
      await reads.close();
      await servers.close();
      await all.end();
    }, TIMEOUT_MS);

    /** Stops the projector in the middle of a transaction, with a part of the feed in its hands. */
    async function pauseInTransaction(projector: RoleProcess): Promise<void> {
      const waits = async (): Promise<boolean> => {
        const { rows } = await sql<{ n: string }>`
          select count(*) as n from pg_stat_activity where wait_event_type = 'Lock'`.execute(
          reads.db,
        );
        return Number(rows[0]!.n) > 0;
      };
      await reads.db.transaction().execute(async (trx) => {
        // Among the last that a batch writes.
        await sql`lock table ${sql.table(LINKS)} in exclusive mode`.execute(trx);
        await importApplications(
          servers,
          { programmeId: 'asd', rows: households(HOUSEHOLDS, 3), determine: true },
          job(servers, 'intake'),
        );
        await eventually('the projector in its transaction', waits);
        projector.pause();
      });
    }

    it(
      'others take over what it held, and it goes on beside them',
      async () => {
        await openProgramme(servers);
        await pauseInTransaction(first.get('projector')!);
        for (const role of ['relay', 'automation'] as const) first.get(role)!.pause();
        for (const role of ['relay', 'projector', 'automation'] as const) await all.start(role);
        for (const [action, by] of [
          ['recommend', 'officer'],
          ['approve', 'supervisor'],
        ] as const)
          await decideApplications(servers, { programmeId: 'asd', action }, job(servers, by));
        const applications = await servers.store.readCategory('application-', { limit: 1_000 });
        const approved = applications.filter(({ events }) =>
          events.some(({ type }) => type === 'ApplicationApproved'),
        ).length;
        expect(approved).toBeGreaterThan(HOUSEHOLDS / 2);
        await eventually('all enrolled', async () => {
          const found = await servers.store.readCategory('enrolment-asd-', { limit: 1_000 });
          return found.length === approved;
        });
        const last = await servers.store.lastPosition();
        await eventually(
          'the read models at the end of the log, though the first holder is stopped',
          async () => (await livePosition(reads, PROJECTIONS)) >= last,
        );
        for (const paused of ['relay', 'projector', 'automation'] as const)
          first.get(paused)!.resume();
        const manager = await all.caller(first.get('api')!, 'meryem', 'programme-manager');
        for (let days = 1; days <= 5; days += 1)
          await expectStatus(200, manager.post('/programmes/asd/account-hold', { days }));
        await provesItself(servers, all.postgres.url);
      },
      TIMEOUT_MS,
    );
  });
