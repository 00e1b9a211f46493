import { pause } from '../../../kernel/concurrency/pause.js';
import { DomainError } from '../../../kernel/errors.js';
import { openPostgres, PostgresError, type Postgres, type Session } from '../../postgres/pool.js';
import { json } from '../json.js';
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
import {
  AGAIN,
  BEAT,
  BEGIN_NEXT,
  CLAIM,
  COUNTS,
  FINISH,
  FORGET,
  FORGET_DONE,
  FORGET_FAILED,
  GIVE_WAY,
  HAS_NEXT,
  LOCK,
  NEWEST,
  OPEN,
  RELEASE,
  RESTART,
  RETRY,
  STATE,
  STARTED,
  SUBMIT,
  SUBMIT_NEXT,
  TABLE,
} from './statements.js';
import { beginLeftBehind } from './left-behind.js';

const LEASE_MS = 15_000;
const ASK_EVERY_MS = 500;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Jobs that have ended and are remembered; what older ones came to is in the log. */
const REMEMBERED = 10_000;
/** Signs of life a lease, where nothing else is said: some may be lost on the way. */
const BEATS = 10;

interface ClaimedRow<Work> {
  readonly job_id: string;
  readonly work: Work;
  readonly attempt: string;
  readonly tries: number;
}
interface Times extends Required<QueuePatience> {
  readonly leaseMs: number;
  readonly renewEveryMs: number;
  readonly remembered: number;
}
interface OpenRow<Work> {
  readonly job_id: string;
  readonly state: OpenJob<Work>['state'];
  readonly work: Work;
  readonly tries: number;
  readonly code: string | null;
  readonly detail: string | null;
}
interface StateRow {
  readonly state: QueuedState['state'];
  readonly progress: unknown;
  readonly result: unknown;
  readonly code: string | null;
  readonly detail: string | null;
}
type ListedRow<Work> = StateRow & Pick<OpenRow<Work>, 'job_id' | 'work'>;

const stateOf = ({ state, progress, result, code, detail }: StateRow): QueuedState => ({
  state,
  ...(progress === null ? {} : { progress }),
  ...(result === null ? {} : { result }),
  ...(code === null ? {} : { code }),
  ...(detail === null ? {} : { detail }),
});

export interface PostgresJobQueueOptions extends QueuePatience {
  /**
   * The table's name; what other tables and indexes are called begins with it. Default sanad_job.
   */
  readonly table?: string;
  /** How long a worker that shows no life keeps its job; default 15 s. */
  readonly leaseMs?: number;
  /** How often a worker shows life; default a tenth of the lease. */
  readonly renewEveryMs?: number;
  /** How many jobs that have ended are kept; default 10,000. */
  readonly remembered?: number;
  /** Schema that holds the table; it must exist. Default: the connection's own. */
  readonly schema?: string;
}

/** Jobs in a table. `Work` is JSON. @throws DomainError JOB_QUEUE_AWAY, JOB_QUEUE_FAILED */
export async function openPostgresJobQueue<Work extends object>(
  connectionString: string,
  options: PostgresJobQueueOptions = {},
): Promise<JobQueue<Work>> {
  const { schema } = options;
  const database = openPostgres(connectionString, {
    name: 'sanad-jobs',
    max: 4,
    ...(schema === undefined ? {} : { schema }),
  });
  try {
    const sql: Sql = (statement) => named(statement, options.table);
    await database.create(sql(TABLE));
    await beginLeftBehind(database, sql);
  } catch (error) {
    await database.close();
    throw failureOf(error);
  }
  return new PostgresJobQueue(database, options);
}

type Sql = (statement: string) => string;
/** A statement on the queue's own table. */
const named = (statement: string, table: string | undefined): string =>
  table === undefined ? statement : statement.replaceAll('sanad_job', table);

class PostgresJobQueue<Work extends object> implements JobQueue<Work> {
  readonly #times: Times;
  readonly #sql: Sql;

  constructor(
    private readonly database: Postgres,
    options: PostgresJobQueueOptions,
  ) {
    this.#sql = (statement) => named(statement, options.table);
    const leaseMs = options.leaseMs ?? LEASE_MS;
    this.#times = {
      leaseMs,
      renewEveryMs: options.renewEveryMs ?? leaseMs / BEATS,
      firstPauseMs: options.firstPauseMs ?? FIRST_PAUSE_MS,
      longestPauseMs: options.longestPauseMs ?? LONGEST_PAUSE_MS,
      maxTries: options.maxTries ?? MAX_TRIES,
      askEveryMs: options.askEveryMs ?? ASK_EVERY_MS,
      forgetsDone: options.forgetsDone ?? false,
      remembered: options.remembered ?? REMEMBERED,
    };
  }

  async submit(jobId: string, work: Work, commandId?: string): Promise<void> {
    await this.database
      .transaction(async (session) => {
        const ask = (text: string, ...values: readonly unknown[]) =>
          session.query(this.#sql(text), values);
        await ask(LOCK, jobId);
        const isNew = commandId === undefined || (await ask(STARTED, commandId, jobId)).length > 0;
        if (!isNew) return void (await ask(RESTART, commandId, jobId));
        await ask(GIVE_WAY, jobId);
        const asked = [jobId, JSON.stringify(work), commandId ?? null];
        const begins = await ask(SUBMIT, ...asked);
        if (begins.length === 0 && commandId !== undefined) await ask(SUBMIT_NEXT, ...asked);
      })
      .catch(rethrow);
  }

  async claim(worker: string, signal: AbortSignal): Promise<ClaimedJob<Work> | undefined> {
    while (!signal.aborted) {
      const askedMs = performance.now();
      const values = [worker, this.#times.leaseMs, this.#times.longestPauseMs];
      const [row] = await this.#durably<ClaimedRow<Work>>(CLAIM, values);
      if (row && row.tries <= this.#times.maxTries)
        return new Held(this.database, row, { times: this.#times, sql: this.#sql }, askedMs);
      if (row) await this.#giveUp(row);
      else await pause(this.#times.askEveryMs, signal);
    }
    return undefined;
  }

  async state(jobId: string): Promise<QueuedState | undefined> {
    const [row] = await this.database.query<StateRow>(this.#sql(STATE), [jobId]).catch(rethrow);
    return row && stateOf(row);
  }

  async newest(limit: number): Promise<readonly ListedJob<Work>[]> {
    const rows = await this.database
      .query<ListedRow<Work>>(this.#sql(NEWEST), [limit])
      .catch(rethrow);
    return rows.map((row) => ({ jobId: row.job_id, work: row.work, ...stateOf(row) }));
  }

  async open(limit: number): Promise<readonly OpenJob<Work>[]> {
    const rows = await this.database.query<OpenRow<Work>>(this.#sql(OPEN), [limit]).catch(rethrow);
    return rows.map(({ job_id: jobId, state, work, tries, code, detail }) => ({
      jobId,
      state,
      work,
      tries,
      ...(code === null ? {} : { code }),
      ...(detail === null ? {} : { detail }),
    }));
  }

  async counts(): Promise<{ readonly waiting: number; readonly failed: number }> {
    type Counts = { readonly waiting: number; readonly failed: number };
    const [counts] = await this.database.query<Counts>(this.#sql(COUNTS), []).catch(rethrow);
    return counts!;
  }

  async again(jobId?: string): Promise<number> {
    return (await this.#durably(AGAIN, [jobId ?? null])).length;
  }

  async forget(jobId?: string): Promise<number> {
    return (await this.#durably(FORGET_FAILED, [jobId ?? null])).length;
  }

  close(): Promise<void> {
    return this.database.close();
  }

  async #giveUp({ job_id: jobId, attempt }: ClaimedRow<Work>): Promise<void> {
    const detail = `Its worker stopped ${this.#times.maxTries} times; send the request again when it is known why.`;
    const ended = [jobId, attempt, 'failed', null, JOB_KEEPS_STOPPING, detail];
    await this.database
      .transaction(async (session) => {
        const rows = await session.query(this.#sql(FINISH), ended);
        if (rows.length > 0) await beginNext(session, this.#sql, jobId);
      })
      .catch(rethrow);
  }

  /**
   * A single statement is a transaction of its own, but for synchronous_commit: what is
   * acknowledged is durable.
   */
  #durably<R extends object>(text: string, values: readonly unknown[]): Promise<readonly R[]> {
    return this.database
      .transaction((session) => session.query<R>(this.#sql(text), values))
      .catch(rethrow);
  }
}

/** Has the run begin that waits behind one that has ended. */
async function beginNext(session: Session, sql: Sql, jobId: string): Promise<void> {
  if ((await session.query(sql(HAS_NEXT), [jobId])).length === 0) return;
  await session.query(sql(GIVE_WAY), [jobId]);
  await session.query(sql(BEGIN_NEXT), [jobId]);
}

class Held<Work> implements ClaimedJob<Work> {
  readonly jobId: string;
  readonly work: Work;
  readonly #attempt: string;
  readonly #lost = new AbortController();
  readonly #beating: NodeJS.Timeout;
  #progress: unknown;
  /**
   * Until when the lease lasts for certain, by this process's clock: counted from before it was
   * asked for.
   */
  #untilMs: number;
  #beat: Promise<void> | undefined;

  constructor(
    private readonly database: Postgres,
    row: ClaimedRow<Work>,
    private readonly queue: { readonly times: Times; readonly sql: Sql },
    askedMs: number,
  ) {
    this.jobId = row.job_id;
    this.work = row.work;
    this.#attempt = row.attempt;
    this.#untilMs = askedMs + queue.times.leaseMs;
    this.#beating = setInterval(() => {
      this.#live();
    }, queue.times.renewEveryMs).unref();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  tell(progress: unknown): void {
    this.#progress = progress;
  }

  async finish(how: Finish): Promise<boolean> {
    await this.#end();
    const ended =
      how.state === 'done' ? [json(how.result), null, null] : [null, how.code, how.detail];
    return this.database
      .transaction(async (session) => {
        const rows = await session.query(this.queue.sql(FINISH), [
          this.jobId,
          this.#attempt,
          how.state,
          ...ended,
        ]);
        const { sql, times } = this.queue;
        if (rows.length > 0) await beginNext(session, sql, this.jobId);
        if (times.forgetsDone) await session.query(sql(FORGET_DONE), [this.jobId]);
        await session.query(sql(FORGET), [times.remembered]);
        return rows.length > 0;
      })
      .catch(rethrow);
  }

  async release(): Promise<void> {
    await this.#end();
    await this.database.query(this.queue.sql(RELEASE), [this.jobId, this.#attempt]).catch(rethrow);
  }

  async retry({
    code,
    detail,
  }: {
    readonly code: string;
    readonly detail: string;
  }): Promise<boolean> {
    await this.#end();
    const { maxTries, firstPauseMs, longestPauseMs } = this.queue.times;
    const values = [
      this.jobId,
      this.#attempt,
      maxTries,
      code,
      detail,
      firstPauseMs,
      longestPauseMs,
    ];
    return this.database
      .transaction(async (session) => {
        const { sql } = this.queue;
        const [row] = await session.query<{ readonly state: string }>(sql(RETRY), values);
        const isLast = row?.state === 'failed';
        if (isLast) await beginNext(session, sql, this.jobId);
        return isLast;
      })
      .catch(rethrow);
  }

  async #end(): Promise<void> {
    clearInterval(this.#beating);
    await this.#beat;
  }

  #live(): void {
    if (performance.now() >= this.#untilMs) this.#lose();
    else
      this.#beat ??= this.#renew().finally(() => {
        this.#beat = undefined;
      });
  }

  async #renew(): Promise<void> {
    const askedMs = performance.now();
    const progress = this.#progress;
    try {
      const rows = await this.database.query(this.queue.sql(BEAT), [
        this.jobId,
        this.#attempt,
        this.queue.times.leaseMs,
        progress === undefined ? null : json(progress),
      ]);
      if (rows.length === 0) this.#lose();
      else this.#untilMs = askedMs + this.queue.times.leaseMs;
    } catch {
      // The server is away: the job goes on until the lease has ended for certain.
    }
  }

  #lose(): void {
    clearInterval(this.#beating);
    this.#lost.abort(
      new DomainError(
        'JOB_LOST',
        'The job was not renewed in time and may be in other hands.',
        'unavailable',
      ),
    );
  }
}

function rethrow(error: unknown): never {
  throw failureOf(error);
}

function failureOf(error: unknown): unknown {
  if (!(error instanceof PostgresError)) return error;
  return error.kind === 'failed' || error.kind === 'corrupt'
    ? new DomainError('JOB_QUEUE_FAILED', error.message, 'unavailable')
    : new DomainError(
        'JOB_QUEUE_AWAY',
        'The work cannot be handed over now; send the request again, under the same key.',
        'unavailable',
      );
}
