import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { diskFailure, syncFolder } from '../data-folder/port.js';
import type { AccessLog } from './port.js';

const FILE = 'access.ndjson';
const NEWLINE = 10;

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
  syncFolder(dir);
  return file;
}

async function endsTorn(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 });
  return buffer[0] !== NEWLINE;
}

/** Nobody is shown personal data before it is noted who saw it. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw diskFailure(error, `${FILE}, which notes who reads personal data`);
  }
}
