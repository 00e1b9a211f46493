import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { isBusy, LOCK_FILE } from './port.js';

/** A folder that is only looked at. */
export interface LookedAt {
  /** Whether a process holds it, and may write there meanwhile. */
  readonly isHeld: boolean;
  close(): void;
}

/**
 * Looks whether a folder is held, and keeps others from holding one that is not until closed.
 * Nothing is written or made: the share in the lock is the operating system's, and a folder without
 * lock.db (a copy of a log) has nobody who could hold it.
 */
export function lookAtFolder(path: string): LookedAt {
  const file = join(path, LOCK_FILE);
  const nothing = (): void => undefined;
  if (!existsSync(file)) return { isHeld: false, close: nothing };
  const db = new Database(file, { readonly: true, timeout: 0 });
  try {
    db.exec('BEGIN');
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
    return { isHeld: false, close: () => db.close() };
  } catch (error) {
    db.close();
    if (!isBusy(error)) throw error;
    return { isHeld: true, close: nothing };
  }
}
