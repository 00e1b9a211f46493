import {
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type QueryResult,
} from 'kysely';
import { ReadStoreError, type ReadDb, type ReadStore } from '../port.js';
import { QueryThread } from './query-thread.js';
import { deleteDatabase, SqliteConnection } from './connection.js';

export interface SqliteReadStoreOptions {
  /**
   * local: SQL runs in this thread (bulk work, the runner). worker: in a thread of its own, for
   * queries beside HTTP; always read-only.
   */
  readonly thread: 'local' | 'worker';
  readonly readOnly?: boolean;
  /**
   * Told when a file that could not be opened was thrown away; the read models are then built anew.
   */
  readonly onDiscarded?: (reason: string) => void;
}

/**
 * Read models in one SQLite file (WAL), which holds nothing of its own: a file that cannot be
 * opened is deleted, and the runner builds it anew from the log.
 * @throws ReadStoreError READ_STORE_ABSENT when it is to be read only and is not there (worker: at
 *   the first query)
 */
export async function openSqliteReadStore(
  file: string,
  options: SqliteReadStoreOptions,
): Promise<ReadStore> {
  if (options.thread === 'worker') {
    const thread = new QueryThread(file);
    const db = kyselyOn(new ThreadDriver(thread));
    return {
      dialect: 'sqlite',
      db,
      close: async () => {
        await db.destroy();
        await thread.close();
      },
    };
  }
  const readOnly = options.readOnly ?? false;
  const driver = new LocalDriver(() => open(file, readOnly, options.onDiscarded));
  const db = kyselyOn(driver);
  const store: ReadStore = { dialect: 'sqlite', db, close: () => db.destroy() };
  return readOnly
    ? store
    : { ...store, recreate: () => driver.replace(() => deleteDatabase(file)) };
}

function open(
  file: string,
  readOnly: boolean,
  onDiscarded: ((reason: string) => void) | undefined,
): SqliteConnection {
  try {
    return new SqliteConnection(file, { readOnly });
  } catch (error) {
    if (readOnly || !(error instanceof ReadStoreError) || error.code !== 'READ_STORE_CORRUPT')
      throw error;
    deleteDatabase(file);
    onDiscarded?.(error.detail);
    return new SqliteConnection(file, { readOnly });
  }
}

const kyselyOn = (driver: Driver): ReadDb =>
  new Kysely({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => driver,
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });

const statement = (sql: string): CompiledQuery => ({
  sql,
  parameters: [],
  query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
  queryId: { queryId: sql },
});

/** One connection for everything in this thread; a transaction has it to itself. */
class LocalDriver implements Driver {
  #connection: SqliteConnection;
  #free: Promise<void> = Promise.resolve();
  #release: (() => void) | undefined;
  readonly #session: DatabaseConnection = {
    executeQuery: async <R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> => {
      const { rows, changes } = this.#connection.execute(sql, parameters);
      return { rows: rows as R[], numAffectedRows: BigInt(changes) };
    },
    streamQuery: refuseStreaming,
  };

  constructor(private readonly opened: () => SqliteConnection) {
    this.#connection = opened();
  }

  async init(): Promise<void> {
    /* the connection is open already, so that a file at fault is found by whoever opens it */
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#free;
    let release: () => void = () => undefined;
    this.#free = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    this.#release = release;
    return this.#session;
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(statement('begin immediate'));
  }
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(statement('commit'));
  }
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(statement('rollback'));
  }
  async releaseConnection(): Promise<void> {
    this.#release?.();
  }
  async destroy(): Promise<void> {
    this.#connection.close();
  }

  /** Closes, lets the file be thrown away, and opens it anew, with nothing else going on. */
  async replace(between: () => void): Promise<void> {
    await this.acquireConnection();
    try {
      this.#connection.close();
      between();
      this.#connection = this.opened();
    } finally {
      this.#release?.();
    }
  }
}

/**
 * Queries only, each by itself: the thread answers them in order and nothing is held between two.
 */
class ThreadDriver implements Driver {
  constructor(private readonly thread: QueryThread) {}

  async init(): Promise<void> {
    /* the thread opens the file at the first query */
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return {
      executeQuery: async <R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> => ({
        rows: (await this.thread.query(sql, parameters)) as R[],
      }),
      streamQuery: refuseStreaming,
    };
  }

  beginTransaction(): Promise<void> {
    return Promise.reject(
      new ReadStoreError(
        'READ_STORE_FAILED',
        'The query thread only reads; it has no transactions.',
      ),
    );
  }
  async commitTransaction(): Promise<void> {
    /* none was begun */
  }
  async rollbackTransaction(): Promise<void> {
    /* none was begun */
  }
  async releaseConnection(): Promise<void> {
    /* nothing is held */
  }
  async destroy(): Promise<void> {
    /* the store closes the thread */
  }
}

function refuseStreaming(): never {
  throw new ReadStoreError(
    'READ_STORE_FAILED',
    'Results are read by pages, never streamed: a page holds no lock between two.',
  );
}
