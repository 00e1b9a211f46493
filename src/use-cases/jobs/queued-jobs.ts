import type { ClaimedJob, JobQueue, QueuedState } from '../../adapters/job-queue/port.js';
import type { Progress } from '../../write-side/context.js';
import type { JobRunner } from './job-runner.js';
import {
  jobIdOf,
  type Job,
  type JobFor,
  type Jobs,
  type JobStatus,
  type ListedJob,
} from '../../write-side/jobs.js';

/** What lies in the queue: the job, and who asked for it. */
export interface QueuedJob {
  readonly job: Job;
  readonly by: JobFor;
}

/** Jobs that another thread or process runs. Its end here: every one sees the same states. */
export class QueuedJobs implements Jobs {
  constructor(private readonly queue: JobQueue<QueuedJob>) {}

  /** Durable when it resolves. @throws DomainError JOB_QUEUE_AWAY */
  async start(job: Job, by: JobFor): Promise<string> {
    const jobId = jobIdOf(job);
    const { actor, commandId } = by;
    const work = { job, by: { actor, correlationId: correlationOf(by) } };
    await this.queue.submit(jobId, work, commandId);
    return jobId;
  }

  async job(jobId: string): Promise<JobStatus | undefined> {
    const found = await this.queue.state(jobId);
    return found && statusOf(jobId, found);
  }

  newest(limit: number): Promise<readonly ListedJob[]> {
    return newestJobs(this.queue, limit);
  }
}

/**
 * A caller may give all requests of a session one correlation id, and a job that is run again knows
 * by it what it has done. No caller's id has a space in it.
 */
const correlationOf = ({ correlationId, commandId }: JobFor): string =>
  commandId === undefined ? correlationId : `${correlationId} ${commandId.slice(0, 8)}`;

/** What lies in the queue, or is remembered of it, the newest first. */
export async function newestJobs(
  queue: Pick<JobQueue<QueuedJob>, 'newest'>,
  limit: number,
): Promise<readonly ListedJob[]> {
  return (await queue.newest(limit)).map(({ jobId, work: { job, by }, ...found }) => {
    const { result: _, ...status } = statusOf(jobId, found);
    return { ...status, kind: job.kind, askedBy: by.actor.id };
  });
}

/**
 * A job that waits for its worker is shown as running: whoever asked for it has nothing more to do.
 */
function statusOf(
  jobId: string,
  { state, progress, result, code, detail }: QueuedState,
): JobStatus {
  return {
    jobId,
    state: state === 'waiting' ? 'running' : state,
    ...(progress === undefined || state !== 'running' ? {} : { progress: progress as Progress }),
    ...(result === undefined ? {} : { result }),
    ...(state !== 'failed' || code === undefined ? {} : { code }),
    ...(state !== 'failed' || detail === undefined ? {} : { detail }),
  };
}

/**
 * Works the queue off, one job at a time, until the signal aborts; what was under way then goes
 * back to the queue. Rejects when the queue is away; started again, it goes on.
 */
export async function workOff(
  queue: JobQueue<QueuedJob>,
  runner: Pick<JobRunner, 'run'>,
  worker: string,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const claimed = await queue.claim(worker, signal);
    if (!claimed) return;
    await workOn(claimed, runner, signal);
  }
}

async function workOn(
  claimed: ClaimedJob<QueuedJob>,
  runner: Pick<JobRunner, 'run'>,
  signal: AbortSignal,
): Promise<void> {
  const { job, by } = claimed.work;
  const end = await runner.run(
    job,
    by,
    (progress) => claimed.tell(progress),
    AbortSignal.any([signal, claimed.lost]),
  );
  switch (end.state) {
    case 'done':
      await claimed.finish({ state: 'done', result: end.result });
      return;
    case 'failed':
      await (end.fault
        ? claimed.retry(end)
        : claimed.finish({ state: 'failed', code: end.code, detail: end.detail }));
      return;
    // Lost jobs are in other hands, and release changes nothing about those.
    case 'interrupted':
      await claimed.release();
  }
}
