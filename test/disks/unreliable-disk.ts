import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/**
 * How the disk fails: once with EIO, for good with EIO, full from then on, half a write, a sync
 * that fails, or the power is cut.
 */
export const FAULTS = ['eio', 'dead', 'enospc', 'short', 'fsync', 'power'] as const;
export type Fault = (typeof FAULTS)[number];

/** As what a process ends whose power was cut. */
export const POWER_CUT = 99;

/** Compiles the library; undefined where this machine has no C compiler. */
export function buildDisk(dir: string): string | undefined {
  const library = join(dir, 'unreliable-disk.so');
  const source = join(process.cwd(), 'test/disks/unreliable-disk.c');
  const { error, status, stderr } = spawnSync(
    'cc',
    ['-shared', '-fPIC', '-O1', '-Wall', '-o', library, source, '-ldl', '-lpthread'],
    { encoding: 'utf8' },
  );
  if (error && 'code' in error && error.code === 'ENOENT') return undefined;
  if (status !== 0) throw new Error(`the disk does not compile: ${stderr}`);
  return library;
}

export interface DiskFault {
  readonly fault: Fault;
  /** At which operation on the disk, from 1. */
  readonly at: number;
  readonly seed: number;
}

/** A folder on a disk that can fail, with what the library needs beside it. */
export class UnreliableDisk {
  /** What lies on the disk is under this folder. */
  readonly root: string;
  readonly #aside: string;
  readonly #count: string;

  constructor(
    private readonly library: string,
    dir: string,
  ) {
    for (const name of ['root', 'aside']) mkdirSync(join(dir, name));
    this.root = realpathSync(join(dir, 'root'));
    this.#aside = realpathSync(join(dir, 'aside'));
    this.#count = join(dir, 'count');
  }

  /** The environment of a process that works on it. */
  env(fault?: DiskFault): Record<string, string> {
    return {
      LD_PRELOAD: this.library,
      UV_USE_IO_URING: '0',
      SANAD_DISK_ROOT: this.root,
      SANAD_DISK_ASIDE: this.#aside,
      SANAD_DISK_COUNT: this.#count,
      SANAD_DISK_FAULT: fault?.fault ?? '',
      SANAD_DISK_AT: String(fault?.at ?? 0),
      SANAD_DISK_SEED: String(fault?.seed ?? 0),
    };
  }

  /**
   * Of the last process: how many operations there were, and at which the fault came; 0 for never.
   */
  counts(): { readonly operations: number; readonly failedAt: number } {
    const bytes = readFileSync(this.#count);
    return {
      operations: Number(bytes.readBigInt64LE(0)),
      failedAt: Number(bytes.readBigInt64LE(8)),
    };
  }
}
