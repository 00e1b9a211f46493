import { holdLock, tryLock } from '../postgres/lock.js';
import { connectPostgres, createTables, type Postgres } from '../postgres/pool.js';
import type { Lease, LeaseHold } from './port.js';

const TABLE = `create table if not exists sanad_lease (name text primary key, position bigint not null);
  create table if not exists sanad_lease_text (name text primary key, text text not null)`;
const SAVE =
  'insert into sanad_lease (name, position) values ($1, $2) on conflict (name) do update set position = excluded.position';
const SAVE_TEXT =
  'insert into sanad_lease_text (name, text) values ($1, $2) on conflict (name) do update set text = excluded.text';
const RESET = `with text as (delete from sanad_lease_text where name = $1)
  delete from sanad_lease where name = $1`;
const TEXT = 'select text from sanad_lease_text where name = $1';

/**
 * The position that the holder of a lease saved last, for whoever waits for it; -1 where none did.
 * @throws PostgresError
 */
export async function leasePosition(connectionString: string, name: string): Promise<number> {
  const session = await connectPostgres(connectionString, { name: `sanad-${name}-look` });
  try {
    await createTables(session, TABLE);
    const [row] = await session.query<{ position: string }>(
      'select position from sanad_lease where name = $1',
      [name],
    );
    return Number(row?.position ?? -1);
  } finally {
    await session.end();
  }
}

/**
 * The text that the holder of a lease saved last, for whoever looks at it. @throws PostgresError
 */
export async function leaseText(
  connectionString: string,
  name: string,
): Promise<string | undefined> {
  const session = await connectPostgres(connectionString, { name: `sanad-${name}-look` });
  try {
    await createTables(session, TABLE);
    const [row] = await session.query<{ text: string }>(TEXT, [name]);
    return row?.text;
  } finally {
    await session.end();
  }
}

/** The same, for whoever looks again and again: the tables are made once. @throws PostgresError */
export async function openLeaseText(
  database: Postgres,
  name: string,
): Promise<() => Promise<string | undefined>> {
  await database.create(TABLE);
  return async () => (await database.query<{ text: string }>(TEXT, [name]))[0]?.text;
}

/**
 * Forgets what holders saved, so that the next begins at the start of the log. False where one
 * holds it: nothing was done. @throws PostgresError
 */
export async function resetLease(connectionString: string, name: string): Promise<boolean> {
  const held = await tryLock(connectionString, { name: `sanad-${name}`, lock: `lease/${name}` });
  if (!held) return false;
  try {
    await createTables(held, TABLE);
    await held.query(RESET, [name]);
    return true;
  } finally {
    await held.release();
  }
}

export interface PostgresLeaseOptions {
  /**
   * Schema that holds the table; it must exist. Default: the connection's own. Leases of different
   * schemas are different.
   */
  readonly schema?: string;
}

/**
 * A session's advisory lock, and the checkpoint written over the same session, so that whoever lost
 * the one cannot move the other. A holder that dies is replaced at once, one that is cut off
 * without either end seeing it within ten seconds.
 */
export function postgresLease(
  connectionString: string,
  name: string,
  options: PostgresLeaseOptions = {},
): Lease {
  const hold = async (signal: AbortSignal): Promise<LeaseHold | undefined> => {
    const held = await holdLock(
      connectionString,
      { name: `sanad-${name}`, lock: `lease/${name}`, ...options },
      signal,
    );
    if (!held) return undefined;
    try {
      await createTables(held, TABLE);
    } catch (error) {
      await held.release();
      throw error;
    }
    return {
      lost: held.lost,
      async load() {
        const [row] = await held.query<{ position: string }>(
          'select position from sanad_lease where name = $1',
          [name],
        );
        return Number(row?.position ?? -1);
      },
      async save(position) {
        await held.query(SAVE, [name, position]);
      },
      async loadText() {
        const [row] = await held.query<{ text: string }>(TEXT, [name]);
        return row?.text;
      },
      async saveText(text) {
        await held.query(SAVE_TEXT, [name, text]);
      },
      release: () => held.release(),
    };
  };
  return { hold };
}
