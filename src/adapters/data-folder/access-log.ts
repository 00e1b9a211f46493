import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** Who read personal data of whom, and what for. Never the data. */
export interface Access {
  readonly time: string;
  readonly actor: string;
  readonly role: string;
  readonly what: string;
  readonly of: string;
  readonly count: number;
  readonly correlation: string;
}

/** Readings of personal data, one JSON line each, in `access.ndjson` of the data folder. */
export interface AccessLog {
  /** Resolves once the line is synced: nobody sees personal data before it is noted that they did. */
  note(access: Access): Promise<void>;
  close(): Promise<void>;
}

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
      return (next ??= flush());
    },
    close: async () => {
      await next?.catch(() => undefined);
      await writing.catch(() => undefined);
      await file.close();
    },
  };
}
