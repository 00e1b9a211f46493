import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { AccessLog } from './port.js';

/** Lines of readings that come together share one sync. */
export async function openAccessLog(dir: string): Promise<AccessLog> {
  const file: FileHandle = await open(join(dir, 'access.ndjson'), 'a', 0o600);
  let waiting: string[] = [];
  let writing: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const flush = async (): Promise<void> => {
    await writing.catch(() => undefined);
    const lines = waiting.join('');
    waiting = [];
    next = undefined;
    writing = file.appendFile(lines).then(() => file.datasync());
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
