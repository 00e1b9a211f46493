import { execFile } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { livePosition } from '../../projections/engine/live-position.js';
import { openPostgresReadStore } from '../../src/adapters/read-store/postgres.js';
import type { ReadStore } from '../../src/adapters/read-store/port.js';
import { leasePosition } from '../../src/adapters/lease/postgres.js';
import type { RoleName } from '../../src/composition/config.js';
import { AUTOMATION_LEASE, openServers, type Servers } from '../../src/composition/servers.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { PROJECTIONS } from '../projections/stores.js';
import { localIssuer } from '../../src/adapters/signer/local-issuer.js';
import { Caller } from '../e2e/http-world.js';
import { eventually } from '../support/eventually.js';
import { as, households, openProgramme } from '../use-cases/world.js';
import { startCluster, type Cluster } from './cluster.js';
import { provesItself } from './proof.js';
import type { RoleProcess } from './role-process.js';

const TIMEOUT_MS = 600_000;
const ROLES = ['relay', 'projector', 'automation', 'api'] as const;
const cluster = await startCluster('a log that was restored');

it('has the servers that it needs, or said what is left out', () => {
  expect('reason' in cluster ? cluster.reason : cluster.dir).toBeTruthy();
});

/**
 * "Restoring" of docs/operations.md at the distributed size. Each test goes on where the one before
 * ended.
 */
if (!('reason' in cluster))
  describe('the log is restored from an older copy under the roles of the distributed size', () => {
    const all = cluster as Cluster;
    const log = join(all.dir, 'log.ndjson');
    const copy = join(all.dir, 'copy.ndjson');
    const running = new Map<RoleName, RoleProcess>();
    let servers: Servers;
    let reads: ReadStore;

    const startAll = async (): Promise<void> => {
      for (const role of ROLES) running.set(role, await all.start(role));
    };
    const stopAll = async (): Promise<void> => {
      await Promise.all([...running.values()].map((role) => role.stop()));
      running.clear();
    };
    /** So many have applied then: those before are known, and the log goes on with the others. */
    const imported = async (count: number): Promise<void> => {
      const before = await servers.store.lastPosition();
      await importApplications(
        servers,
        { programmeId: 'asd', rows: households(count, 1), determine: true },
        as(servers, 'intake', `import-${count}`),
      );
      expect(await servers.store.lastPosition()).toBeGreaterThan(before);
    };
    const ready = async (role: RoleName): Promise<readonly [number, string]> => {
      const reply = await fetch(`${running.get(role)!.url}/health/ready`);
      return [reply.status, await reply.text()];
    };
    /** All have taken what the log says, also those that keep no rows. */
    const caughtUp = async (): Promise<void> => {
      const last = await servers.store.lastPosition();
      await eventually('read models at the end', async () => {
        const position = await livePosition(reads, PROJECTIONS).catch(() => -1);
        return position >= last;
      });
      await eventually(
        'the automation at the end',
        async () => (await leasePosition(all.postgres.url, AUTOMATION_LEASE)) >= last,
      );
    };
    /** What a command and a query are answered. */
    const givenTo = async (url: string) => {
      const issuer = await localIssuer(join(all.dir, 'keys'));
      const caller = new Caller(url, await issuer.issue({ subject: 'f', role: 'finance-officer' }));
      const replies = [
        await caller.post('/cycles', { programmeId: 'asd', period: '2025-12' }),
        await caller.get('/cycles'),
      ];
      return replies.map(({ status, body }) => [status, body['code']]);
    };
    const allReady = (): Promise<unknown> =>
      eventually('every role ready', async () => {
        for (const role of ROLES) if ((await ready(role))[0] !== 200) return false;
        return true;
      });
    const sanad = (...args: readonly string[]): Promise<string> =>
      new Promise((resolve, reject) => {
        execFile(
          process.execPath,
          ['bin/sanad.mjs', ...args, '--data', all.dir, '--json'],
          { env: { ...process.env, ...all.env, SANAD_SIZE: 'distributed' } },
          (error, out, err) =>
            error ? reject(new Error(`${args.join(' ')}: ${err}`)) : resolve(out),
        );
      });

    beforeAll(async () => {
      servers = await openServers(
        { dataDir: all.dir, rail: {} },
        {
          eventStoreUrl: all.env['EVENTSTORE_URL']!,
          kafka: { brokers: all.kafka.brokers },
          databaseUrl: all.postgres.url,
        },
      );
      reads = await openPostgresReadStore(all.postgres.url);
      await openProgramme(servers);
      await startAll();
      await imported(10);
      await caughtUp();
      await allReady();
    }, TIMEOUT_MS);
    afterAll(async () => {
      await reads.close();
      await servers.close();
      await all.end();
    }, TIMEOUT_MS);

    it(
      'each role that follows it says so while it runs, and when it is started, and is not ready',
      async () => {
        copyFileSync(log, copy);
        await imported(20);
        await caughtUp();
        await all.store.kill();
        copyFileSync(copy, log);
        await all.store.restart();
        const named = {
          relay:
            /CHECKPOINT_NOT_IN_LOG: The checkpoint of the relay stands behind event .*sanad relay reset/,
          projector:
            /CHECKPOINT_NOT_IN_LOG: The checkpoint of the read models stands behind event .*sanad rebuild/,
          automation:
            /CHECKPOINT_NOT_IN_LOG: The checkpoint of the automation stands behind event .*sanad lease reset/,
          api: /CHECKPOINT_NOT_IN_LOG: The checkpoint of the read models stands behind event .*sanad rebuild/,
        };
        const refusing = async (): Promise<void> => {
          for (const role of ROLES) {
            let said: readonly [number, string] = [0, ''];
            await eventually(`${role} refuses, by name`, async () => {
              said = await ready(role);
              return said[0] === 503 && named[role].test(said[1]);
            }).catch((error: unknown) => {
              throw new Error(`${role} said ${said.join(' ')}`, { cause: error });
            });
          }
        };
        const answers = async (): Promise<void> => {
          const last = await servers.store.lastPosition();
          expect(await givenTo(running.get('api')!.url)).toEqual([
            [503, 'CHECKPOINT_NOT_IN_LOG'],
            [503, 'CHECKPOINT_NOT_IN_LOG'],
          ]);
          expect(await servers.store.lastPosition()).toBe(last);
        };
        await refusing();
        await answers();
        await stopAll();
        await startAll();
        await refusing();
        await answers();
      },
      TIMEOUT_MS,
    );

    it(
      'after the three commands all go on, and show what the restored log says',
      async () => {
        await stopAll();
        for (const command of [['relay', 'reset'], ['lease', 'reset'], ['rebuild']])
          await sanad(...command);
        await startAll();
        await imported(30);
        await caughtUp();
        await allReady();
        await provesItself(servers, all.postgres.url);
      },
      TIMEOUT_MS,
    );

    it(
      'a second process of a role stands by, is ready, and says so',
      async () => {
        for (const role of ['relay', 'automation'] as const) {
          const second = await all.start(role);
          // It begins, and comes to ask for its turn.
          const followers = await eventually(`${role} stands by`, async () => {
            const reply = await fetch(`${second.url}/health/ready`);
            const body = (await reply.json()) as {
              details?: { followers: { standingBy: readonly string[] } };
            };
            const told = body.details?.followers;
            return reply.ok && told?.standingBy.length === 1 && told;
          });
          expect(followers).toMatchObject({ standingBy: [role], lags: {} });
          const first = JSON.parse((await ready(role))[1]) as {
            details: { followers: { lags: Record<string, number> } };
          };
          expect(first.details.followers).toMatchObject({ standingBy: [] });
          expect(first.details.followers.lags[role]).toBeGreaterThanOrEqual(0);
          await second.stop();
        }
      },
      TIMEOUT_MS,
    );
  });
