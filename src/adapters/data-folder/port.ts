import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { StoreError } from '../../kernel/errors.js';
import { syncFolderSync } from '../durable-files/sync-folder.js';

/** Where things are in a data folder. */
export interface DataFolder {
  /** Absolute. */
  readonly path: string;
  /** Folder of the keys, 0700; never in the same file as what they open. */
  readonly keys: string;
  /** Folder of the payment files. */
  readonly files: string;
  /** Lets go of the folder. Idempotent. */
  close(): Promise<void>;
}

export const FOLDER_FORMAT = 1;
const MANIFEST = 'folder.json';
/** Whoever holds a folder does so by a lock on it. */
export const LOCK_FILE = 'lock.db';

/**
 * Whether a database is locked by another. By its code: the addon throws the error class of
 * whichever copy of the module was loaded first in the process.
 */
export const isBusy = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  String(error.code).startsWith('SQLITE_BUSY');

/** What folder.json says. */
export interface Manifest {
  readonly format: number;
  /** Id of the log that was made here; a folder with one is never given a new log. */
  readonly log?: string;
}

/**
 * Reads folder.json; undefined where there is none.
 * @throws StoreError LOG_NEWER_VERSION for a folder of a newer version, LOG_CORRUPT for one that
 *   cannot be read
 */
export function readManifest(dir: string): Manifest | undefined {
  const file = join(dir, MANIFEST);
  if (!existsSync(file)) return undefined;
  const { format, log } = parse(readFileSync(file, 'utf8'));
  if (!Number.isInteger(format) || (log !== undefined && typeof log !== 'string'))
    throw unreadable();
  if (Number(format) > FOLDER_FORMAT) {
    throw new StoreError(
      'LOG_NEWER_VERSION',
      `The data folder has format ${String(format)}; this version of Sanad reads up to ${FOLDER_FORMAT}. Use the newer version.`,
    );
  }
  return { format: Number(format), ...(typeof log === 'string' ? { log } : {}) };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Told below, without the text.
  }
  throw unreadable();
}

const unreadable = (): StoreError =>
  new StoreError(
    'LOG_CORRUPT',
    `${MANIFEST} of the data folder cannot be read. Restore it from a backup.`,
  );

/**
 * Makes a database's file before SQLite does, for its owner only (0600), whatever the process's
 * umask; -wal and -shm get the mode of their database. One that an earlier version left open to
 * others is closed to them, with what lies beside it. One that is there is never opened: closing it
 * would end the locks that SQLite holds on it elsewhere in this process.
 */
export function privateDatabase(file: string): string {
  if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
  for (const each of [file, `${file}-wal`, `${file}-shm`])
    if (existsSync(each)) chmodSync(each, 0o600);
  return file;
}

/** Writes folder.json whole: temporary name, sync, rename, sync of the folder. */
export function writeManifest(dir: string, manifest: Manifest): void {
  writeWhole(dir, MANIFEST, `${JSON.stringify(manifest)}\n`);
}

/** Notes in folder.json, where there is one, that this folder has this log. */
export function rememberLog(dir: string, log: string): void {
  const manifest = readManifest(dir);
  if (manifest && manifest.log !== log) writeManifest(dir, { ...manifest, log });
}

/**
 * Replaces a small file durably: after a crash it holds the old text or the new, never half.
 * @throws StoreError DISK_FULL, STORE_FAILED
 */
export function writeWhole(dir: string, name: string, text: string): void {
  const temporary = join(dir, `${name}.new`);
  try {
    const file = openSync(temporary, 'w', 0o600);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, join(dir, name));
    syncFolderSync(dir);
  } catch (error) {
    throw diskFailure(error, join(dir, name));
  }
}

/**
 * Makes a key's file, whole or not at all, and never over one that another process has just made: a
 * link fails where the name is taken.
 */
export function makeKeyFile(file: string, text: string): void {
  const dir = dirname(file);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const part = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = openSync(part, 'wx', 0o600);
  try {
    writeFileSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(part, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(part);
  }
  syncFolderSync(dir);
}

/**
 * A failure of the disk in words of ours; any other as it is.
 * @param what could not be written, as the sentence's subject
 */
export function diskFailure(error: unknown, what: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof StoreError || !/^(?:E[A-Z]+$|SQLITE_(?:FULL|IOERR))/.test(code))
    return error;
  return ['ENOSPC', 'EDQUOT', 'SQLITE_FULL'].includes(code)
    ? new StoreError('DISK_FULL', `No space is left for ${what}. Make space and try again.`, {
        cause: error,
      })
    : new StoreError('STORE_FAILED', `Writing ${what} failed (${code}).`, { cause: error });
}
