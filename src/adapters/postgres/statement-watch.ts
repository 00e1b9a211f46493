import pg from 'pg';
import { pause } from '../../kernel/concurrency/pause.js';
import { connectPostgres, PostgresError } from './pool.js';

/** A statement that takes so long is asked for, and so often from then on. */
export const ASK_AFTER_MS = 15_000;
/** So often in a row nothing is heard of it before it is given up. */
const SILENCES = 2;

/**
 * For statements that may be as long as they are: asks the server by another session whether it is
 * still at work on what a client waits for. Resolves with false when nobody is, since the answer
 * was lost with the server or on its way, and with true when the wait is over.
 */
export async function isWorkedOn(
  connectionString: string,
  pid: number,
  over: AbortSignal,
  askAfterMs: number,
): Promise<boolean> {
  for (let silences = 0; silences < SILENCES;) {
    await pause(askAfterMs, over);
    if (over.aborted) return true;
    silences = (await isActive(connectionString, pid)) ? 0 : silences + 1;
  }
  return over.aborted;
}

async function isActive(connectionString: string, pid: number): Promise<boolean> {
  try {
    const session = await connectPostgres(connectionString, { name: 'sanad-statement-watch' });
    try {
      const rows = await session.query(
        "select 1 as active from pg_stat_activity where pid = $1 and state = 'active'",
        [pid],
      );
      return rows.length > 0;
    } finally {
      await session.end();
    }
  } catch (error) {
    // One that refuses another session is there.
    return error instanceof PostgresError && error.cause instanceof pg.DatabaseError;
  }
}
