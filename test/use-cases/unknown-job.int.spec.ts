import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openSqliteJobQueue } from '../../src/adapters/job-queue/sqlite/job-queue.js';
import { JobRunner } from '../../src/use-cases/jobs/job-runner.js';
import { QueuedJobs, workOff, type QueuedJob } from '../../src/use-cases/jobs/queued-jobs.js';
import { jobIdOf, type Job } from '../../src/write-side/jobs.js';
import { eventually } from '../support/eventually.js';
import { job, newWorld, type World } from './world.js';

let world: World;
beforeAll(async () => {
  world = await newWorld();
});
afterAll(() => world.end());

test('a job of a kind that only a newer version knows fails by itself, and the next one is done', async () => {
  const queue = openSqliteJobQueue<QueuedJob>(world.dir, { firstPauseMs: 1, maxTries: 2 });
  const stop = new AbortController();
  const jobs = new QueuedJobs(queue);
  const by = job(world.engine, 'finance');
  const newer = JSON.parse('{"kind":"of-a-newer-version"}') as Job;
  await queue.submit(jobIdOf(newer), { job: newer, by });
  const matching = await jobs.start({ kind: 'match' }, by);
  const working = workOff(queue, new JobRunner(world.engine, () => undefined), 'w', stop.signal);
  try {
    await Promise.race([
      working,
      eventually('both ended', async () => {
        const states = await Promise.all([jobs.job(jobIdOf(newer)), jobs.job(matching)]);
        return states.every((status) => status?.state !== 'running');
      }),
    ]);
    expect(await jobs.job(jobIdOf(newer))).toMatchObject({ state: 'failed' });
    expect(await jobs.job(matching)).toMatchObject({ state: 'done' });
  } finally {
    stop.abort();
    await working.catch(() => undefined);
    await queue.close();
  }
});
