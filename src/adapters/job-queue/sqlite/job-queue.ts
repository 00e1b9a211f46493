import Database from 'better-sqlite3';
import { privateDatabase } from '../../data-folder/port.js';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { pauseAfter } from '../../../kernel/concurrency/backoff.js';
import { pause } from '../../../kernel/concurrency/pause.js';
import { DomainError } from '../../../kernel/errors.js';
import { json } from '../json.js';
import {
  ADD_COMMAND,
  AGAIN,
  BEGIN_NEXT,
  BEGUN,
  CLAIM,
  COUNTS,
  FINISH,
  FORGET,
  FORGET_DONE,
  FORGET_FAILED,
  GIVE_WAY,
  HAS_COMMAND,
  HAS_NEXT,
  NEWEST,
  OPEN,
  RELEASE,
  RESTART,
  RETRY,
  STARTED,
  STATE,
  SUBMIT,
  SUBMIT_NEXT,
  TABLES,
  TAKE_BACK,
  TELL,
} from './statements.js';
import {
  JOB_KEEPS_STOPPING,
  MAX_TRIES,
  type ClaimedJob,
  type Finish,
  type JobQueue,
  type ListedJob,
  type OpenJob,
  type QueuedState,
  type QueuePatience,
} from '../port.js';

const FILE = 'jobs.db';
const TELL_EVERY_MS = 500;
const PATIENCE: Required<QueuePatience> = {
  firstPauseMs: 1_000,
  longestPauseMs: 60_000,
  maxTries: MAX_TRIES,
  askEveryMs: 50,
  forgetsDone: false,
};
/** Jobs that have ended and are remembered. */
const REMEMBERED = 10_000;

interface ClaimedRow {
  readonly job_id: string;
  readonly work: string;
  readonly tries: number;
}
interface StateRow {
  readonly state: QueuedState['state'];
  readonly progress: string | null;
  readonly result: string | null;
  readonly code: string | null;
  readonly detail: string | null;
}

type ListedRow = StateRow & Pick<ClaimedRow, 'job_id' | 'work'>;

const stateOf = ({ state, progress, result, code, detail }: StateRow): QueuedState => ({
  state,
  ...(progress === null ? {} : { progress: JSON.parse(progress) as unknown }),
  ...(result === null ? {} : { result: JSON.parse(result) as unknown }),
  ...(code === null ? {} : { code }),
  ...(detail === null ? {} : { detail }),
});

interface OpenRow {
  readonly job_id: string;
  readonly state: OpenJob<never>['state'];
  readonly work: string;
  readonly tries: number;
  readonly code: string | null;
  readonly detail: string | null;
}

export interface SqliteJobQueueOptions extends QueuePatience {
  /** The file's name in the folder. Default jobs.db. */
  readonly file?: string;
  /**
   * Jobs that run are given back first: this process holds the folder, so whoever ran them is gone.
   * Those that wait for another try get it at once.
   */
  readonly takeBack?: boolean;
}

/**
 * Jobs in a file of the folder, for the threads of the one process that holds the folder: one
 * submits, one works. `Work` is JSON. @throws DomainError JOB_QUEUE_FAILED
 */
export const openSqliteJobQueue = <Work extends object>(
  dir: string,
  options: SqliteJobQueueOptions = {},
): JobQueue<Work> =>
  tried(() => new SqliteJobQueue<Work>(join(dir, options.file ?? FILE), options));

class SqliteJobQueue<Work extends object> implements JobQueue<Work> {
  readonly #db: Database.Database;
  readonly #patience: Required<QueuePatience>;

  constructor(file: string, { takeBack = false, ...patience }: SqliteJobQueueOptions) {
    this.#patience = { ...PATIENCE, ...patience };
    this.#db = new Database(privateDatabase(file), { timeout: 5_000 });
    chmodSync(file, 0o600);
    this.#db.pragma('journal_mode = wal');
    this.#db.pragma('synchronous = full');
    if (this.#patience.forgetsDone) this.#db.pragma('secure_delete = on');
    this.#db.exec(TABLES);
    this.#db
      .transaction(() => {
        if (!this.#db.prepare(HAS_COMMAND).get()) this.#db.exec(ADD_COMMAND);
      })
      .immediate();
    if (takeBack) this.#db.exec(TAKE_BACK);
  }

  async submit(jobId: string, work: Work, commandId?: string): Promise<void> {
    tried(() =>
      this.#db
        .transaction(() => {
          const isNew =
            commandId === undefined ||
            this.#db.prepare(STARTED).run(commandId, jobId).changes === 1;
          if (!isNew) return void this.#db.prepare(RESTART).run({ jobId, commandId });
          this.#db.prepare(GIVE_WAY).run(jobId);
          const asked = { jobId, commandId: commandId ?? null, work: JSON.stringify(work) };
          const { changes } = this.#db.prepare(SUBMIT).run(asked);
          if (changes === 0 && commandId !== undefined) this.#db.prepare(SUBMIT_NEXT).run(asked);
        })
        .immediate(),
    );
  }

  async state(jobId: string): Promise<QueuedState | undefined> {
    const row = tried(() => this.#db.prepare<[string], StateRow>(STATE).get(jobId));
    return row && stateOf(row);
  }

  async newest(limit: number): Promise<readonly ListedJob<Work>[]> {
    const rows = tried(() => this.#db.prepare<[number], ListedRow>(NEWEST).all(limit));
    return rows.map((row) => ({
      jobId: row.job_id,
      work: JSON.parse(row.work) as Work,
      ...stateOf(row),
    }));
  }

  async claim(_worker: string, signal: AbortSignal): Promise<ClaimedJob<Work> | undefined> {
    while (!signal.aborted) {
      // `all` and not `get`: that ends the statement before its commit, and hides what fails there.
      const times = { now: Date.now(), longest: this.#patience.longestPauseMs };
      const [row] = tried(() => this.#db.prepare<[typeof times], ClaimedRow>(CLAIM).all(times));
      if (row && row.tries <= this.#patience.maxTries)
        return new Held<Work>(this.#db, row, this.#patience);
      if (row) this.#giveUp(row);
      else await pause(this.#patience.askEveryMs, signal);
    }
    return undefined;
  }

  async open(limit: number): Promise<readonly OpenJob<Work>[]> {
    const rows = tried(() => this.#db.prepare<[number], OpenRow>(OPEN).all(limit));
    return rows.map(({ job_id: jobId, state, work, tries, code, detail }) => ({
      jobId,
      state,
      work: JSON.parse(work) as Work,
      tries,
      ...(code === null ? {} : { code }),
      ...(detail === null ? {} : { detail }),
    }));
  }

  async counts(): Promise<{ readonly waiting: number; readonly failed: number }> {
    type Counts = { readonly waiting: number; readonly failed: number };
    return tried(() => this.#db.prepare<[], Counts>(COUNTS).get()!);
  }

  async again(jobId?: string): Promise<number> {
    return tried(() => this.#db.prepare(AGAIN).run({ jobId: jobId ?? null }).changes);
  }

  async forget(jobId?: string): Promise<number> {
    return tried(() => this.#db.prepare(FORGET_FAILED).run({ jobId: jobId ?? null }).changes);
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #giveUp({ job_id: jobId }: ClaimedRow): void {
    const detail = `Its worker stopped ${this.#patience.maxTries} times; send the request again when it is known why.`;
    tried(() =>
      this.#db
        .transaction(() => {
          this.#db.prepare(FINISH).run('failed', null, JOB_KEEPS_STOPPING, detail, jobId);
          beginNext(this.#db, jobId);
        })
        .immediate(),
    );
  }
}

/** Has the run begin that waits behind one that has ended. */
function beginNext(db: Database.Database, jobId: string): void {
  if (!db.prepare(HAS_NEXT).get(jobId)) return;
  db.prepare(GIVE_WAY).run(jobId);
  db.prepare(BEGIN_NEXT).run({ jobId });
  db.prepare(BEGUN).run();
}

class Held<Work> implements ClaimedJob<Work> {
  readonly jobId: string;
  readonly work: Work;
  /** Nobody else works on the folder's jobs. */
  readonly lost = new AbortController().signal;
  readonly #tries: number;
  #toldMs = -Infinity;

  constructor(
    private readonly db: Database.Database,
    { job_id, work, tries }: ClaimedRow,
    private readonly patience: Required<QueuePatience>,
  ) {
    this.jobId = job_id;
    this.work = JSON.parse(work) as Work;
    this.#tries = tries;
  }

  tell(progress: unknown): void {
    if (performance.now() - this.#toldMs < TELL_EVERY_MS) return;
    this.#toldMs = performance.now();
    tried(() => this.db.prepare(TELL).run(json(progress), this.jobId));
  }

  async finish(how: Finish): Promise<boolean> {
    const ended =
      how.state === 'done' ? [json(how.result), null, null] : [null, how.code, how.detail];
    return tried(() =>
      this.db
        .transaction(() => {
          const { changes } = this.db.prepare(FINISH).run(how.state, ...ended, this.jobId);
          if (changes === 1) beginNext(this.db, this.jobId);
          if (this.patience.forgetsDone) this.db.prepare(FORGET_DONE).run(this.jobId);
          this.db.prepare(FORGET).run(REMEMBERED);
          return changes === 1;
        })
        .immediate(),
    );
  }

  async release(): Promise<void> {
    tried(() => this.db.prepare(RELEASE).run(this.jobId));
  }

  async retry({
    code,
    detail,
  }: {
    readonly code: string;
    readonly detail: string;
  }): Promise<boolean> {
    const { firstPauseMs, longestPauseMs, maxTries } = this.patience;
    const isLast = this.#tries >= maxTries;
    const pauseMs = pauseAfter(this.#tries, firstPauseMs, longestPauseMs);
    const until = Math.round(Date.now() + pauseMs);
    const state = isLast ? 'failed' : 'waiting';
    tried(() =>
      this.db
        .transaction(() => {
          this.db.prepare(RETRY).run(state, until, code, detail, this.jobId);
          if (isLast) beginNext(this.db, this.jobId);
        })
        .immediate(),
    );
    return isLast;
  }
}

/** @throws DomainError JOB_QUEUE_FAILED */
function tried<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Database.SqliteError)) throw error;
    throw new DomainError(
      'JOB_QUEUE_FAILED',
      error.code === 'SQLITE_FULL'
        ? 'No space is left to keep the jobs of the data folder; make space and send the request again.'
        : `The jobs of the data folder cannot be kept: ${error.code}.`,
      'unavailable',
    );
  }
}
