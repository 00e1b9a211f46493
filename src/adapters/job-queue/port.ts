/** How far a job of the queue is. Progress, result and reason are what its worker said. */
export interface QueuedState {
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  readonly progress?: unknown;
  readonly result?: unknown;
  readonly code?: string;
  readonly detail?: string;
}

export type Finish =
  | { readonly state: 'done'; readonly result: unknown }
  | { readonly state: 'failed'; readonly code: string; readonly detail: string };

/** A job in the hands of one worker, for as long as that shows that it lives. */
export interface ClaimedJob<Work> {
  readonly jobId: string;
  readonly work: Work;
  /**
   * Aborts when the job may be in other hands: the lease ended unrenewed, or another took it over.
   */
  readonly lost: AbortSignal;
  /** Shown with the next sign of life; only the last one counts. */
  tell(progress: unknown): void;
  /** Whether it counted: false once the job was lost. */
  finish(how: Finish): Promise<boolean>;
  /** Puts it back for the next worker, who runs it again at once. */
  release(): Promise<void>;
  /**
   * Puts it back for later, after a pause that doubles with each try; the last of MAX_TRIES fails
   * it with this reason.
   */
  retry(why: { readonly code: string; readonly detail: string }): Promise<void>;
}

/**
 * Jobs that one process asks for and another runs. A job runs at least once: a worker that dies in
 * the middle is replaced when its lease has ended, so running it again must end it. Errors:
 * DomainError JOB_QUEUE_AWAY or JOB_QUEUE_FAILED.
 */
export interface JobQueue<Work> {
  /**
   * Durable when it resolves. One that waits or runs already goes on as it is; one that has ended
   * is run again, unless it is for the command that it was submitted for before.
   * @param commandId starts a job at most once, however long ago
   */
  submit(jobId: string, work: Work, commandId?: string): Promise<void>;
  state(jobId: string): Promise<QueuedState | undefined>;
  /**
   * The job that was submitted first and is in nobody's hands; waits for one. Nothing once the
   * signal aborts.
   */
  claim(worker: string, signal: AbortSignal): Promise<ClaimedJob<Work> | undefined>;
  close(): Promise<void>;
}

/**
 * A job that failed for want of something, or whose worker died, so often is not tried again by
 * itself: some minutes.
 */
export const MAX_TRIES = 10;
/** The code of a job whose workers died. */
export const JOB_KEEPS_STOPPING = 'JOB_KEEPS_STOPPING';
