import { holdLock, tryLock, type Held } from '../postgres/lock.js';
import { createTables } from '../postgres/pool.js';
import type { RelayHold, RelayState } from './port.js';

/** One relay a database. */
const LOCK = { name: 'sanad-relay', lock: 'relay' };
const TABLE =
  'create table if not exists sanad_relay (one boolean primary key default true check (one), position bigint not null)';
const MOVE =
  'insert into sanad_relay (position) values ($1) on conflict (one) do update set position = excluded.position';

/**
 * A session's advisory lock, and the checkpoint written over the same session, so that whoever lost
 * the one cannot move the other.
 */
export function postgresRelayState(connectionString: string): RelayState {
  const moved = async (held: Held, position: number): Promise<void> => {
    await held.query(MOVE, [position]);
  };
  return {
    async hold(signal): Promise<RelayHold | undefined> {
      const held = await holdLock(connectionString, LOCK, signal);
      if (!held) return undefined;
      try {
        await createTables(held, TABLE);
        const [row] = await held.query<{ position: string }>('select position from sanad_relay');
        return {
          position: Number(row?.position ?? -1),
          lost: held.lost,
          release: () => held.release(),
          moved: (position) => moved(held, position),
        };
      } catch (error) {
        await held.release();
        throw error;
      }
    },
    async rewind(position) {
      const held = await tryLock(connectionString, LOCK);
      if (!held)
        throw new Error('A relay is at work: stop it first, and its checkpoint can be set back.');
      try {
        await createTables(held, TABLE);
        await moved(held, position);
      } finally {
        await held.release();
      }
    },
  };
}
