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

/**
 * A job that has not gone well (yet): what it is to do, how often it was tried, and why it failed
 * last.
 */
export interface OpenJob<Work> {
  readonly jobId: string;
  readonly state: 'waiting' | 'running' | 'failed';
  readonly work: Work;
  readonly tries: number;
  readonly code?: string;
  readonly detail?: string;
}

/** A job that is remembered, with what it is to do. */
export interface ListedJob<Work> extends QueuedState {
  readonly jobId: string;
  readonly work: Work;
}

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
   * Puts it back for later, after a pause that doubles with each try; the last try fails it with
   * this reason. Whether it failed.
   */
  retry(why: { readonly code: string; readonly detail: string }): Promise<boolean>;
}

/**
 * Jobs that one process asks for and another runs. A job runs at least once: a worker that dies in
 * the middle is replaced when its lease has ended, so running it again must end it. Errors:
 * DomainError JOB_QUEUE_AWAY or JOB_QUEUE_FAILED.
 */
export interface JobQueue<Work> {
  /**
   * Durable when it resolves. One that has ended is run again. One that waits or runs already goes
   * on as it is, and is run once more after that for each other command, with the work of that
   * command.
   * @param commandId starts a job once, however long ago; only one that failed it starts again,
   * with the work that it had, or anew where another command's run came after it
   */
  submit(jobId: string, work: Work, commandId?: string): Promise<void>;
  /** Of its last run; it waits for as long as a command's run waits behind the one that ended. */
  state(jobId: string): Promise<QueuedState | undefined>;
  /**
   * The job that was submitted first and is in nobody's hands; waits for one. Nothing once the
   * signal aborts.
   */
  claim(worker: string, signal: AbortSignal): Promise<ClaimedJob<Work> | undefined>;
  /** Whatever is remembered, the last submitted first. */
  newest(limit: number): Promise<readonly ListedJob<Work>[]>;
  /** What is not done, the first submitted first. */
  open(limit: number): Promise<readonly OpenJob<Work>[]>;
  counts(): Promise<{ readonly waiting: number; readonly failed: number }>;
  /** Has those that failed tried again, or one of them; how many. */
  again(jobId?: string): Promise<number>;
  /** Gives those up for good that failed, or one of them; how many. */
  forget(jobId?: string): Promise<number>;
  close(): Promise<void>;
}

/** How often, and for how long, a queue has its jobs tried. */
export interface QueuePatience {
  /** The pause before the second try; default 1 s. It doubles from try to try. */
  readonly firstPauseMs?: number;
  /** Default a minute. */
  readonly longestPauseMs?: number;
  /** Default MAX_TRIES. */
  readonly maxTries?: number;
  /** How often one that waits for a job asks. */
  readonly askEveryMs?: number;
  /** What is done leaves no trace, where nobody asks how it went. */
  readonly forgetsDone?: boolean;
}

/**
 * A job that failed for want of something, or whose worker died, so often is not tried again by
 * itself: some minutes.
 */
export const MAX_TRIES = 10;
/** The code of a job whose workers died. */
export const JOB_KEEPS_STOPPING = 'JOB_KEEPS_STOPPING';
