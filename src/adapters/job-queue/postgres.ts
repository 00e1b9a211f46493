import { pause } from '../../kernel/concurrency/pause.js';
import { DomainError } from '../../kernel/errors.js';
import { openPostgres, PostgresError, type Postgres } from '../postgres/pool.js';
import { json } from './json.js';
import {
  JOB_KEEPS_STOPPING,
  MAX_TRIES,
  type ClaimedJob,
  type Finish,
  type JobQueue,
  type OpenJob,
  type QueuedState,
  type QueuePatience,
} from './port.js';

const LEASE_MS = 15_000;
const ASK_EVERY_MS = 500;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** Jobs that have ended and are remembered; what older ones came to is in the log. */
const REMEMBERED = 10_000;
/** Signs of life a lease, where nothing else is said: some may be lost on the way. */
const BEATS = 10;

/**
 * `lease_until` is when a running job, or one that waits for another try, may be claimed. `attempt`
 * only grows: what a worker says counts as long as nobody took the job after it. Times are the
 * server's.
 */
const TABLE = `
  create table if not exists sanad_job (
    job_id text collate "C" primary key, work json not null, state text not null, submitted timestamptz not null default clock_timestamp(),
    attempt bigint not null default 0, tries integer not null default 0, worker text, lease_until timestamptz,
    progress json, result json, code text, detail text
  );
  create index if not exists sanad_job_open on sanad_job (submitted, job_id) where state in ('waiting', 'running');
  create table if not exists sanad_job_command (command_id text collate "C" primary key, job_id text not null);
  create index if not exists sanad_job_ended on sanad_job (submitted) where state in ('done', 'failed');
`;
const SUBMIT = `
  insert into sanad_job (job_id, work, state) values ($1, $2, 'waiting')
  on conflict (job_id) do update set work = excluded.work, state = 'waiting', submitted = excluded.submitted, tries = 0, worker = null, lease_until = null, progress = null, result = null, code = null, detail = null
  where sanad_job.state in ('done', 'failed')
`;
/** The same for a command that started none yet. */
const SUBMIT_FOR = `
  with first as (insert into sanad_job_command (command_id, job_id) values ($3, $1) on conflict do nothing returning command_id)
  ${SUBMIT.trim().replace("values ($1, $2, 'waiting')", "select $1, $2::json, 'waiting' from first")}
`;
const CLAIM = `
  update sanad_job set state = 'running', attempt = attempt + 1, tries = tries + 1, worker = $1, lease_until = clock_timestamp() + $2 * interval '1 millisecond'
  where job_id = (
    select job_id from sanad_job where state in ('waiting', 'running') and (lease_until is null or lease_until < clock_timestamp())
    order by submitted, job_id limit 1 for update skip locked
  ) returning job_id, work, attempt, tries
`;
const BEAT = `
  update sanad_job set lease_until = clock_timestamp() + $3 * interval '1 millisecond', progress = coalesce($4, progress)
  where job_id = $1 and attempt = $2 and state = 'running' returning job_id
`;
const FINISH = `
  update sanad_job set state = $3, result = $4, code = $5, detail = $6, lease_until = null
  where job_id = $1 and attempt = $2 and state = 'running' returning job_id
`;
const RELEASE =
  "update sanad_job set state = 'waiting', tries = greatest(tries - 1, 0), worker = null, lease_until = null where job_id = $1 and attempt = $2 and state = 'running'";

const STATE = 'select state, progress, result, code, detail from sanad_job where job_id = $1';

const FORGET = `
  delete from sanad_job where job_id in (select job_id from sanad_job where state in ('done', 'failed') order by submitted desc offset $1 for update skip locked)
`;
const RETRY = `
  update sanad_job set state = case when tries < $3 then 'waiting' else 'failed' end, worker = null, code = $4, detail = $5,
    lease_until = clock_timestamp() + least($6 * power(2, tries - 1), $7) * interval '1 millisecond'
  where job_id = $1 and attempt = $2 and state = 'running' returning state
`;
const OPEN = `
  select job_id, state, work, tries, code, detail from sanad_job where state <> 'done' order by submitted, job_id limit $1
`;
const COUNTS =
  "select count(*) filter (where state <> 'failed')::integer as waiting, count(*) filter (where state = 'failed')::integer as failed from sanad_job where state <> 'done'";
const AGAIN =
  "update sanad_job set state = 'waiting', tries = 0, worker = null, lease_until = null where state = 'failed' and ($1::text is null or job_id = $1) returning job_id";
const FORGET_FAILED =
  "delete from sanad_job where state = 'failed' and ($1::text is null or job_id = $1) returning job_id";
const FORGET_DONE = "delete from sanad_job where state = 'done' and job_id = $1";

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

export interface PostgresJobQueueOptions extends QueuePatience {
  /** The table's name; what other tables and indexes are called begins with it. Default sanad_job. */
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
    await database.create(named(TABLE, options.table));
  } catch (error) {
    await database.close();
    throw told(error);
  }
  return new PostgresJobQueue(database, options);
}

/** A statement on the queue's own table. */
const named = (statement: string, table: string | undefined): string =>
  table === undefined ? statement : statement.replaceAll('sanad_job', table);

class PostgresJobQueue<Work extends object> implements JobQueue<Work> {
  readonly #times: Times;
  readonly #sql: (statement: string) => string;

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
    const values = [jobId, JSON.stringify(work)];
    await (commandId === undefined
      ? this.#durably(SUBMIT, values)
      : this.#durably(SUBMIT_FOR, [...values, commandId]));
  }

  async claim(worker: string, signal: AbortSignal): Promise<ClaimedJob<Work> | undefined> {
    while (!signal.aborted) {
      const askedMs = performance.now();
      const values = [worker, this.#times.leaseMs];
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
    if (!row) return undefined;
    const { state, progress, result, code, detail } = row;
    return {
      state,
      ...(progress === null ? {} : { progress }),
      ...(result === null ? {} : { result }),
      ...(code === null ? {} : { code }),
      ...(detail === null ? {} : { detail }),
    };
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
    await this.#durably(FINISH, [jobId, attempt, 'failed', null, JOB_KEEPS_STOPPING, detail]);
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
    private readonly queue: { readonly times: Times; readonly sql: (statement: string) => string },
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
    const [row] = await this.database
      .query<{ readonly state: string }>(this.queue.sql(RETRY), [
        this.jobId,
        this.#attempt,
        maxTries,
        code,
        detail,
        firstPauseMs,
        longestPauseMs,
      ])
      .catch(rethrow);
    return row?.state === 'failed';
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
  throw told(error);
}

function told(error: unknown): unknown {
  if (!(error instanceof PostgresError)) return error;
  return error.kind === 'failed' || error.kind === 'corrupt'
    ? new DomainError('JOB_QUEUE_FAILED', error.message, 'unavailable')
    : new DomainError(
        'JOB_QUEUE_AWAY',
        'The work cannot be handed over now; send the request again, under the same key.',
        'unavailable',
      );
}
