import Database from 'better-sqlite3';
import { privateDatabase } from '../data-folder/port.js';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { pauseAfter } from '../../kernel/concurrency/backoff.js';
import { pause } from '../../kernel/concurrency/pause.js';
import { DomainError } from '../../kernel/errors.js';
import { json } from './json.js';
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
} from './port.js';

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

/**
 * `submitted` only grows. `not_before` is when a job that waits for another try may be claimed, in
 * milliseconds. Which command started which job is kept for ever, as its answer is.
 */
const TABLES = `
  create table if not exists job (
    job_id text primary key, work text not null, state text not null, submitted integer not null, tries integer not null default 0,
    not_before integer not null default 0, progress text, result text, code text, detail text
  ) strict;
  create index if not exists job_by_state on job (state, submitted);
  create table if not exists job_command (command_id text primary key, job_id text not null) strict;
`;
const SUBMIT = `
  insert into job (job_id, work, state, submitted) values (@jobId, @work, 'waiting', (select coalesce(max(submitted), 0) + 1 from job))
  on conflict (job_id) do update set work = excluded.work, state = 'waiting', submitted = excluded.submitted, tries = 0, not_before = 0,
    progress = null, result = null, code = null, detail = null
  where job.state in ('done', 'failed')
`;
const STARTED = 'insert into job_command (command_id, job_id) values (?, ?) on conflict do nothing';
/** What a command started, and failed, it starts again, with what it was told then. */
const RESTART = `
  update job set state = 'waiting', tries = 0, not_before = 0, progress = null, result = null, code = null, detail = null
  where job_id = @jobId and state = 'failed' and exists (select 1 from job_command where command_id = @commandId and job_command.job_id = job.job_id)
`;
/** What waits for longer than any pause lasts was put back while the clock was ahead. */
const CLAIM = `
  update job set state = 'running', tries = tries + 1
  where job_id = (select job_id from job where state = 'waiting' and (not_before <= @now or not_before > @now + @longest) order by submitted limit 1)
  returning job_id, work, tries
`;
const NEWEST = `
  select job_id, work, state, progress, result, code, detail from job order by submitted desc limit ?
`;
const STATE = 'select state, progress, result, code, detail from job where job_id = ?';
const TELL = "update job set progress = ? where job_id = ? and state = 'running'";
const FINISH =
  "update job set state = ?, result = ?, code = ?, detail = ? where job_id = ? and state = 'running'";
const FORGET = `
  delete from job where job_id in (select job_id from job where state in ('done', 'failed') order by submitted desc limit -1 offset ?)
`;
const RELEASE =
  "update job set state = 'waiting', tries = max(tries - 1, 0) where job_id = ? and state = 'running'";
const RETRY =
  "update job set state = ?, not_before = ?, code = ?, detail = ? where job_id = ? and state = 'running'";
/** What an earlier process had in its hands, whose try counts, and what it put back for later. */
const TAKE_BACK =
  "update job set state = 'waiting', not_before = 0 where state in ('waiting', 'running')";

const OPEN = `
  select job_id, state, work, tries, code, detail from job where state <> 'done' order by submitted limit ?
`;
const COUNTS =
  "select count(*) filter (where state <> 'failed') as waiting, count(*) filter (where state = 'failed') as failed from job where state <> 'done'";
const AGAIN =
  "update job set state = 'waiting', tries = 0, not_before = 0 where state = 'failed' and (@jobId is null or job_id = @jobId)";
const FORGET_FAILED =
  "delete from job where state = 'failed' and (@jobId is null or job_id = @jobId)";
const FORGET_DONE = "delete from job where state = 'done' and job_id = ?";

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
 * Jobs in a file of the folder, for the threads of the one process that holds the folder: one submits,
 * one works. `Work` is JSON. @throws DomainError JOB_QUEUE_FAILED
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
    if (takeBack) this.#db.exec(TAKE_BACK);
  }

  async submit(jobId: string, work: Work, commandId?: string): Promise<void> {
    tried(() =>
      this.#db
        .transaction(() => {
          const isNew =
            commandId === undefined ||
            this.#db.prepare(STARTED).run(commandId, jobId).changes === 1;
          if (isNew) this.#db.prepare(SUBMIT).run({ jobId, work: JSON.stringify(work) });
          else this.#db.prepare(RESTART).run({ jobId, commandId });
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
    tried(() => this.#db.prepare(FINISH).run('failed', null, JOB_KEEPS_STOPPING, detail, jobId));
  }
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
    tried(() => this.db.prepare(RETRY).run(state, until, code, detail, this.jobId));
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
