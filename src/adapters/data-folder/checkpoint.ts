import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StoreError } from '../../kernel/errors.js';
import { syncFolderSync } from '../durable-files/sync-folder.js';
import { diskFailure } from './port.js';

/**
 * Remembers a log position in a small file. Losing it, or an older one, is harmless: what follows
 * the log bears seeing events again. So it is renamed into place, but not synced.
 * @throws StoreError STORE_FAILED, DISK_FULL
 */
export function fileCheckpoint(path: string): {
  load(): Promise<number>;
  save(position: number): Promise<void>;
} {
  return {
    async load() {
      // A loss of power may leave an empty file or zeroes where the name had moved already.
      const text = readWhereThere(path) ?? '';
      return /^(?:-1|\d{1,15})$/.test(text) ? Number(text) : -1;
    },
    async save(position) {
      await told(path, () => {
        writeFileSync(`${path}.partial`, String(position), { mode: 0o600 });
        renameSync(`${path}.partial`, path);
      });
    },
  };
}

/**
 * A small text in a file, put into place whole. Where it is not synced, a loss of power may leave
 * anything of it. Undefined where no file is: one that is there and cannot be read is not taken for
 * none. @throws StoreError STORE_FAILED, DISK_FULL
 */
export function fileText(
  path: string,
  { synced }: { readonly synced: boolean },
): {
  readonly name: string;
  load(): Promise<string | undefined>;
  save(text: string): Promise<void>;
} {
  return {
    name: path,
    async load() {
      return readWhereThere(path);
    },
    async save(text) {
      await told(path, () => {
        const file = openSync(`${path}.partial`, 'w', 0o600);
        try {
          writeFileSync(file, text);
          if (synced) fsyncSync(file);
        } finally {
          closeSync(file);
        }
        renameSync(`${path}.partial`, path);
        if (synced) syncFolderSync(dirname(path));
      });
    },
  };
}

function readWhereThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new StoreError('STORE_FAILED', `Reading ${path} failed (${code}).`, { cause: error });
  }
}

async function told(path: string, write: () => void): Promise<void> {
  try {
    write();
  } catch (error) {
    throw diskFailure(error, basename(path));
  }
}

const EACH = 'automation.json';
const SET_ASIDE = 'set-aside.json';
const ACTED = 'automation.checkpoint';
const VERIFIED = 'erased-keys.checkpoint';

/** Positions that a data folder keeps, each in a file of its own. */
export const checkpointsIn = (dir: string) => ({
  /** How far each process manager acted; and what was set aside, which must not be lost. */
  each: {
    ...fileText(join(dir, EACH), { synced: false }),
    setAside: fileText(join(dir, SET_ASIDE), { synced: true }),
  },
  /** How far all of them acted. */
  acted: fileCheckpoint(join(dir, ACTED)),
  /** Up to where it was made sure that the keys of erased persons are gone. */
  verified: fileCheckpoint(join(dir, VERIFIED)),
  /** Forgets all of them: whoever comes next begins at the start of the log. */
  forget(): void {
    for (const file of [EACH, SET_ASIDE, ACTED, VERIFIED]) rmSync(join(dir, file), { force: true });
  },
});
