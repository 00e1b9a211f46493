import type { OnProgress } from '../../write-side/context.js';
import { DomainError } from '../../kernel/errors.js';
import { jobIdOf, type FromBackground, type Job, type JobFor } from '../../write-side/jobs.js';
import { unwritable } from '../../write-side/unwritable.js';
import { runJob, type JobDeps } from './all.js';

const PROGRESS_EVERY_MS = 200;

/**
 * How a job ended. A fault is a failure for want of something, not a refusal: tried again, it may
 * go well.
 */
export type JobEnd =
  | { readonly state: 'done'; readonly result: unknown }
  | {
      readonly state: 'failed';
      readonly code: string;
      readonly detail: string;
      readonly fault: boolean;
    }
  | { readonly state: 'interrupted' };

/** Runs jobs to their end. */
export class JobRunner {
  constructor(
    private readonly deps: JobDeps,
    private readonly tell: (message: FromBackground) => void,
  ) {}

  /**
   * Runs one job to its end, or until the signal aborts. Tells its progress a few times a second;
   * never rejects.
   */
  async run(job: Job, by: JobFor, onProgress: OnProgress, signal: AbortSignal): Promise<JobEnd> {
    let toldMs = 0;
    const atTimes: OnProgress = (progress) => {
      if (performance.now() - toldMs < PROGRESS_EVERY_MS) return;
      toldMs = performance.now();
      onProgress(progress);
    };
    try {
      signal.throwIfAborted();
      return { state: 'done', result: await runJob(this.deps, job, by, atTimes, signal) };
    } catch (thrown) {
      if (signal.aborted) return { state: 'interrupted' };
      const error = unwritable(thrown) ?? thrown;
      if (error instanceof DomainError)
        return {
          state: 'failed',
          code: error.code,
          detail: error.detail,
          fault: error.kind === 'unavailable',
        };
      const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
      this.tell({
        kind: 'trouble',
        what: jobIdOf(job),
        detail: String(message ?? error).split('\n', 1)[0]!,
      });
      return {
        state: 'failed',
        code: typeof code === 'string' ? code : 'INTERNAL_ERROR',
        detail: 'The work stopped; send the request again to go on.',
        fault: true,
      };
    }
  }
}
