import { pause } from '../../kernel/concurrency/pause.js';
import {
  connectPostgres,
  PostgresError,
  type Connection,
  type PostgresOptions,
  type Session,
} from './pool.js';

/** How often one that waits asks. */
const ASK_EVERY_MS = 1_000;
/**
 * Signs of life of the holder; after so long without an answer it takes the lock for lost, before
 * the server ends its session.
 */
const BEAT_EVERY_MS = 1_000;
const LOST_AFTER_MS = 5_000;
const SESSION_ENDS_AFTER_MS = 8_000;

/**
 * An advisory lock, and the session that it hangs on: what is written over it is written by the
 * holder.
 */
export interface Held extends Session {
  /**
   * Aborts when the lock may be in other hands, at the latest some seconds after the server was
   * last heard of.
   */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

export interface LockOptions extends PostgresOptions {
  /** What the lock is for: one holder a database and schema. */
  readonly lock: string;
}

/** The lock at once, or nothing when another has it. @throws PostgresError */
export async function tryLock(
  connectionString: string,
  options: LockOptions,
): Promise<Held | undefined> {
  const connection = await session(connectionString, options);
  try {
    if (await locked(connection, options)) return held(connection);
  } catch (error) {
    await connection.end();
    throw error;
  }
  await connection.end();
  return undefined;
}

/**
 * Waits until no other session holds the lock; nothing when the signal aborts first. @throws
 * PostgresError when the server goes away
 */
export async function holdLock(
  connectionString: string,
  options: LockOptions,
  signal: AbortSignal,
): Promise<Held | undefined> {
  const connection = await session(connectionString, options);
  try {
    while (!signal.aborted) {
      if (await locked(connection, options)) return held(connection);
      await pause(ASK_EVERY_MS, signal);
    }
  } catch (error) {
    await connection.end();
    throw error;
  }
  await connection.end();
  return undefined;
}

/**
 * A session that the server ends, and its locks with it, when a while passes without a word: the
 * holder may be cut off without either end seeing it.
 */
async function session(connectionString: string, options: LockOptions): Promise<Connection> {
  const connection = await connectPostgres(connectionString, options);
  await connection.query(
    `set idle_session_timeout = ${SESSION_ENDS_AFTER_MS}; set synchronous_commit = on`,
  );
  return connection;
}

async function locked(connection: Session, { lock, schema }: LockOptions): Promise<boolean> {
  const [row] = await connection.query<{ held: boolean }>(
    'select pg_try_advisory_lock(hashtextextended($1, 0)) as held',
    [`sanad/${schema ?? ''}/${lock}`],
  );
  return row?.held === true;
}

function held(connection: Connection): Held {
  const lost = new AbortController();
  let answeredMs = performance.now();
  let asking = false;
  const beat = async (): Promise<void> => {
    const askedMs = performance.now();
    asking = true;
    try {
      await connection.query('select 1');
      answeredMs = Math.max(answeredMs, askedMs);
    } catch {
      lose();
    }
    asking = false;
  };
  const beating = setInterval(() => {
    if (performance.now() - answeredMs >= LOST_AFTER_MS) lose();
    else if (!asking) void beat();
  }, BEAT_EVERY_MS).unref();
  const lose = (): void => {
    clearInterval(beating);
    lost.abort(
      new PostgresError(
        'away',
        'The lock was lost: the connection to PostgreSQL ended or gave no answer.',
      ),
    );
  };
  connection.ended.addEventListener('abort', lose, { once: true });
  return {
    query: (text, values) =>
      lost.signal.aborted
        ? Promise.reject(lost.signal.reason as PostgresError)
        : connection.query(text, values),
    lost: lost.signal,
    async release() {
      clearInterval(beating);
      await connection.end();
    },
  };
}
