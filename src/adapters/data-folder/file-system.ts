import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError } from '../../kernel/errors.js';
import { syncFolderSync } from '../durable-files/sync-folder.js';
import { lookAtFolder } from './looked-at.js';
import {
  FOLDER_FORMAT,
  LOCK_FILE,
  privateDatabase,
  diskFailure,
  isBusy,
  readManifest,
  writeManifest,
  type DataFolder,
} from './port.js';

export interface DataFolderOptions {
  /**
   * False: only look, beside a process that holds the folder (making a token while `serve` runs).
   * Default true.
   */
  readonly hold?: boolean;
  /**
   * True: refuse a folder that is absent or empty instead of making one, which hides a mistyped
   * name. Default false.
   */
  readonly mustExist?: boolean;
  /**
   * production: the folder is marked as used so for good; development: one that is marked is
   * refused. Absent: only look.
   */
  readonly mode?: 'development' | 'production';
}

const PRODUCTION = 'production';

/**
 * Opens a data folder, makes it (0700) where it is absent, and holds it for this process alone. The
 * hold is an exclusive transaction on lock.db: the operating system ends it with the process,
 * however that dies.
 * @throws StoreError DATA_FOLDER_HELD, DATA_FOLDER_MISSING, DATA_FOLDER_PRODUCTION,
 *   LOG_NEWER_VERSION, LOG_CORRUPT, DISK_FULL, STORE_FAILED
 */
export async function openDataFolder(
  dir: string,
  options: DataFolderOptions = {},
): Promise<DataFolder> {
  const path = resolve(dir);
  if (options.mustExist === true && readManifest(path) === undefined) {
    throw new StoreError(
      'DATA_FOLDER_MISSING',
      `${path} is not a data folder of Sanad. --data names it; \`programmes define\`, \`serve\` and \`demo\` make one.`,
    );
  }
  if (options.mode === 'development') requireNoProduction(path);
  try {
    return made(path, options);
  } catch (error) {
    throw diskFailure(error, `the data folder ${path}`);
  }
}

function made(path: string, options: DataFolderOptions): DataFolder {
  const keys = join(path, 'keys');
  const files = join(path, 'files');
  for (const each of [path, keys, files]) privateFolder(each);
  const letGo = options.hold === false ? () => undefined : hold(path);
  try {
    if (readManifest(path) === undefined) writeManifest(path, { format: FOLDER_FORMAT });
    if (options.mode === 'production') markProduction(path);
    if (options.hold !== false)
      for (const each of [files, join(path, 'archive')]) removeParts(each);
  } catch (error) {
    letGo();
    throw error;
  }
  return { path, keys, files, close: async () => letGo() };
}

/**
 * What a process that was killed, or lost its power, was writing: names and accounts that nobody
 * reads or removes any more. Whoever holds the folder is the only one who writes there.
 */
function removeParts(dir: string): void {
  if (!existsSync(dir)) return;
  for (const entry of readdirSync(dir, { withFileTypes: true }))
    if (entry.isFile() && entry.name.endsWith('.part')) rmSync(join(dir, entry.name));
}

/** Development mode takes people at their word; what they say has no place in a real log. */
function requireNoProduction(path: string): void {
  if (existsSync(join(path, PRODUCTION)))
    throw new StoreError(
      'DATA_FOLDER_PRODUCTION',
      `${path} was used in production mode, and development mode does not open it. Set SANAD_MODE=production.`,
    );
}

function markProduction(path: string): void {
  const mark = join(path, PRODUCTION);
  if (existsSync(mark)) return;
  writeFileSync(mark, 'Used in production mode: development mode does not open this folder.\n', {
    mode: 0o600,
  });
}

/**
 * Makes a folder for its owner only, or closes one to others. Of a volume that belongs to another
 * account, whose mode is that account's to set, the mode stays.
 */
function privateFolder(dir: string): void {
  const first = mkdirSync(dir, { recursive: true, mode: 0o700 });
  if (first !== undefined) syncNames(dir, first);
  try {
    chmodSync(dir, 0o700);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) throw error;
  }
}

/**
 * Syncs the folders that hold the names of `dir` and of those above it that were made with it: else
 * a loss of power takes the whole folder with all that was acknowledged in it.
 */
function syncNames(dir: string, first: string): void {
  for (let at = dir; ; at = dirname(at)) {
    try {
      syncFolderSync(dirname(at));
    } catch (error) {
      // Of a folder that may be entered and not read, nothing can be synced.
      if (!(error instanceof Error && 'code' in error && error.code === 'EACCES')) throw error;
    }
    if (at === first) return;
  }
}

function hold(path: string): () => void {
  const note = join(path, 'lock.pid');
  const db = new Database(privateDatabase(join(path, LOCK_FILE)), { timeout: 0 });
  try {
    db.pragma('journal_mode = DELETE');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (!isBusy(error)) throw error;
    throw new StoreError(
      'DATA_FOLDER_HELD',
      `${path} is held by ${holder(path, note)}. Stop that one first, or use another folder.`,
      { cause: error },
    );
  }
  writeFileSync(note, `${process.pid}\n`, { mode: 0o600 });
  return () => {
    if (db.open) db.close();
  };
}

/** Who audits a folder holds it too, as one of many, and leaves no note. */
function holder(path: string, note: string): string {
  try {
    const looked = lookAtFolder(path);
    looked.close();
    if (!looked.isHeld) return 'an audit that reads it';
    const pid = readFileSync(note, 'utf8').trim();
    return /^[0-9]{1,10}$/.test(pid) ? `process ${pid}` : 'another process';
  } catch {
    return 'another process';
  }
}
