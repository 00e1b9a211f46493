import { expect, it } from '@jest/globals';
import { MAX_TRIES, type ClaimedJob, type JobQueue } from '../../src/adapters/job-queue/port.js';

export interface Work {
  readonly of: string;
}
const never = new AbortController().signal;
const FAILED = { state: 'failed', code: 'CYCLE_STATUS', detail: 'It was sent back.' } as const;
const DONE = { state: 'done', result: 1 } as const;

const claimed = async (queue: JobQueue<Work>): Promise<ClaimedJob<Work>> =>
  (await queue.claim('w', never))!;
/** The next to be claimed is one that is submitted now. */
const nothingWaits = async (queue: JobQueue<Work>): Promise<void> => {
  await queue.submit('last', { of: 'last' });
  const job = await claimed(queue);
  expect(job.jobId).toBe('last');
  await job.finish(DONE);
};

/** What each store of jobs does of a job that is asked for while it waits or runs. */
export function keepsWhatIsAskedForMeanwhile(
  open: (options: { readonly firstPauseMs: number }) => Promise<JobQueue<Work>>,
): void {
  const opened = (): Promise<JobQueue<Work>> => open({ firstPauseMs: 1 });

  it('runs after it what other commands ask of a job that runs, each with its own work, in order', async () => {
    const queue = await opened();
    await queue.submit('j', { of: 'a' }, 'command-a');
    const first = await claimed(queue);
    await queue.submit('j', { of: 'b' }, 'command-b');
    await queue.submit('j', { of: 'b again' }, 'command-b');
    await queue.submit('j', { of: 'c' }, 'command-c');
    await queue.submit('j', { of: 'of the log' });
    await queue.submit('other', { of: 'other' }, 'command-d');
    expect(await queue.state('j')).toEqual({ state: 'running' });
    expect(await first.finish(FAILED)).toBe(true);
    expect(await queue.state('j')).toEqual({ state: 'waiting' });
    expect(await queue.counts()).toEqual({ waiting: 2, failed: 0 });
    const other = await claimed(queue);
    expect(other.jobId).toBe('other');
    await other.finish(DONE);
    const second = await claimed(queue);
    expect([second.jobId, second.work]).toEqual(['j', { of: 'b' }]);
    await second.finish(DONE);
    const third = await claimed(queue);
    expect(third.work).toEqual({ of: 'c' });
    await third.finish(DONE);
    expect(await queue.state('j')).toMatchObject(DONE);
    await queue.submit('j', { of: 'b' }, 'command-b');
    await nothingWaits(queue);
  });

  it('runs after it what another command asks of a job that waits', async () => {
    const queue = await opened();
    await queue.submit('j', { of: 'a' }, 'command-a');
    await queue.submit('j', { of: 'b' }, 'command-b');
    for (const of of ['a', 'b']) {
      const job = await claimed(queue);
      expect(job.work).toEqual({ of });
      await job.finish(DONE);
    }
    await nothingWaits(queue);
  });
}

/** What each does of one that failed while another was asked for. */
export function startsAgainWhatFailed(
  open: (options: { readonly firstPauseMs: number }) => Promise<JobQueue<Work>>,
): void {
  const opened = (): Promise<JobQueue<Work>> => open({ firstPauseMs: 1 });

  it('starts again for a command what that one failed, and never the work of another', async () => {
    const queue = await opened();
    await queue.submit('j', { of: 'a' }, 'command-a');
    const first = await claimed(queue);
    await queue.submit('j', { of: 'b' }, 'command-b');
    await first.finish(FAILED);
    await (await claimed(queue)).finish(FAILED);
    await queue.submit('j', { of: 'b, sent again' }, 'command-b');
    const again = await claimed(queue);
    expect(again.work).toEqual({ of: 'b' });
    await again.finish(FAILED);
    await queue.submit('j', { of: 'a' }, 'command-a');
    const anew = await claimed(queue);
    expect(anew.work).toEqual({ of: 'a' });
    await anew.finish(DONE);
    await queue.submit('j', { of: 'a' }, 'command-a');
    await nothingWaits(queue);
  });

  it('runs what waits behind one whose last try failed, or that was lost or put back', async () => {
    const queue = await opened();
    await queue.submit('j', { of: 'a' }, 'command-a');
    const first = await claimed(queue);
    await queue.submit('j', { of: 'b' }, 'command-b');
    await first.release();
    for (let left = MAX_TRIES; left > 0; left -= 1) {
      const job = await claimed(queue);
      expect(job.work).toEqual({ of: 'a' });
      expect(await job.retry({ code: 'AWAY', detail: 'Away.' })).toBe(left === 1);
    }
    const next = await claimed(queue);
    expect(next.work).toEqual({ of: 'b' });
    await next.finish(DONE);
    await nothingWaits(queue);
  });
}
