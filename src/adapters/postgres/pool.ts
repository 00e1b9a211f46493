import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { isCertificateRefused } from '../../kernel/certificates.js';

const MAX_CONNECTIONS = 8;
const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 10_000;
/**
 * Longer than the server's own, whose answer says more: this one is for a server that says nothing.
 */
const SILENCE_MS = 12_000;
/**
 * A connection that a firewall dropped is noticed by its keep-alive, which begins after so long
 * without a word.
 */
const KEEP_ALIVE_MS = 2_000;
const GOOD_BYE_MS = 1_000;
/**
 * A process that is stopped, or cut off, inside a transaction holds its locks. The server ends its
 * session after so long without a word, and after so long in which it does not take what it asked
 * for; nobody waits longer than the last for a lock, whoever holds it.
 */
const IDLE_IN_TRANSACTION_MS = 20_000;
const UNTAKEN_MS = 30_000;
const LOCK_WAIT_MS = 300_000;
const ATTEMPTS = 4;
/**
 * Connection exceptions, too many connections, shutting down or starting up, a session or a
 * transaction that was idle for too long, a statement too long under way, a lock not had in time, a
 * standby.
 */
const AWAY = /^(08...|53300|57014|57P0[1235]|25P03|25006|55P03)$/;
/**
 * "sanad" in bytes and one more: whoever makes tables holds it, because `if not exists` fails where
 * two do it at once.
 */
const TABLES_LOCK = '126857670649856';

export interface Session {
  /**
   * Rows of one statement, or none of several that are sent as one. Integers of 64 bits come as
   * strings, bytea as Buffer. @throws PostgresError
   */
  query<R extends object>(text: string, values?: readonly unknown[]): Promise<readonly R[]>;
}

/** Connections of this process to one database. */
export interface Postgres extends Session {
  /**
   * Durable when it resolves (`synchronous_commit` on, whatever the server's default). Runs `work`
   * again, up to four times in all, when the server ended it for a deadlock. @throws PostgresError,
   * or what `work` threw, with nothing written
   */
  transaction<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Makes tables that may be there already, also when other processes do so at the same time. */
  create(ddl: string): Promise<void>;
  /** Waits for what is under way; what comes later fails with kind 'closed'. */
  close(): Promise<void>;
}

/** One connection, whose session is the same until it ends. */
export interface Connection extends Session {
  /** Aborts when the connection is gone, for whatever reason. */
  readonly ended: AbortSignal;
  end(): Promise<void>;
}

export interface PostgresOptions {
  /** Shows in pg_stat_activity. */
  readonly name: string;
  /** Connections at most; default 8. */
  readonly max?: number;
  /** Milliseconds that a connection of a pool stays though nobody asks over it; default 10 s. */
  readonly idleMs?: number;
  /** Schema that holds the tables; it must exist. Default: the connection's own. */
  readonly schema?: string;
}

/**
 * `away`: no answer, or the server is not taking work; send it again later. Never carries the
 * connection string or a value.
 */
export class PostgresError extends Error {
  constructor(
    readonly kind: 'away' | 'full' | 'corrupt' | 'deadlock' | 'closed' | 'failed',
    detail: string,
    options?: ErrorOptions,
  ) {
    super(detail, options);
    this.name = 'PostgresError';
  }
}

/**
 * The limits of how long a session may hold up others, and its schema, as settings that it begins
 * with. @param limits of the tests
 */
export const startingWith = (
  schema: string | undefined,
  limits: { readonly idleInTransactionMs?: number; readonly lockWaitMs?: number } = {},
): Pick<pg.ClientConfig, 'idle_in_transaction_session_timeout' | 'lock_timeout' | 'options'> => ({
  idle_in_transaction_session_timeout: limits.idleInTransactionMs ?? IDLE_IN_TRANSACTION_MS,
  lock_timeout: limits.lockWaitMs ?? LOCK_WAIT_MS,
  options: [
    `-c tcp_user_timeout=${UNTAKEN_MS}`,
    ...(schema === undefined ? [] : [`-c search_path=${schema}`]),
  ].join(' '),
});

/** Settings of a connection, for a pool and for a session of its own alike. */
const connectionOf = (
  connectionString: string,
  { name, schema }: PostgresOptions,
): pg.ClientConfig => ({
  connectionString,
  application_name: name,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  statement_timeout: STATEMENT_TIMEOUT_MS,
  query_timeout: SILENCE_MS,
  ...startingWith(schema),
});

/** Connects when first asked something. */
export function openPostgres(connectionString: string, options: PostgresOptions): Postgres {
  const pool = new pg.Pool({
    ...connectionOf(connectionString, options),
    max: options.max ?? MAX_CONNECTIONS,
    ...(options.idleMs === undefined ? {} : { idleTimeoutMillis: options.idleMs }),
  });
  // A connection that the server closes is replaced at the next query. Without a listener it would
  // end the process: the pool hears of idle ones, and nobody of one that was taken out and waits
  // between two statements.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  /** What the pool has queued when it ends it forgets, so nothing is queued then. */
  const counted = <T>(work: () => Promise<T>): Promise<T> => {
    if (closing)
      return Promise.reject(
        new PostgresError('closed', 'The connection to PostgreSQL was closed.'),
      );
    const done = work();
    underWay.add(done);
    return done.finally(() => underWay.delete(done));
  };

  const transaction = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    for (let left = ATTEMPTS - 1; ; left -= 1) {
      try {
        return await attempt(pool, work);
      } catch (error) {
        if (left === 0 || !(error instanceof PostgresError && error.kind === 'deadlock'))
          throw error;
      }
    }
  };

  return {
    query: (text, values) => counted(() => sessionOf(pool).query(text, values)),
    transaction: (work) => counted(() => transaction(work)),
    create: (ddl) => counted(() => createTables(sessionOf(pool), ddl)),
    close: () => (closing ??= Promise.allSettled(underWay).then(() => pool.end())),
  };
}

/** One try of a transaction, on a connection of its own. */
async function attempt<T>(pool: pg.Pool, work: (session: Session) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch(rethrow);
  let broken = false;
  const session = sessionOf(client, () => {
    broken = true;
  });
  try {
    await session.query('begin; set local synchronous_commit = on');
    const result = await work(session);
    await session.query('commit');
    return result;
  } catch (error) {
    if (!broken) await session.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release(broken);
  }
}

/** As `create` of a pool. The statements are one transaction, since they are sent as one. */
export async function createTables(session: Session, ddl: string): Promise<void> {
  await session.query(`select pg_advisory_xact_lock(${TABLES_LOCK}); ${ddl}`);
}

/** A session of its own, for what hangs on one: locks. @throws PostgresError */
export async function connectPostgres(
  connectionString: string,
  options: PostgresOptions,
): Promise<Connection> {
  const client = new pg.Client(connectionOf(connectionString, options));
  const ended = new AbortController();
  client.on('error', () => ended.abort());
  client.on('end', () => ended.abort());
  await client.connect().catch(rethrow);
  // A connection that does not say good-bye in time is cut, so that nobody waits for a server that
  // is away.
  const end = async (): Promise<void> => {
    if (!ended.signal.aborted)
      await Promise.race([client.end(), wait(GOOD_BYE_MS, undefined, { ref: false })]);
    client.connection.stream.destroy();
    ended.abort();
  };
  return { ...sessionOf(client), ended: ended.signal, end };
}

/** A pg client or pool as a session. `onBroken`: the connection is of no use any more. */
function sessionOf(client: Pick<pg.ClientBase, 'query'> | pg.Pool, onBroken?: () => void): Session {
  return {
    async query<R extends object>(
      text: string,
      values?: readonly unknown[],
    ): Promise<readonly R[]> {
      try {
        const result: Partial<pg.QueryResult<R>> = await (client as pg.ClientBase).query<R>(
          text,
          values === undefined ? undefined : [...values],
        );
        // Several statements sent as one give a list of results, of which none is wanted.
        return result.rows ?? [];
      } catch (error) {
        const known = failure(error);
        if (known.kind === 'away') onBroken?.();
        throw known;
      }
    },
  };
}

function rethrow(error: unknown): never {
  throw failure(error);
}

/**
 * Whether it is not the database that refused: the connection failed, was cut, was silent for too
 * long, or the server takes no work.
 */
export const isAway = (error: unknown): boolean =>
  !(error instanceof pg.DatabaseError) || AWAY.test(error.code ?? '');

/** Whether another session held what was needed for longer than one waits. */
export const isLockNotHad = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === '55P03';

function failure(error: unknown): PostgresError {
  if (error instanceof PostgresError) return error;
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const options = { cause: error };
  if (isCertificateRefused(code))
    return new PostgresError(
      'away',
      `PostgreSQL's certificate is not trusted (${code}): see the authority and the name in the connection string.`,
      options,
    );
  if (code === '28P01' || code === '28000')
    return new PostgresError(
      'failed',
      `PostgreSQL does not let this user in (${code}): see user and password in the connection string.`,
      options,
    );
  if (isLockNotHad(error))
    return new PostgresError(
      'away',
      'Another session of PostgreSQL holds what this needs and has not let it go in time (55P03); send it again.',
      options,
    );
  if (isAway(error))
    return new PostgresError(
      'away',
      `PostgreSQL cannot be reached or takes no work now${code ? ` (${code})` : ''}; send it again.`,
      options,
    );
  if (code === '53100')
    return new PostgresError(
      'full',
      'PostgreSQL has no space left; make room and send it again.',
      options,
    );
  if (code.startsWith('XX'))
    return new PostgresError(
      'corrupt',
      `PostgreSQL found its data damaged (${code}); restore it from your copy.`,
      options,
    );
  if (code === '40P01' || code === '40001')
    return new PostgresError(
      'deadlock',
      'PostgreSQL ended one of two transactions that waited for each other; send it again.',
      options,
    );
  return new PostgresError('failed', `PostgreSQL refused a statement (${code}).`, options);
}
