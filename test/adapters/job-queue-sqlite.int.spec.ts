import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import {
  JOB_KEEPS_STOPPING,
  MAX_TRIES,
  type ClaimedJob,
  type JobQueue,
} from '../../src/adapters/job-queue/port.js';
import { CALLBACK_QUEUE } from '../../src/adapters/payment-rail/govstack/callbacks.js';
import { openSqliteJobQueue } from '../../src/adapters/job-queue/sqlite/job-queue.js';
import { QueuedJobs, workOff, type QueuedJob } from '../../src/use-cases/jobs/queued-jobs.js';
import { jobIdOf, type Job, type JobFor, type JobKind } from '../../src/write-side/jobs.js';
import {
  keepsWhatIsAskedForMeanwhile,
  startsAgainWhatFailed,
  type Work,
} from './job-queue-contract.js';
import { uuid } from '../deciders/given.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const never = new AbortController().signal;
const cycleId = 'asd-2026-01';
const JOBS: { readonly [K in JobKind]: Job } = {
  prepare: { kind: 'prepare', programmeId: 'asd', period: '2026-01' },
  correct: {
    kind: 'correct',
    programmeId: 'asd',
    fromPeriod: '2026-01',
    basis: 'first-paid',
    reason: 'law',
  },
  'plan-recoveries': {
    kind: 'plan-recoveries',
    programmeId: 'asd',
    commandId: uuid(1),
    sharePercent: 20,
    floorMinor: '0',
    reason: 'debt',
  },
  check: { kind: 'check', cycleId, commandId: uuid(1) },
  message: { kind: 'message', sha256: 'a'.repeat(64) },
  match: { kind: 'match' },
  'retry-set-aside': { kind: 'retry-set-aside', commandId: uuid(1) },
  reconcile: { kind: 'reconcile', cycleId, commandId: uuid(1) },
  reinstruct: { kind: 'reinstruct', cycleId, commandId: uuid(1), executionDate: '2026-02-01' },
};
const BY: JobFor = {
  actor: { id: 'farid', role: 'finance-officer' },
  correlationId: 'c-1',
  commandId: uuid(1),
};

describe('the jobs of a data folder', () => {
  let dir: string;
  const queues: JobQueue<QueuedJob>[] = [];
  const others: JobQueue<Work>[] = [];
  /** As a process that starts after the one before it was killed. */
  const nextProcess = (): JobQueue<QueuedJob> => {
    queues.push(openSqliteJobQueue<QueuedJob>(dir, { takeBack: true, firstPauseMs: 1 }));
    return queues.at(-1)!;
  };
  const claimed = async (queue: JobQueue<QueuedJob>): Promise<ClaimedJob<QueuedJob>> =>
    (await queue.claim('w', never))!;
  /** The next to be claimed is one that is submitted now. */
  const nothingWaits = async (queue: JobQueue<QueuedJob>): Promise<void> => {
    await queue.submit('last', { job: JOBS.match, by: BY });
    const job = await claimed(queue);
    expect(job.jobId).toBe('last');
    await job.finish({ state: 'done', result: null });
  };
  beforeEach(() => {
    dir = temporaryFolder('jobs');
  });
  afterEach(async () => {
    for (const queue of [...queues.splice(0), ...others.splice(0)]) await queue.close();
  });

  it('are started again by the command that started them where they failed, as they were', async () => {
    const queue = nextProcess();
    const jobs = new QueuedJobs(queue);
    const jobId = await jobs.start(JOBS.reinstruct, BY);
    const { work } = await claimed(queue);
    expect(await jobs.start(JOBS.reinstruct, { ...BY, correlationId: 'c-2' })).toBe(jobId);
    await queue.close();
    queues.pop();
    const next = nextProcess();
    const failed = { state: 'failed', code: 'X', detail: 'Send it again.' } as const;
    await (await claimed(next)).finish(failed);
    await new QueuedJobs(next).start(JOBS.match, { ...BY, commandId: uuid(2) });
    await (await claimed(next)).finish(failed);
    await new QueuedJobs(next).start(JOBS.reinstruct, { ...BY, correlationId: 'c-2' });
    expect(await new QueuedJobs(next).job(jobId)).toEqual({ jobId, state: 'running' });
    const again = await claimed(next);
    expect([again.jobId, again.work]).toEqual([jobId, work]);
    await again.finish({ state: 'done', result: null });
    await new QueuedJobs(next).start(JOBS.reinstruct, BY);
    await nothingWaits(next);
  });

  it.each(Object.values(JOBS))(
    'are resumed when their process was killed, and started once a command: $kind',
    async (job) => {
      const jobId = await new QueuedJobs(nextProcess()).start(job, BY);
      expect(jobId).toBe(jobIdOf(job));
      const killed = await claimed(queues[0]!);
      killed.tell({ what: 'households', done: 1 });
      const queue = nextProcess();
      const jobs = new QueuedJobs(queue);
      expect(await jobs.job(jobId)).toEqual({ jobId, state: 'running' });
      const resumed = await claimed(queue);
      expect(resumed.work).toEqual({
        job,
        by: { actor: BY.actor, correlationId: `${BY.correlationId} 00000000` },
      });
      await jobs.start(job, BY);
      await resumed.finish({ state: 'done', result: { count: 3n } });
      await jobs.start(job, BY);
      await nothingWaits(nextProcess());
      expect(await jobs.job(jobId)).toEqual({ jobId, state: 'done', result: { count: '3' } });
      const listed = { state: 'done', askedBy: 'farid' };
      expect(await jobs.newest(2)).toEqual([
        { jobId: 'last', kind: 'match', ...listed },
        { jobId, kind: job.kind, ...listed },
      ]);
      await jobs.start(job, { ...BY, commandId: uuid(2) });
      expect((await claimed(queue)).jobId).toBe(jobId);
    },
  );

  it('are each done where corrections of other months or persons wait for their turn', async () => {
    const queue = nextProcess();
    const jobs = new QueuedJobs(queue);
    const more = [{ fromPeriod: '2026-02' }, { basis: 'legal-effect' }, { personId: uuid(7) }];
    const asked = [JOBS.correct, ...more.map((other) => ({ ...JOBS.correct, ...other }) as Job)];
    const ids: string[] = [];
    for (const [n, job] of asked.entries())
      ids.push(await jobs.start(job, { ...BY, commandId: uuid(n) }));
    expect(new Set(ids).size).toBe(asked.length);
    for (const [n, job] of asked.entries()) {
      const { jobId, work } = await claimed(queue);
      expect({ jobId, job: work.job }).toEqual({ jobId: ids[n], job });
    }
  });

  it('record each under a correlation id of its own, whatever their caller calls all of them', async () => {
    const queue = nextProcess();
    const jobs = new QueuedJobs(queue);
    for (const commandId of ['aaaaaaaa', 'bbbbbbbb'])
      await jobs.start({ ...JOBS.reinstruct, commandId } as Job, {
        ...BY,
        commandId,
        correlationId: 'session-1',
      });
    const ids = [await claimed(queue), await claimed(queue)].map(
      ({ work }) => work.by.correlationId,
    );
    expect(ids).toEqual(['session-1 aaaaaaaa', 'session-1 bbbbbbbb']);
  });

  it('go back when their process stops, fail when refused, and are tried again for want of something', async () => {
    const queue = nextProcess();
    const jobs = new QueuedJobs(queue);
    const stop = new AbortController();
    const ends = [
      { state: 'failed', code: 'VAULT_AWAY', detail: 'It was away.', fault: true },
      { state: 'failed', code: 'CYCLE_STATUS', detail: 'It is closed.', fault: false },
      { state: 'interrupted' },
    ] as const;
    let turn = 0;
    await jobs.start(JOBS.prepare, BY);
    await workOff(
      queue,
      {
        run: async () => {
          const end = ends[turn]!;
          turn += 1;
          if (turn === 2) await jobs.start(JOBS.match, { ...BY, commandId: uuid(3) });
          if (end.state === 'interrupted') stop.abort();
          return end;
        },
      },
      'w',
      stop.signal,
    );
    expect(await jobs.job(jobIdOf(JOBS.prepare))).toMatchObject({
      state: 'failed',
      code: 'CYCLE_STATUS',
    });
    expect(await jobs.job('match')).toMatchObject({ state: 'running' });
    expect(await jobs.job('reconcile-asd-2026-01-00000000')).toBeUndefined();
    expect((await claimed(nextProcess())).jobId).toBe('match');
  });

  const working = (patience: object): Promise<JobQueue<Work>> => {
    others.push(openSqliteJobQueue<Work>(dir, { ...patience, longestPauseMs: 1 }));
    return Promise.resolve(others.at(-1)!);
  };
  keepsWhatIsAskedForMeanwhile(working);
  startsAgainWhatFailed(working);

  /** Fails the job once, as if the clock were years ahead meanwhile. */
  const failedAhead = async (queue: JobQueue<QueuedJob>, file: string): Promise<void> => {
    await queue.submit('match', { job: JOBS.match, by: BY });
    await (await claimed(queue)).retry({ code: 'CLOCK_AHEAD_OF_LOG', detail: 'It was.' });
    const db = new Database(join(dir, file));
    db.prepare('update job set not_before = ?').run(Date.UTC(2099, 0));
    db.close();
  };
  const claimedAtOnce = async (queue: JobQueue<QueuedJob>): Promise<string | undefined> => {
    const stop = new AbortController();
    const claiming = queue.claim('looks once', stop.signal);
    stop.abort();
    return (await claiming)?.jobId;
  };

  it.each([{ file: 'jobs.db' }, { file: CALLBACK_QUEUE.file, ...CALLBACK_QUEUE.patience }])(
    'are tried again once the clock is mended that was ahead: $file',
    async (options) => {
      const queue = openSqliteJobQueue<QueuedJob>(dir, options);
      queues.push(queue);
      await failedAhead(queue, options.file);
      expect(await claimedAtOnce(queue)).toBe('match');
    },
  );

  it('wait for their next try, and not where their process is started anew', async () => {
    const patient = openSqliteJobQueue<QueuedJob>(dir, {
      firstPauseMs: 3_600_000,
      longestPauseMs: 3_600_000,
    });
    queues.push(patient);
    await patient.submit('match', { job: JOBS.match, by: BY });
    await (await claimed(patient)).retry({ code: 'VAULT_AWAY', detail: 'It was away.' });
    expect(await claimedAtOnce(patient)).toBeUndefined();
    queues.push(openSqliteJobQueue<QueuedJob>(dir, { takeBack: true, longestPauseMs: 3_600_000 }));
    expect(await claimedAtOnce(queues.at(-1)!)).toBe('match');
  });

  it('are given up when they end their process each time', async () => {
    const jobId = await new QueuedJobs(nextProcess()).start(JOBS.match, BY);
    for (let i = 0; i < MAX_TRIES; i += 1) await claimed(nextProcess());
    await nothingWaits(nextProcess());
    expect(await queues.at(-1)!.state(jobId)).toMatchObject({
      state: 'failed',
      code: JOB_KEEPS_STOPPING,
    });
  });

  it('go on from the file of an earlier version', async () => {
    const db = new Database(join(dir, 'jobs.db'));
    db.exec(`
      create table job (
        job_id text primary key, work text not null, state text not null, submitted integer not null, tries integer not null default 0,
        not_before integer not null default 0, progress text, result text, code text, detail text
      ) strict;
      create table job_command (command_id text primary key, job_id text not null) strict;
      insert into job (job_id, work, state, submitted, code, detail) values ('failed', '{"of":"failed"}', 'failed', 1, 'X', 'Send it again.');
      insert into job (job_id, work, state, submitted, tries) values ('runs', '{"of":"runs"}', 'running', 2, 1);
      insert into job_command values ('command-1', 'failed');
    `);
    db.close();
    const queue = openSqliteJobQueue<Work>(dir, { takeBack: true });
    others.push(queue);
    await queue.submit('failed', { of: 'not again' }, 'command-1');
    await queue.submit('runs', { of: 'next' }, 'command-2');
    const worked: Work[] = [];
    for (let i = 0; i < 3; i += 1) {
      const job = (await queue.claim('w', never))!;
      worked.push(job.work);
      await job.finish({ state: 'done', result: null });
    }
    expect(worked).toEqual([{ of: 'failed' }, { of: 'runs' }, { of: 'next' }]);
  });

  it('are in files that only their owner reads', async () => {
    await nextProcess().submit('match', { job: JOBS.match, by: BY });
    for (const file of ['jobs.db', 'jobs.db-wal', 'jobs.db-shm'])
      expect(statSync(join(dir, file)).mode & 0o077).toBe(0);
  });
});
