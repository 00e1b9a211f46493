import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFailure } from '../data-folder/port.js';
import { syncFolderSync } from '../durable-files/sync-folder.js';
import {
  isAmong,
  type Access,
  type AccessFilter,
  type AccessLog,
  type AccessPage,
} from './port.js';

const FILE = 'access.ndjson';
const NEWLINE = 10;
/** Bytes looked through for one page. */
const WINDOW = 4 * 1024 * 1024;

/**
 * A line each in a file of the folder. Lines of readings that come together share one sync. Half a
 * line, which a full disk or a loss of power left, stays a line of its own that nobody was answered
 * for. @throws StoreError DISK_FULL, STORE_FAILED: nobody sees what could not be noted
 */
export async function openAccessLog(dir: string): Promise<AccessLog> {
  const file = await told(() => opened(dir));
  let waiting: string[] = [];
  let isTorn = await told(() => endsTorn(file));
  let writing: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const append = async (lines: string): Promise<void> => {
    const text = isTorn ? `\n${lines}` : lines;
    isTorn = true;
    await file.appendFile(text);
    await file.datasync();
    isTorn = false;
  };
  const flush = async (): Promise<void> => {
    await writing.catch(() => undefined);
    const lines = waiting.join('');
    waiting = [];
    next = undefined;
    writing = told(() => append(lines));
    return writing;
  };
  return {
    note: (access) => {
      waiting.push(`${JSON.stringify(access)}\n`);
      next ??= flush();
      return next;
    },
    list: (filter, from, limit) => told(() => listed(dir, filter, from, limit)),
    close: async () => {
      await next?.catch(() => undefined);
      await writing.catch(() => undefined);
      await file.close();
    },
  };
}

/** The file, and its name in the folder: a line in a file that has no name is lost. */
async function opened(dir: string): Promise<FileHandle> {
  const file = await open(join(dir, FILE), 'a+', 0o600);
  syncFolderSync(dir);
  return file;
}

async function endsTorn(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 });
  return buffer[0] !== NEWLINE;
}

/** Whole lines of one window; what is torn, or not a reading, is passed over. */
async function listed(
  dir: string,
  filter: AccessFilter,
  from: number,
  limit: number,
): Promise<AccessPage> {
  const file = await open(join(dir, FILE), 'r');
  try {
    const { size } = await file.stat();
    const length = Math.max(0, Math.min(WINDOW, size - from));
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position: from });
    const bytes = buffer.subarray(0, bytesRead);
    const items: Access[] = [];
    let place = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, place);
      if (end === -1) break;
      const access = readingOf(bytes.toString('utf8', place, end));
      place = end + 1;
      if (!access || !isAmong(filter, access)) continue;
      items.push(access);
      if (items.length === limit) return { items, next: from + place };
    }
    const isEnd = from + bytesRead >= size;
    if (isEnd) return { items, next: undefined };
    return { items, next: from + (place === 0 ? bytesRead : place) };
  } finally {
    await file.close();
  }
}

function readingOf(line: string): Access | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null && 'time' in value
      ? (value as Access)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Nobody is shown personal data before it is noted who saw it. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskFailure(error, `${FILE}, which notes who reads personal data`);
  }
}
