import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import pg from 'pg';
import {
  JOB_KEEPS_STOPPING,
  MAX_TRIES,
  type ClaimedJob,
  type JobQueue,
} from '../../src/adapters/job-queue/port.js';
import {
  openPostgresJobQueue,
  type PostgresJobQueueOptions,
} from '../../src/adapters/job-queue/postgres/job-queue.js';
import { startPostgres } from '../support/postgres.js';
import { eventually } from '../support/eventually.js';
import { aborted } from '../support/aborted.js';
import { requireHere } from '../support/servers-here.js';

const postgres = await startPostgres('the queue of jobs');
afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

interface Work {
  readonly of: string;
}
const never = new AbortController().signal;
/** Longer than any test: a lease ends here only where the test says so (`leaseOver`). */
const LEASE_MS = 3_600_000;

it('has the server that it needs, or said what is left out', () => {
  requireHere(postgres);
});

if (postgres.running)
  describe('the queue of jobs in PostgreSQL', () => {
    const { url } = postgres;
    const queues: JobQueue<Work>[] = [];
    const children: ChildProcess[] = [];
    let schema: string;
    const open = async (options: PostgresJobQueueOptions = {}): Promise<JobQueue<Work>> => {
      queues.push(
        await openPostgresJobQueue<Work>(url, {
          schema,
          leaseMs: LEASE_MS,
          renewEveryMs: 20,
          askEveryMs: 20,
          ...options,
        }),
      );
      return queues.at(-1)!;
    };
    const claimed = async (queue: JobQueue<Work>, worker = 'w'): Promise<ClaimedJob<Work>> =>
      (await queue.claim(worker, never))!;
    /** What one look at the queue gives; `claim` alone would wait for more. */
    const claimedAtOnce = async (queue: JobQueue<Work>): Promise<ClaimedJob<Work> | undefined> => {
      const stop = new AbortController();
      const claiming = queue.claim('looks once', stop.signal);
      stop.abort();
      return claiming;
    };
    const update = async (change: string, values: readonly unknown[] = []): Promise<void> => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(`update ${schema}.sanad_job set ${change}`, [...values]);
      await client.end();
    };
    /** As if the time had passed for which a job is in hands or waits for another try. */
    const leaseOver = (): Promise<void> =>
      update("lease_until = clock_timestamp() - interval '1 second'");
    /** The server's clock, and when the job may be claimed, in milliseconds. */
    const times = async (jobId: string): Promise<[now: number, claimable: number]> => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query<{ now: string; claimable: string }>(
        `select extract(epoch from clock_timestamp()) * 1000 as now, extract(epoch from lease_until) * 1000 as claimable from ${schema}.sanad_job where job_id = $1`,
        [jobId],
      );
      await client.end();
      return [Number(rows[0]!.now), Number(rows[0]!.claimable)];
    };
    const renewed = async (jobId: string): Promise<void> => {
      const [, before] = await times(jobId);
      await eventually('a longer lease', async () => (await times(jobId))[1] > before);
    };
    beforeEach(async () => {
      schema = await postgres.newSchema();
    });
    afterEach(async () => {
      for (const child of children.splice(0)) child.kill('SIGKILL');
      for (const queue of queues.splice(0)) await queue.close();
    });

    it('hands a job that one process submits to another, and shows every process how it goes', async () => {
      const api = await open();
      const other = await open();
      const worker = await open();
      expect(await api.state('prepare-x')).toBeUndefined();
      await api.submit('prepare-x', { of: 'x' });
      expect(await other.state('prepare-x')).toEqual({ state: 'waiting' });
      const job = await claimed(worker);
      expect([job.jobId, job.work]).toEqual(['prepare-x', { of: 'x' }]);
      job.tell({ what: 'households', done: 7n });
      let seen = await other.state('prepare-x');
      while (seen?.progress === undefined) seen = await other.state('prepare-x');
      expect(seen).toEqual({ state: 'running', progress: { what: 'households', done: '7' } });
      expect(
        await job.finish({ state: 'done', result: { totalMinor: 12_345_678_901_234_567_890n } }),
      ).toBe(true);
      expect(await api.state('prepare-x')).toMatchObject({
        state: 'done',
        result: { totalMinor: '12345678901234567890' },
      });
      await other.submit('prepare-y', { of: 'y' });
      expect(await api.newest(2)).toMatchObject([
        { jobId: 'prepare-y', work: { of: 'y' }, state: 'waiting' },
        { jobId: 'prepare-x', work: { of: 'x' }, state: 'done' },
      ]);
      expect(await api.newest(1)).toHaveLength(1);
    });

    it('takes a job that is submitted again as the same until it ended, and then runs it anew', async () => {
      const queue = await open();
      await Promise.all(Array.from({ length: 8 }, () => queue.submit('j', { of: 'first' })));
      const job = await claimed(queue);
      await queue.submit('j', { of: 'second' });
      expect(await claimedAtOnce(queue)).toBeUndefined();
      await job.finish({ state: 'failed', code: 'NOPE', detail: 'It could not be.' });
      expect(await queue.state('j')).toEqual({
        state: 'failed',
        code: 'NOPE',
        detail: 'It could not be.',
      });
      await queue.submit('j', { of: 'third' });
      expect(await queue.state('j')).toEqual({ state: 'waiting' });
      expect((await claimed(queue)).work).toEqual({ of: 'third' });
    });

    it('runs a job once for a command, however often it is submitted, and again for another', async () => {
      const queue = await open();
      await Promise.all(
        Array.from({ length: 4 }, () => queue.submit('j', { of: 'one' }, 'command-1')),
      );
      await (await claimed(queue)).finish({ state: 'done', result: 1 });
      await queue.submit('j', { of: 'one' }, 'command-1');
      expect(await queue.state('j')).toMatchObject({ state: 'done' });
      await queue.submit('j', { of: 'two' }, 'command-2');
      expect((await claimed(queue)).work).toEqual({ of: 'two' });
    });

    it('starts again what a command started and failed, with the work that it had', async () => {
      const queue = await open();
      const failed = { state: 'failed', code: 'X', detail: 'Send it again.' } as const;
      await queue.submit('j', { of: 'one' }, 'command-1');
      await (await claimed(queue)).finish(failed);
      await queue.submit('other', { of: 'other' }, 'command-2');
      await (await claimed(queue)).finish(failed);
      await Promise.all(['one', 'another'].map((of) => queue.submit('j', { of }, 'command-1')));
      expect(await queue.state('j')).toEqual({ state: 'waiting' });
      expect(await queue.state('other')).toMatchObject({ state: 'failed' });
      const again = await claimed(queue);
      expect(again.work).toEqual({ of: 'one' });
      await again.finish({ state: 'done', result: 1 });
      await queue.submit('j', { of: 'one' }, 'command-1');
      await queue.submit('j', { of: 'one' }, 'command-2');
      expect(await queue.state('j')).toMatchObject({ state: 'done' });
    });

    it('gives each job to one of many workers that claim at once, the first submitted first', async () => {
      const workers = await Promise.all(Array.from({ length: 4 }, () => open()));
      const ids = Array.from({ length: 40 }, (_, i) => `job-${String(99 - i)}`);
      for (const id of ids) await workers[0]!.submit(id, { of: id });
      const taken: string[][] = await Promise.all(
        workers.map(async (queue) => {
          const mine: string[] = [];
          for (let i = 0; i < 10; i += 1) {
            const job = await claimed(queue);
            mine.push(job.jobId);
            await job.finish({ state: 'done', result: null });
          }
          return mine;
        }),
      );
      expect(taken.flat().sort()).toEqual([...ids].sort());
      for (const mine of taken) expect(mine).toEqual(ids.filter((id) => mine.includes(id)));
    });

    it('waits for a job, and stops waiting when it is told to', async () => {
      const queue = await open();
      const waiting = claimed(queue);
      await queue.submit('late', { of: 'l' });
      expect((await waiting).jobId).toBe('late');
      const stop = new AbortController();
      const idle = queue.claim('w', stop.signal);
      stop.abort();
      expect(await idle).toBeUndefined();
    });

    it('keeps a job with a worker that lives, however long it takes', async () => {
      const queue = await open();
      await queue.submit('long', { of: 'l' });
      const job = await claimed(queue);
      await renewed('long');
      await renewed('long');
      expect(await claimedAtOnce(queue)).toBeUndefined();
      expect(job.lost.aborted).toBe(false);
      expect(await job.finish({ state: 'done', result: 1 })).toBe(true);
    });

    it('gives the job of a worker that was killed to the next, within the lease', async () => {
      const queue = await open();
      await queue.submit('j', { of: 'x' });
      const child = spawn(
        process.execPath,
        [new URL('./job-worker.js', import.meta.url).pathname, url, schema, String(LEASE_MS)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      children.push(child);
      for await (const line of createInterface(child.stdout)) {
        expect(line).toBe('j');
        break;
      }
      await renewed('j');
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(await claimedAtOnce(queue)).toBeUndefined();
      const [now, claimable] = await times('j');
      expect(claimable).toBeLessThanOrEqual(now + LEASE_MS);
      await leaseOver();
      const again = await claimed(queue);
      expect(again.jobId).toBe('j');
      expect(await again.finish({ state: 'done', result: null })).toBe(true);
    });

    it('tells a worker that lost its job, whose end then does not count', async () => {
      const slow = await open();
      const quick = await open({ leaseMs: 400 });
      await quick.submit('j', { of: 'x' });
      const lost = await claimed(quick, 'loses');
      // As if the process had stood still: another may take the job once the server thinks the
      // lease is over.
      await quick.close();
      const taken = await claimed(slow, 'takes over');
      await aborted(lost.lost);
      await expect(lost.finish({ state: 'done', result: 'of the lost one' })).rejects.toMatchObject(
        { code: 'JOB_QUEUE_AWAY' },
      );
      expect(await taken.finish({ state: 'done', result: 'of the other' })).toBe(true);
      expect(await slow.state('j')).toMatchObject({ state: 'done', result: 'of the other' });
    });

    it('counts nothing of a worker after whom another took the job, though its own connection is well', async () => {
      const queue = await open();
      await queue.submit('j', { of: 'x' });
      const first = await claimed(queue);
      await update('attempt = attempt + 1');
      await aborted(first.lost);
      expect(await first.finish({ state: 'done', result: 'too late' })).toBe(false);
      expect(await queue.state('j')).toEqual({ state: 'running' });
    });

    it('puts back what a worker releases, at once and as often as it likes', async () => {
      const queue = await open();
      await queue.submit('j', { of: 'x' });
      for (let i = 0; i < MAX_TRIES + 3; i += 1) await (await claimed(queue)).release();
      expect(await queue.state('j')).toEqual({ state: 'waiting' });
    });

    it('tries a job again after a pause that doubles, and fails it with its reason in the end', async () => {
      const queue = await open({ firstPauseMs: 10_000 });
      await queue.submit('j', { of: 'x' });
      for (const pauseMs of [10_000, 20_000, 40_000]) {
        const job = await claimed(queue);
        const [before] = await times('j');
        await job.retry({ code: 'STORE_FAILED', detail: 'It was away.' });
        const [after, again] = await times('j');
        expect(await queue.state('j')).toMatchObject({ state: 'waiting', code: 'STORE_FAILED' });
        expect(again).toBeGreaterThanOrEqual(before + pauseMs);
        expect(again).toBeLessThanOrEqual(after + pauseMs);
        expect(await claimedAtOnce(queue)).toBeUndefined();
        await leaseOver();
        await (await claimed(queue)).release();
      }
      const job = await claimed(queue);
      await update('tries = $1', [MAX_TRIES]);
      await job.retry({ code: 'STORE_FAILED', detail: 'It was still away.' });
      expect(await queue.state('j')).toEqual({
        state: 'failed',
        code: 'STORE_FAILED',
        detail: 'It was still away.',
      });
    });

    it('leaves nobody waiting for a clock that was ahead for a while, neither for a try nor for a lease', async () => {
      const ahead = "lease_until = '2099-01-01T00:00:00Z'";
      const queue = await open();
      await queue.submit('j', { of: 'x' });
      await (await claimed(queue)).retry({ code: 'CLOCK_AHEAD_OF_LOG', detail: 'It was.' });
      await update(ahead);
      const again = await claimedAtOnce(queue);
      expect(again?.jobId).toBe('j');
      const dead = await open({ renewEveryMs: 2 ** 30 });
      await again!.release();
      await claimed(dead);
      await update(ahead);
      expect((await claimedAtOnce(queue))?.jobId).toBe('j');
    });

    it('takes no job from who lives because the clock was set back a little', async () => {
      const queue = await open();
      const lives = await open({ renewEveryMs: 2 ** 30 });
      await queue.submit('j', { of: 'x' });
      await claimed(lives);
      await update("lease_until = lease_until + interval '5 seconds'");
      expect(await claimedAtOnce(queue)).toBeUndefined();
    });

    it('gives up a job whose workers keep dying, and says so', async () => {
      const queue = await open();
      await queue.submit('j', { of: 'x' });
      for (let died = 0; died < MAX_TRIES; died += 1) {
        const worker = await open();
        await claimed(worker);
        await worker.close();
        await leaseOver();
      }
      const stop = new AbortController();
      const idle = queue.claim('w', stop.signal);
      await eventually('failed', async () => (await queue.state('j'))?.state === 'failed');
      stop.abort();
      expect(await idle).toBeUndefined();
      expect(await queue.state('j')).toMatchObject({ state: 'failed', code: JOB_KEEPS_STOPPING });
    });

    it('remembers the jobs that ended last, and none that has not ended', async () => {
      const queue = await open({ remembered: 3 });
      for (const id of ['a', 'b', 'c', 'd', 'e', 'waits']) await queue.submit(id, { of: id });
      for (let i = 0; i < 5; i += 1)
        await (await claimed(queue)).finish({ state: 'done', result: i });
      const states = await Promise.all(
        ['a', 'b', 'c', 'd', 'e', 'waits'].map(async (id) => (await queue.state(id))?.state),
      );
      expect(states).toEqual([undefined, undefined, 'done', 'done', 'done', 'waiting']);
    });

    it('lists what has not gone well, has it tried again or gives it up, and keeps to a table of its own', async () => {
      const jobs = await open();
      const queue = await open({ table: 'sanad_other', forgetsDone: true, maxTries: 2 });
      for (const id of ['done', 'refused', 'waits']) await queue.submit(id, { of: id });
      await (await claimed(queue)).finish({ state: 'done', result: null });
      await (await claimed(queue)).finish({ state: 'failed', code: 'NO', detail: 'Not now.' });
      expect(await queue.state('done')).toBeUndefined();
      const refused = { jobId: 'refused', state: 'failed', work: { of: 'refused' }, tries: 1 };
      expect(await queue.open(10)).toEqual([
        { ...refused, code: 'NO', detail: 'Not now.' },
        { jobId: 'waits', state: 'waiting', work: { of: 'waits' }, tries: 0 },
      ]);
      expect(await queue.counts()).toEqual({ waiting: 1, failed: 1 });
      expect([await jobs.counts(), await jobs.open(10)]).toEqual([{ waiting: 0, failed: 0 }, []]);
      expect([await queue.again('waits'), await queue.again()]).toEqual([0, 1]);
      const job = await claimed(queue);
      expect(await job.retry({ code: 'AWAY', detail: 'Away.' })).toBe(false);
      expect(await queue.forget()).toBe(0);
      await (await claimed(queue)).finish({ state: 'failed', code: 'NO', detail: 'Never.' });
      expect(await queue.forget('refused')).toBe(0);
      expect(await queue.forget()).toBe(1);
    });

    it('says that the server is away', async () => {
      await expect(openPostgresJobQueue('postgresql://127.0.0.1:1/none')).rejects.toMatchObject({
        code: 'JOB_QUEUE_AWAY',
        kind: 'unavailable',
      });
    });
  });
