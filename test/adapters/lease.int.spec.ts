import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { postgresLease } from '../../src/adapters/lease/postgres.js';
import type { Lease, LeaseHold } from '../../src/adapters/lease/port.js';
import { ProcessManagerRunner } from '../../src/process-managers/runner.js';
import { withLease } from '../../src/runtime/supervision/with-lease.js';
import { ArrayLog } from '../support/array-log.js';
import { startProxy } from '../support/proxy.js';
import { historyOf } from '../support/history.js';
import { eventually } from '../support/eventually.js';
import { startPostgres } from '../support/postgres.js';
import { aborted } from '../support/aborted.js';
import { requireHere } from '../support/servers-here.js';

const postgres = await startPostgres('the lease');
afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

const never = new AbortController().signal;

it('has the server that it needs, or said what is left out', () => {
  requireHere(postgres);
});

if (postgres.running)
  describe('the lease in PostgreSQL', () => {
    const { url } = postgres;
    const holds: LeaseHold[] = [];
    const children: ChildProcess[] = [];
    let schema: string;
    const lease = (name = 'automation', at = url): Lease => postgresLease(at, name, { schema });
    const held = async (from: Lease): Promise<LeaseHold> => {
      holds.push((await from.hold(never))!);
      return holds.at(-1)!;
    };
    /** A holder asked for more after the lock. */
    const askedInVain = async (): Promise<boolean> => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query(
        "select 1 from pg_stat_activity where application_name = 'sanad-automation' and state = 'idle' and query like 'select pg_try_advisory_lock%'",
      );
      await client.end();
      return rows.length > 0;
    };
    const cutOff = async (): Promise<void> => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sanad-automation'",
      );
      await client.end();
    };
    beforeEach(async () => {
      schema = await postgres.newSchema();
    });
    afterEach(async () => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
      for (const hold of holds.splice(0)) await hold.release();
    });

    it('is held by one of many at a time, and handed on with the checkpoint', async () => {
      const first = await held(lease());
      expect(await first.load()).toBe(-1);
      await first.save(41);
      let second: LeaseHold | undefined;
      const waiting = held(lease()).then((hold) => {
        second = hold;
      });
      const other = await held(lease('another'));
      expect(await other.load()).toBe(-1);
      await first.save(42);
      expect(second).toBeUndefined();
      await first.release();
      await waiting;
      expect(await second?.load()).toBe(42);
      await expect(first.save(7)).rejects.toThrow();
      expect(await second?.load()).toBe(42);
    });

    it('is not waited for once the signal aborts', async () => {
      await held(lease());
      const stop = new AbortController();
      const waiting = lease().hold(stop.signal);
      await eventually('one that asked in vain', askedInVain);
      stop.abort();
      expect(await waiting).toBeUndefined();
    });

    it('is lost when the server ends the session, and nothing can be saved then', async () => {
      const hold = await held(lease());
      await cutOff();
      await aborted(hold.lost);
      await expect(hold.save(1)).rejects.toThrow();
      expect(await (await held(lease())).load()).toBe(-1);
    });

    it('passes from a process that was killed to the one that waits', async () => {
      const child = spawn(
        process.execPath,
        [new URL('./lease-holder.js', import.meta.url).pathname, url, schema],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      children.push(child);
      for await (const line of createInterface(child.stdout)) if (line === 'held') break;
      const waiting = held(lease());
      child.kill('SIGKILL');
      expect(await (await waiting).load()).toBe(5);
    });

    it('passes from one that is cut off without either end seeing it, who knows before the other has it', async () => {
      const line = await startProxy(() => Number(new URL(url).port));
      const through = new URL(url);
      through.host = `127.0.0.1:${line.port}`;
      const hold = await held(lease('automation', through.href));
      const order: string[] = [];
      const lost = aborted(hold.lost).then(() => {
        order.push('lost');
      });
      const waiting = held(lease()).then(() => {
        order.push('taken over');
      });
      line.set('silent');
      await Promise.all([lost, waiting]);
      expect(order).toEqual(['lost', 'taken over']);
      await expect(hold.save(9)).rejects.toThrow();
      await line.stop();
    });

    it('lets one of two automations act, and the other go on behind it', async () => {
      const events = historyOf({ households: 20 });
      const log = new ArrayLog(events, true);
      const acted: number[][] = [[], []];
      const stops = [new AbortController(), new AbortController()];
      const runs = stops.map((stop, i) =>
        withLease(
          lease(),
          async (hold, signal) => {
            const runner = new ProcessManagerRunner(
              { store: log },
              [
                {
                  name: 'all',
                  handles: [...new Set(events.map(({ type }) => type))],
                  handle: async (page) => {
                    acted[i]!.push(...page.map(({ position }) => position));
                  },
                },
              ],
              hold,
              { pageSize: 10 },
            );
            await runner.run(signal);
          },
          stop.signal,
        ),
      );
      const all = events.map(({ position }) => position);
      while (acted.flat().length < all.length) await new Promise(setImmediate);
      const active = acted.findIndex((positions) => positions.length > 0);
      expect(acted[1 - active]).toEqual([]);
      stops[active]!.abort();
      await runs[active];
      const more = events
        .slice(0, 25)
        .map((event, i) => ({ ...event, position: all.at(-1)! + 1 + i }));
      log.push(...more);
      while (acted[1 - active]!.at(-1) !== more.at(-1)!.position) await new Promise(setImmediate);
      expect(acted[active]).toEqual(all);
      // The last page may be acted on again: it was stopped between acting and saving.
      expect(acted[1 - active]!.slice(-more.length)).toEqual(more.map(({ position }) => position));
      expect(acted[1 - active]!.length).toBeLessThanOrEqual(more.length + 10);
      stops[1 - active]!.abort();
      await runs[1 - active];
    });

    it('says that it was lost, so that its work is started again', async () => {
      const begun = Promise.withResolvers<void>();
      const working = withLease(
        lease(),
        async (_hold, signal) => {
          begun.resolve();
          await aborted(signal);
        },
        never,
      );
      const failed = expect(working).rejects.toThrow('lost');
      await begun.promise;
      await cutOff();
      await failed;
    });
  });
