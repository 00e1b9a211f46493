import type { Kysely } from 'kysely';

/** Any tables: each projection declares its own and narrows it where it queries. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- kysely's own way of saying "tables decided at run time"
export type ReadDb = Kysely<any>;

/** Where read models live: SQLite or PostgreSQL behind one query builder. Everything in it can be deleted and rebuilt. */
export interface ReadStore {
  readonly dialect: 'sqlite' | 'postgres';
  readonly db: ReadDb;
  close(): Promise<void>;
}
export const READ_STORE = Symbol('ReadStore');
