import { pathToFileURL } from 'node:url';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { ReadableDatabase, ReadStatement } from './readable-database.js';

/**
 * Opens a database that nobody writes meanwhile (`immutable`): without locks, and without the files
 * that SQLite makes beside a database with a write-ahead log even of who only reads it. What stands
 * in such a log is not seen. The other driver takes no URI, so that this is Node's own; it is
 * loaded by who proves a log only, and never beside a writer of the same file in one process.
 */
export function openStill(file: string): ReadableDatabase {
  const url = pathToFileURL(file);
  url.searchParams.set('immutable', '1');
  const db = told(() => new DatabaseSync(url, { readOnly: true }));
  return {
    prepare: (sql) => new StillStatement(told(() => db.prepare(sql))),
    close: () => db.close(),
  };
}

class StillStatement implements ReadStatement {
  #firstOnly = false;

  constructor(private readonly statement: StatementSync) {}

  raw(): this {
    this.statement.setReturnArrays(true);
    return this;
  }

  pluck(): this {
    this.#firstOnly = true;
    return this.raw();
  }

  get(...values: readonly unknown[]): unknown {
    const row: unknown = told(() => this.statement.get(...(values as SQLInputValue[])));
    return this.#firstOnly ? (row as readonly unknown[] | undefined)?.[0] : row;
  }

  all(...values: readonly unknown[]): unknown[] {
    return told(() => this.statement.all(...(values as SQLInputValue[])));
  }
}

/** SQLite's result codes that we tell apart, as the other driver names them. */
const NAMES: Readonly<Record<number, string>> = {
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  14: 'SQLITE_CANTOPEN',
  26: 'SQLITE_NOTADB',
};

function told<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error && 'errcode' in error)) throw error;
    const code = NAMES[Number(error.errcode) & 0xff] ?? 'SQLITE_ERROR';
    throw Object.assign(new Error(error.message, { cause: error }), { code });
  }
}
