import { existsSync, rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { LRUCache } from 'lru-cache';
import { privateDatabase } from '../../data-folder/port.js';
import { PLUS, ReadStoreError, storedTotal } from '../port.js';

/** What a statement gives: rows of a query, or the number of rows that it changed. */
export interface SqlResult {
  readonly rows: Record<string, unknown>[];
  readonly changes: number;
}

/**
 * Prepared statements are kept: the runner's few are executed thousands of times, and preparing a
 * long one costs milliseconds.
 */
const KEPT_STATEMENTS = 400;
/** Of pages, in KiB; negative as SQLite wants it. */
const CACHE_KIB = -32_768;

interface Prepared {
  readonly statement: Database.Statement<unknown[], Record<string, unknown>>;
  /**
   * Result columns that are whole numbers but not money, where the statement also returns money.
   */
  readonly narrowed: readonly string[];
  /** Columns of money, some of which may be totals that are text. */
  readonly money: readonly string[];
  readonly booleans: readonly string[];
}

/**
 * One connection to read.db. Money (columns named `…_minor`) is bigint both ways; every other whole
 * number is a number.
 */
export class SqliteConnection {
  readonly #database: Database.Database;
  readonly #statements = new LRUCache<string, Prepared>({ max: KEPT_STATEMENTS });

  /**
   * @throws ReadStoreError READ_STORE_ABSENT (read-only and no file), READ_STORE_CORRUPT,
   *   READ_STORE_FAILED
   */
  constructor(file: string, options: { readonly readOnly: boolean }) {
    if (options.readOnly && !existsSync(file))
      throw new ReadStoreError('READ_STORE_ABSENT', 'The read models are not built yet.');
    this.#database = opened(file, options.readOnly);
  }

  execute(sql: string, parameters: readonly unknown[]): SqlResult {
    try {
      const prepared = this.#prepare(sql);
      const bound = withoutBooleans(parameters);
      if (!prepared.statement.reader)
        return { rows: [], changes: prepared.statement.run(...[bound as unknown[]]).changes };
      const rows = prepared.statement.all(...[bound as unknown[]]);
      if (prepared.money.length > 0 || prepared.booleans.length > 0)
        for (const row of rows) normalise(row, prepared);
      return { rows, changes: 0 };
    } catch (error) {
      throw asReadStoreError(error);
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): Prepared {
    const kept = this.#statements.get(sql);
    if (kept) return kept;
    const statement = this.#database.prepare<unknown[], Record<string, unknown>>(sql);
    const columns = statement.reader ? statement.columns() : [];
    const money = columns.map(({ name }) => name).filter((name) => name.endsWith('_minor'));
    if (money.length > 0) statement.safeIntegers(true);
    const booleans = columns
      .filter(({ type }) => type?.toLowerCase() === 'boolean')
      .map(({ name }) => name);
    const narrowed =
      money.length > 0
        ? columns
            .map(({ name }) => name)
            .filter((name) => !money.includes(name) && !booleans.includes(name))
        : [];
    const prepared: Prepared = { statement, narrowed, money, booleans };
    // Tables come and go with builds; a statement on a dropped one is only ever dead weight.
    if (/^\s*(create|drop|alter)/i.test(sql)) this.#statements.clear();
    else this.#statements.set(sql, prepared);
    return prepared;
  }
}

/** SQLite has no booleans: 1 and 0. */
const withoutBooleans = (parameters: readonly unknown[]): readonly unknown[] =>
  parameters.map((value) => (typeof value === 'boolean' ? Number(value) : value));

function opened(file: string, readOnly: boolean): Database.Database {
  let database: Database.Database | undefined;
  try {
    if (!readOnly) privateDatabase(file);
    database = new Database(file, { readonly: readOnly, timeout: 10_000 });
    if (!readOnly) {
      database.pragma('journal_mode = WAL');
      // Rows and checkpoint are one transaction, and a power loss can only take the newest of them
      // together: the log gives those events again. So the read models need no sync at each commit,
      // as the log itself does.
      database.pragma('synchronous = NORMAL');
      database.pragma('wal_autocheckpoint = 8000');
    }
    database.pragma(`cache_size = ${CACHE_KIB}`);
    sumExactly(database);
    database.prepare('select count(*) from sqlite_master').get();
    return database;
  } catch (error) {
    database?.close();
    throw asReadStoreError(error);
  }
}

/** SQLite's own sums fail beyond 64 bits, or go on as floats; totals are exact, however large. */
function sumExactly(database: Database.Database): void {
  const exact = { deterministic: true, safeIntegers: true } as const;
  database.function(PLUS, exact, (a: Whole, b: Whole) => storedTotal(BigInt(a) + BigInt(b)));
  database.aggregate<bigint | null>('sum', {
    ...exact,
    start: () => null,
    step: (sum, value: Whole | null) => (value === null ? sum : (sum ?? 0n) + BigInt(value)),
    result: (sum) => (sum === null ? null : storedTotal(sum)),
  });
}
type Whole = bigint | string | number;

function normalise(row: Record<string, unknown>, { narrowed, money, booleans }: Prepared): void {
  for (const name of money) {
    const value = row[name];
    if (typeof value === 'string') row[name] = BigInt(value);
  }
  for (const name of narrowed) {
    const value = row[name];
    if (typeof value === 'bigint') row[name] = Number(value);
  }
  for (const name of booleans) {
    const value = row[name];
    if (value !== null) row[name] = value === 1 || value === 1n;
  }
}

/** Deletes a database with its journal. */
export function deleteDatabase(file: string): void {
  for (const path of [file, `${file}-wal`, `${file}-shm`]) rmSync(path, { force: true });
}

function asReadStoreError(error: unknown): Error {
  if (error instanceof ReadStoreError) return error;
  // By code and message, not by class: the addon throws the class of whichever copy of the module
  // was loaded first.
  const code =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  const message =
    typeof error === 'object' && error !== null && 'message' in error
      ? String(error.message)
      : String(error);
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
    return new ReadStoreError('READ_STORE_CORRUPT', message, { cause: error });
  if (code === 'SQLITE_FULL')
    return new ReadStoreError('DISK_FULL', 'The disk that holds the read models is full.', {
      cause: error,
    });
  return new ReadStoreError('READ_STORE_FAILED', message, { cause: error });
}
