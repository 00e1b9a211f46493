import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

const FOLDERS = ['OUT', 'OUT.tmp', 'SENT', 'IN', 'WORK', 'DONE', 'REJECTED'] as const;
type Folder = (typeof FOLDERS)[number];

/** The folders below the root; they are made when they are first needed. */
export class Folders {
  #made: Promise<unknown> | undefined;

  constructor(private readonly root: string) {}

  at(folder: Folder, name = ''): string {
    return join(this.root, folder, name);
  }

  /** Where a name that may be no text is: one character a byte, as `listed` tells it. */
  atBytes(folder: Folder, name: string): Buffer {
    return Buffer.concat([Buffer.from(this.at(folder, '/')), Buffer.from(name, 'latin1')]);
  }

  ready(): Promise<unknown> {
    this.#made ??= this.#make();
    return this.#made;
  }

  async #make(): Promise<void> {
    try {
      await Promise.all(
        FOLDERS.map((folder) => mkdir(this.at(folder), { recursive: true, mode: 0o770 })),
      );
    } catch (error) {
      this.#made = undefined;
      throw error;
    }
  }
}

export const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';

/** Undefined for what is not there; any other failure stays one. */
export function absent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}
