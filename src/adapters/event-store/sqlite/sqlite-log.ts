import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { privateDatabase } from '../../data-folder/port.js';
import { StoreError, type StoreErrorCode } from '../../../kernel/errors.js';
import type { ReadableDatabase } from './readable-database.js';

/**
 * The only file that knows the SQLite driver: it opens the log, lays its tables and turns the
 * driver's errors into ours.
 */
export type Sqlite = Database.Database;
export type Statement = Database.Statement;

export const LOG_FILE = 'log.db';
export const LOG_FORMAT = 1;
/** "SNDL" in the file's header: another program's database is not taken for a log. */
const APPLICATION_ID = 0x534e444c;
/**
 * Pages of 4 KiB in the write-ahead log before a commit copies them back: fewer, and hot index
 * pages are copied again and again.
 */
const WAL_PAGES = 8_000;

// `position` is the rowid, so the table itself is in commit order; the one index finds streams and
// refuses a revision twice.
const TABLES = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, line TEXT NOT NULL, leaf BLOB NOT NULL);
  CREATE UNIQUE INDEX events_by_stream ON events (stream, revision);
  CREATE TABLE receipts (key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL, position INTEGER NOT NULL) WITHOUT ROWID;
`;

export interface OpenLog<D = Sqlite> {
  readonly db: D;
  /** Random id made with the file. */ readonly logId: string;
}

/**
 * Opens the log for its one writer and makes it where there is none, or where the making of one was
 * cut short.
 * @param mustExist the id that the folder remembers; a log that is absent, empty or another is then
 *   refused, never made again
 * @throws StoreError LOG_CORRUPT, LOG_NEWER_VERSION, DISK_FULL
 */
export function openLogForWriting(dir: string, mustExist?: string): OpenLog {
  const file = join(dir, LOG_FILE);
  const empty = !existsSync(file) || statSync(file).size === 0;
  if (empty && mustExist !== undefined) {
    throw new StoreError(
      'LOG_CORRUPT',
      `${LOG_FILE} is ${existsSync(file) ? 'empty' : 'missing'}, but this data folder had a log. Restore it from a backup; it is never made again over a lost one.`,
    );
  }
  return guard(() => {
    const db = new Database(privateDatabase(file), { timeout: 5_000 });
    try {
      // A file that is not empty is looked at before anything is written to it.
      const unlaid = empty || (mustExist === undefined && isUnlaid(db));
      if (!unlaid) checkHeader(db);
      db.pragma('journal_mode = WAL');
      db.pragma('synchronous = FULL');
      db.pragma(`wal_autocheckpoint = ${WAL_PAGES}`);
      db.pragma('cache_size = -32768');
      if (unlaid) lay(db);
      const logId = idOf(db);
      if (mustExist !== undefined && logId !== mustExist) {
        throw new StoreError(
          'LOG_CORRUPT',
          `${LOG_FILE} is not the log that this data folder had. Put the right file back.`,
        );
      }
      return { db, logId };
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/**
 * Opens the log for reading, beside whoever may write it; it must exist. SQLite makes the files of
 * a write-ahead log beside it where there are none. @throws StoreError
 */
export function openLogForReading(dir: string): OpenLog {
  return opened(dir, (file) => {
    const db = new Database(file, { readonly: true, timeout: 5_000 });
    db.pragma('cache_size = -16384');
    return db;
  });
}

/**
 * The same of a log that nobody writes meanwhile and that has no write-ahead log: nothing is made
 * beside it. @throws StoreError
 */
export async function openStillLog(dir: string): Promise<OpenLog<ReadableDatabase>> {
  const { openStill } = await import('./still-database.js');
  return opened(dir, openStill);
}

function opened<D extends ReadableDatabase>(dir: string, open: (file: string) => D): OpenLog<D> {
  const file = join(dir, LOG_FILE);
  if (!existsSync(file)) throw new StoreError('LOG_CORRUPT', `${LOG_FILE} is missing.`);
  return guard(() => {
    const db = open(file);
    try {
      checkHeader(db);
      return { db, logId: idOf(db) };
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Opens the log beside its writer, for what is kept with it and is no event. @throws StoreError */
export function openLogBeside(dir: string): Sqlite {
  const db = new Database(join(dir, LOG_FILE), { fileMustExist: true, timeout: 5_000 });
  db.pragma('synchronous = FULL');
  return db;
}

/**
 * SQLite's own header and nothing else: whoever made the log ended before its tables, which come in
 * one transaction, were there.
 */
const isUnlaid = (db: Sqlite): boolean =>
  db.pragma('application_id', { simple: true }) === 0 &&
  db.pragma('user_version', { simple: true }) === 0 &&
  db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;

function lay(db: Sqlite): void {
  db.transaction(() => {
    db.exec(TABLES);
    db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)').run('log-id', randomUUID());
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${LOG_FORMAT}`);
  }).immediate();
}

function checkHeader(db: ReadableDatabase): void {
  if (db.prepare('PRAGMA application_id').pluck().get() !== APPLICATION_ID) {
    throw new StoreError(
      'LOG_CORRUPT',
      `${LOG_FILE} is not a log of Sanad, or its header is damaged. It was left as it is.`,
    );
  }
  const format = Number(db.prepare('PRAGMA user_version').pluck().get());
  if (format > LOG_FORMAT) {
    throw new StoreError(
      'LOG_NEWER_VERSION',
      `${LOG_FILE} has format ${format}; this version of Sanad reads up to ${LOG_FORMAT}. Use the newer version.`,
    );
  }
  if (format < 1)
    throw new StoreError('LOG_CORRUPT', `${LOG_FILE} has no format. It was left as it is.`);
}

function idOf(db: ReadableDatabase): string {
  const id = db.prepare('SELECT value FROM meta WHERE key = ?').pluck().get('log-id');
  if (typeof id !== 'string')
    throw new StoreError('LOG_CORRUPT', `${LOG_FILE} has lost its id. It was left as it is.`);
  return id;
}

/**
 * Runs `work` and throws what the driver throws as StoreError; `fallback` is the code of failures
 * that have no code of their own.
 */
export function guard<T>(work: () => T, fallback: StoreErrorCode = 'STORE_FAILED'): T {
  try {
    return work();
  } catch (error) {
    throw asStoreError(error, fallback);
  }
}

export function asStoreError(
  error: unknown,
  fallback: StoreErrorCode = 'STORE_FAILED',
): StoreError {
  if (error instanceof StoreError) return error;
  if (!isSqliteError(error)) {
    return new StoreError(fallback, error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
  const { code } = error;
  const where = `${LOG_FILE} (${code})`;
  if (code === 'SQLITE_FULL')
    return new StoreError(
      'DISK_FULL',
      `No space is left for ${where}. Nothing of this request was written; make space and start again.`,
      { cause: error },
    );
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new StoreError(
      'LOG_CORRUPT',
      `${where} is damaged: ${error.message}. It was left as it is; restore it from a backup.`,
      { cause: error },
    );
  }
  if (code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code.startsWith('SQLITE_BUSY')) {
    return new StoreError(
      'STORE_FAILED',
      `Another process is writing to ${where}. Nothing of this request was written.`,
      { cause: error },
    );
  }
  return new StoreError(fallback, `${where}: ${error.message}`, { cause: error });
}

/** True where an insert was refused because the stream already has that revision. */
export const isRevisionTaken = (error: unknown): boolean =>
  isSqliteError(error) && error.code === 'SQLITE_CONSTRAINT_UNIQUE';

/**
 * By its code, not its class: the addon throws the class of whichever copy of the module was loaded
 * first in the process.
 */
export function isSqliteError(
  error: unknown,
): error is { readonly code: string; readonly message: string } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('SQLITE_')
  );
}
