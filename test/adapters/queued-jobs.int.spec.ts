import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { JobQueue } from '../../src/adapters/job-queue/port.js';
import { openPostgresJobQueue } from '../../src/adapters/job-queue/postgres/job-queue.js';
import { JobRunner, type JobEnd } from '../../src/use-cases/jobs/job-runner.js';
import type { FromBackground, Job, JobFor, JobStatus } from '../../src/write-side/jobs.js';
import { QueuedJobs, workOff, type QueuedJob } from '../../src/use-cases/jobs/queued-jobs.js';
import { newWorld } from '../use-cases/world.js';
import { startPostgres } from '../support/postgres.js';
import { eventually } from '../support/eventually.js';
import { requireHere } from '../support/servers-here.js';

const postgres = await startPostgres('jobs that another process runs');
afterAll(async () => {
  if (postgres.running) await postgres.stop();
});

const JOB: Job = { kind: 'prepare', programmeId: 'nowhere', period: '2026-03' };
const BY: JobFor = { actor: { id: 'farid', role: 'finance-officer' }, correlationId: 'c-1' };

it('has the server that it needs, or said what is left out', () => {
  requireHere(postgres);
});

if (postgres.running)
  describe('jobs that another process runs', () => {
    const { url } = postgres;
    const stops: AbortController[] = [];
    const working: Promise<void>[] = [];
    const queues: JobQueue<QueuedJob>[] = [];
    let schema: string;
    const open = async (): Promise<JobQueue<QueuedJob>> => {
      queues.push(
        await openPostgresJobQueue<QueuedJob>(url, { schema, askEveryMs: 20, firstPauseMs: 20 }),
      );
      return queues.at(-1)!;
    };
    const work = async (runner: Pick<JobRunner, 'run'>): Promise<AbortController> => {
      stops.push(new AbortController());
      working.push(workOff(await open(), runner, 'automation', stops.at(-1)!.signal));
      return stops.at(-1)!;
    };
    const when = (
      jobs: QueuedJobs,
      jobId: string,
      is: (status: JobStatus) => boolean,
    ): Promise<JobStatus> =>
      eventually(jobId, async () => {
        const status = await jobs.job(jobId);
        return status && is(status) ? status : undefined;
      });
    beforeEach(async () => {
      schema = await postgres.newSchema();
    });
    afterEach(async () => {
      for (const stop of stops.splice(0)) stop.abort();
      await Promise.all(working.splice(0));
      for (const queue of queues.splice(0)) await queue.close();
    });

    it('shows a job as running from the moment that it is handed over, and in every process what it came to', async () => {
      const api = new QueuedJobs(await open());
      const other = new QueuedJobs(await open());
      expect(await api.job('prepare-nowhere-2026-03')).toBeUndefined();
      const jobId = await api.start(JOB, BY);
      expect(await other.job(jobId)).toEqual({
        jobId: 'prepare-nowhere-2026-03',
        state: 'running',
      });
      const asked: [Job, JobFor][] = [];
      await work({
        run: async (job, by) => {
          asked.push([job, by]);
          return { state: 'done', result: { payments: 3 } };
        },
      });
      expect(await when(other, jobId, ({ state }) => state !== 'running')).toEqual({
        jobId,
        state: 'done',
        result: { payments: 3 },
      });
      expect(asked).toEqual([[JOB, BY]]);
    });

    it('fails a refused job at once, with the code of the refusal', async () => {
      const world = await newWorld();
      const told: FromBackground[] = [];
      const api = new QueuedJobs(await open());
      const stop = await work(new JobRunner(world.engine, (message) => told.push(message)));
      const jobId = await api.start(JOB, BY);
      expect(await when(api, jobId, ({ state }) => state !== 'running')).toMatchObject({
        state: 'failed',
        code: 'PROGRAMME_NOT_FOUND',
      });
      expect(told).toEqual([]);
      stop.abort();
      await world.end();
    });

    it('tries again what failed for want of something', async () => {
      const api = new QueuedJobs(await open());
      const ends: JobEnd[] = [
        { state: 'failed', code: 'STORE_FAILED', detail: 'It was away.', fault: true },
        { state: 'failed', code: 'VAULT_AWAY', detail: 'It was away.', fault: true },
      ];
      await work({ run: async () => ends.shift() ?? { state: 'done', result: 'at last' } });
      expect(
        await when(api, await api.start(JOB, BY), ({ state }) => state === 'done'),
      ).toMatchObject({ result: 'at last' });
      expect(ends).toEqual([]);
    });

    it('leaves what was under way, when it is stopped, to the next worker', async () => {
      const api = new QueuedJobs(await open());
      const jobId = await api.start(JOB, BY);
      const first = await work({
        run: async (_job, _by, onProgress, signal) => {
          onProgress({ what: 'households', done: 1 });
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve, { once: true });
          });
          return { state: 'interrupted' };
        },
      });
      await when(api, jobId, ({ progress }) => progress?.done === 1);
      first.abort();
      await Promise.all(working.splice(0));
      expect(await api.job(jobId)).toEqual({ jobId, state: 'running' });
      await work({ run: async () => ({ state: 'done', result: 'by the next' }) });
      expect(await when(api, jobId, ({ state }) => state === 'done')).toMatchObject({
        result: 'by the next',
      });
    });
  });
