import { holdLock, tryLock, type Held } from '../postgres/lock.js';
import { createTables, type Postgres, type Session } from '../postgres/pool.js';
import type { RelayGround, RelayHold, RelayState } from './port.js';

/** One relay a database. */
const LOCK = { name: 'sanad-relay', lock: 'relay' };
const TABLE = `create table if not exists sanad_relay (one boolean primary key default true check (one), position bigint not null);
  create table if not exists sanad_relay_ground (one boolean primary key default true check (one), ground text not null)`;
const MOVE = `with ground as (
    insert into sanad_relay_ground (ground) values ($2) on conflict (one) do update set ground = excluded.ground
  ) insert into sanad_relay (position) values ($1) on conflict (one) do update set position = excluded.position`;
const GROUND = 'select ground from sanad_relay_ground';

async function groundIn(session: Session): Promise<RelayGround> {
  const [row] = await session.query<{ ground: string }>(GROUND);
  return row ? (JSON.parse(row.ground) as RelayGround) : {};
}

/**
 * What the relay's position stands on, for whoever reads what it published and looks again and
 * again: the tables are made once. @throws PostgresError
 */
export async function openRelayGround(database: Postgres): Promise<() => Promise<RelayGround>> {
  await database.create(TABLE);
  return () => groundIn(database);
}

/**
 * A session's advisory lock, and the checkpoint written over the same session, so that whoever lost
 * the one cannot move the other.
 */
export function postgresRelayState(connectionString: string): RelayState {
  const moved = async (held: Held, position: number, ground: RelayGround): Promise<void> => {
    await held.query(MOVE, [position, JSON.stringify(ground)]);
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
          ground: await groundIn(held),
          lost: held.lost,
          release: () => held.release(),
          moved: (position, ground) => moved(held, position, ground),
        };
      } catch (error) {
        await held.release();
        throw error;
      }
    },
    async rewind(position, meanwhile) {
      const held = await tryLock(connectionString, LOCK);
      if (!held)
        throw new Error('A relay is at work: stop it first, and its checkpoint can be set back.');
      try {
        await createTables(held, TABLE);
        await meanwhile?.();
        await moved(held, position, {});
      } finally {
        await held.release();
      }
    },
  };
}
