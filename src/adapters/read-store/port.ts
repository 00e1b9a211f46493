import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely';

/** Any tables: each projection declares its own and narrows it where it queries. */
export type ReadDb = Kysely<any>;
/** What rows must fulfil, for a query's `where`. */
export type ReadCondition = (row: ExpressionBuilder<any, any>) => Expression<SqlBool>;

/**
 * Where read models live: SQLite or PostgreSQL behind one query builder. Everything in it can be
 * deleted and rebuilt.
 */
export interface ReadStore {
  readonly dialect: 'sqlite' | 'postgres';
  readonly db: ReadDb;
  /**
   * Throws everything away and starts empty; absent where the store is not ours to throw away, and
   * on read-only stores.
   */
  recreate?(): Promise<void>;
  close(): Promise<void>;
}

/** The function that adds to a total in SQLite, whose own sums end at 64 bits. */
export const PLUS = 'plus_minor';
/** As SQLite keeps a total: what 64 bits do not hold is text. */
export const storedTotal = (total: bigint): bigint | string =>
  BigInt.asIntN(64, total) === total ? total : String(total);

/**
 * A failure of the store of read models. It loses nothing: the log has everything. SQL that names
 * what does not exist keeps the engine's own words in `detail`.
 */
export class ReadStoreError extends Error {
  constructor(
    readonly code:
      | 'READ_STORE_CORRUPT'
      | 'READ_STORE_FAILED'
      | 'READ_STORE_AWAY'
      | 'READ_STORE_CLOSED'
      | 'READ_STORE_ABSENT'
      | 'DISK_FULL',
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
    this.name = 'ReadStoreError';
  }
}
