import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { RelayHold, RelayState } from './port.js';

/** Key of the advisory lock: "sanad" in bytes. One relay a database. */
const LOCK = '495537775972';
/** How often one that waits asks; a relay that died is replaced within this and the time its connection takes to end. */
const ASK_EVERY_MS = 1_000;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 10_000;
const TABLE = 'create table if not exists sanad_relay (one boolean primary key default true check (one), position bigint not null)';

/** A session's advisory lock, and the checkpoint written over the same session, so that whoever lost the one cannot move the other. */
export function postgresRelayState(connectionString: string): RelayState {
  const connected = async (lost: AbortController): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString, keepAlive: true, keepAliveInitialDelayMillis: 2_000, connectionTimeoutMillis: CONNECT_TIMEOUT_MS, statement_timeout: STATEMENT_TIMEOUT_MS, query_timeout: STATEMENT_TIMEOUT_MS, application_name: 'sanad-relay' });
    client.on('error', () => lost.abort());
    client.on('end', () => lost.abort());
    await client.connect();
    return client;
  };
  const locked = async (client: pg.Client): Promise<boolean> => {
    const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [LOCK]);
    return rows[0]?.held === true;
  };

  const hold = async (signal: AbortSignal): Promise<RelayHold | undefined> => {
    const lost = new AbortController();
    const client = await connected(lost);
    const release = (): Promise<void> => client.end();
    try {
      while (!signal.aborted && !(await locked(client))) await wait(ASK_EVERY_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) {
        await release();
        return undefined;
      }
      await client.query(TABLE);
      const { rows } = await client.query<{ position: string }>('select position from sanad_relay');
      return {
        position: Number(rows[0]?.position ?? -1), lost: lost.signal, release,
        async moved(position) { await client.query('insert into sanad_relay (position) values ($1) on conflict (one) do update set position = excluded.position', [position]); },
      };
    } catch (error) {
      await release().catch(() => undefined);
      throw error;
    }
  };

  return {
    hold,
    async rewind(position) {
      const client = await connected(new AbortController());
      try {
        if (!(await locked(client))) throw new Error('A relay is at work: stop it first, and its checkpoint can be set back.');
        await client.query(TABLE);
        await client.query('insert into sanad_relay (position) values ($1) on conflict (one) do update set position = excluded.position', [position]);
      } finally {
        await client.end();
      }
    },
  };
}
