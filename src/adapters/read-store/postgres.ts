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
import { isAway, startingWith } from '../postgres/pool.js';
import { ReadStoreError, type ReadStore } from './port.js';

const INT8 = 20;
const NUMERIC = 1700;
/** For a connection of the pool, or for a new one: a server that is away is said to be so. */
const CONNECT_TIMEOUT_MS = 10_000;
const KEEP_ALIVE_MS = 2_000;

export interface PostgresReadStoreOptions {
  /** Connections at most; default 8. */
  readonly max?: number;
  /** Schema that holds the tables; it must exist. Default: the connection's own. */
  readonly schema?: string;
  /**
   * Milliseconds that a statement may take; then it fails as READ_STORE_AWAY. Default: no limit,
   * which building read models needs.
   */
  readonly statementTimeoutMs?: number;
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
      : { statement_timeout: options.statementTimeoutMs }),
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
  const told: PostgresPool = {
    options: pool.options,
    connect: async () => new ToldClient(await pool.connect().catch(rethrow)),
    end: () => pool.end(),
  };
  const db = new Kysely<never>({
    dialect: new PostgresDialect({ pool: told }),
    plugins: [numbersByName],
  });
  return { dialect: 'postgres', db, close: () => db.destroy() };
}

/**
 * A client whose queries say that the server is away where it is; what the database itself refuses
 * stays as it is.
 */
class ToldClient implements PostgresPoolClient {
  constructor(private readonly client: PostgresPoolClient) {}

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(asked: string | PostgresCursor<R>, parameters: readonly unknown[] = []) {
    return typeof asked === 'string'
      ? this.client.query<R>(asked, parameters).catch(rethrow)
      : this.client.query(asked);
  }

  release(destroy?: boolean): void {
    this.client.release(destroy);
  }
}

function rethrow(error: unknown): never {
  throw isAway(error)
    ? new ReadStoreError(
        'READ_STORE_AWAY',
        'The read models cannot be reached now; ask again in a moment.',
        { cause: error },
      )
    : error;
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
