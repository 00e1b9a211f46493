import { once } from 'node:events';
import {
  Kysely,
  PostgresDialect,
  type KyselyPlugin,
  type PostgresCursor,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
  type UnknownRow,
} from 'kysely';
import pg from 'pg';
import { isAway, isLockNotHad, startingWith } from '../postgres/pool.js';
import { ASK_AFTER_MS, isWorkedOn } from '../postgres/statement-watch.js';
import { ReadStoreError, type ReadStore } from './port.js';

const INT8 = 20;
const NUMERIC = 1700;
/** For a connection of the pool, or for a new one: a server that is away is said to be so. */
const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 2_000;
/**
 * A server that is stopped, or a primary that is lost, ends no statement: so long after it should
 * have, it is away.
 */
const SILENCE_MS = 2_000;

export interface PostgresReadStoreOptions {
  /** Connections at most; default 8. */
  readonly max?: number;
  /** Schema that holds the tables; it must exist. Default: the connection's own. */
  readonly schema?: string;
  /**
   * Milliseconds that a statement may take; then it fails as READ_STORE_AWAY. Default: no limit,
   * which building read models needs; the server is asked now and then whether it is at work on it.
   */
  readonly statementTimeoutMs?: number;
  /** How long such a statement takes before the server is asked. Default: 15 s. */
  readonly askAfterMs?: number;
  /**
   * Milliseconds that a transaction may wait for us between two statements; then the server ends
   * it, and its locks with it. Default: 20 s.
   */
  readonly idleInTransactionMs?: number;
  /** Milliseconds that a statement waits for a lock; then READ_STORE_AWAY. Default: 5 minutes. */
  readonly lockWaitMs?: number;
}

/**
 * Read models in PostgreSQL. A sum of 64-bit integers is numeric there, a count is int8; both are
 * whole, and both arrive as bigint where the column is money (named `…_minor`) and as number
 * everywhere else, as they do from SQLite.
 */
export async function openPostgresReadStore(
  connectionString: string,
  options: PostgresReadStoreOptions = {},
): Promise<ReadStore> {
  const pool = new pg.Pool({
    connectionString,
    max: options.max ?? 8,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    ...startingWith(options.schema, options),
    ...(options.statementTimeoutMs === undefined
      ? {}
      : {
          statement_timeout: options.statementTimeoutMs,
          query_timeout: options.statementTimeoutMs + SILENCE_MS,
        }),
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 || oid === NUMERIC ? whole : pg.types.getTypeParser(oid, format as 'text'),
    },
  });
  // A connection that the server closes is replaced at the next query. Without a listener it would
  // end the process: the pool hears of idle ones, and nobody of one that was taken out and waits
  // between two statements.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  const askAfterMs =
    options.statementTimeoutMs === undefined ? (options.askAfterMs ?? ASK_AFTER_MS) : undefined;
  const pids = new WeakMap<pg.PoolClient, number>();
  const told: PostgresPool = {
    options: pool.options,
    async connect() {
      const client = await pool.connect().catch(rethrow);
      if (askAfterMs === undefined) return new ToldClient(client);
      const pid =
        pids.get(client) ?? (await pidOf(client, Math.min(askAfterMs, CONNECT_TIMEOUT_MS)));
      pids.set(client, pid);
      return new ToldClient(client, { connectionString, askAfterMs, pid });
    },
    end: () => pool.end(),
  };
  const db = new Kysely<never>({
    dialect: new PostgresDialect({ pool: told }),
    plugins: [numbersByName],
  });
  return { dialect: 'postgres', db, close: () => db.destroy() };
}

/**
 * Of the session that works for a client: what a pooler between greets with is none. It is part of
 * connecting, and has a limit as that has: nothing watches this question.
 */
async function pidOf(client: pg.PoolClient, timeoutMs: number): Promise<number> {
  const question = { text: 'select pg_backend_pid() as pid', query_timeout: timeoutMs };
  try {
    const { rows } = await client.query<{ pid: number }>(question);
    return rows[0]!.pid;
  } catch (error) {
    client.connection.stream.destroy();
    client.release(true);
    return rethrow(error);
  }
}

/**
 * How it is seen whether the server is still at work on a statement that has no limit of its own.
 */
interface StatementWatch {
  readonly connectionString: string;
  readonly askAfterMs: number;
  readonly pid: number;
}

/**
 * A client whose queries say that the server is away where it is; what the database itself refuses
 * stays as it is. One whose answer did not come in time is of no use any more: it would come to
 * whoever asks next.
 */
class ToldClient implements PostgresPoolClient {
  /** @param watch absent: the statements have a time limit of their own */
  constructor(
    private readonly client: pg.PoolClient,
    private readonly watch?: StatementWatch,
  ) {}

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(asked: string | PostgresCursor<R>, parameters: readonly unknown[] = []) {
    const client: PostgresPoolClient = this.client;
    return typeof asked === 'string'
      ? this.#heard(client.query<R>(asked, parameters))
      : client.query(asked);
  }

  release(destroy?: boolean): void {
    this.client.release(destroy);
  }

  async #heard<T>(answer: Promise<T>): Promise<T> {
    const over = new AbortController();
    void this.#watch(over.signal);
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof pg.DatabaseError)) await this.#cut();
      return rethrow(error);
    } finally {
      over.abort();
    }
  }

  /** Cuts the connection when nobody is at work on what it waits for. */
  async #watch(over: AbortSignal): Promise<void> {
    if (!this.watch) return;
    const { connectionString, askAfterMs, pid } = this.watch;
    if (!(await isWorkedOn(connectionString, pid, over, askAfterMs))) await this.#cut();
  }

  /** Until the pool sees that it is of no use. */
  async #cut(): Promise<void> {
    const { stream } = this.client.connection;
    const closed = stream.closed ? undefined : once(stream, 'close').catch(() => undefined);
    stream.destroy();
    await closed;
    await new Promise(setImmediate);
  }
}

function rethrow(error: unknown): never {
  if (!isAway(error)) throw error;
  throw new ReadStoreError(
    'READ_STORE_AWAY',
    isLockNotHad(error)
      ? 'Another session holds what is needed of the read models, and has not let it go in time; a rebuild may be comparing them. Ask again later.'
      : 'The read models cannot be reached now; ask again in a moment.',
    { cause: error },
  );
}

const whole = (text: string): bigint | string => (/^-?\d+$/.test(text) ? BigInt(text) : text);

const numbersByName: KyselyPlugin = {
  transformQuery: ({ node }) => node,
  async transformResult({ result }) {
    for (const row of result.rows) narrow(row);
    return result;
  },
};

function narrow(row: UnknownRow): void {
  for (const name of Object.keys(row)) {
    const value = row[name];
    if (typeof value === 'bigint' && !name.endsWith('_minor')) row[name] = Number(value);
  }
}
