import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Chance } from './chance.js';
import {
  buildDisk,
  FAULTS,
  POWER_CUT,
  UnreliableDisk,
  type DiskFault,
} from '../disks/unreliable-disk.js';

const CHILD = fileURLToPath(new URL('./on-disk-child.js', import.meta.url));
/** Operations on the disk that a history takes at most, about: some take fifty. */
const OPERATIONS = 1_000;
/** Parts of a history that end by a fault, at most; the last has none. */
const FAULTY_PARTS = 2;

/** What came of a history on the real stores. */
export interface DiskHistory {
  readonly seed: number;
  readonly wrong: readonly string[];
  /** Faults of its disk that came. */
  readonly faults: readonly string[];
  /** Of all that happened in its last part; absent where that did not end. */
  readonly traceHash?: string;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], env: Record<string, string>): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [CHILD, ...args], { env: { ...process.env, ...env } });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (piece: Buffer) => (said[name] += piece.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...said }));
  });
}

/**
 * Plays histories on the real stores of a data folder whose disk fails: the first part ends by a
 * fault, or comes to its end; the next goes on with what is there.
 */
export class DiskHistories {
  private constructor(
    private readonly home: string,
    private readonly library: string,
    private readonly template: string,
  ) {}

  /** Undefined where this machine has no C compiler. */
  static async open(home: string): Promise<DiskHistories | undefined> {
    const library = buildDisk(home);
    if (library === undefined) return undefined;
    const template = join(home, 'template');
    for (const name of ['data', 'outside']) mkdirSync(join(template, name), { recursive: true });
    const made = await run([join(template, 'data'), join(template, 'outside'), '0', 'make'], {});
    if (made.code !== 0) throw new Error(`the households could not be enrolled: ${made.stderr}`);
    return new DiskHistories(home, library, template);
  }

  async play(seed: number): Promise<DiskHistory> {
    const dir = join(this.home, `history-${seed}`);
    mkdirSync(dir);
    const disk = new UnreliableDisk(this.library, dir);
    const data = join(disk.root, 'data');
    const outside = join(dir, 'outside');
    cpSync(join(this.template, 'data'), data, { recursive: true });
    cpSync(join(this.template, 'outside'), outside, { recursive: true });
    const chance = new Chance(seed);
    const faults: string[] = [];
    let phase = 'play';
    for (let part = 0; ; part += 1) {
      const fault: DiskFault | undefined =
        part < FAULTY_PARTS
          ? {
              fault: chance.of(FAULTS),
              at: Math.floor(OPERATIONS ** chance.next()),
              seed: chance.below(1e9),
            }
          : undefined;
      const ended = await run([data, outside, String(seed), phase], disk.env(fault));
      const failedAt = fault ? disk.counts().failedAt : 0;
      if (failedAt > 0) faults.push(`${fault!.fault} at ${failedAt}`);
      const end = endOf(ended, failedAt > 0 ? fault : undefined);
      if (end !== undefined) {
        if (end.wrong.length === 0) rmSync(dir, { recursive: true, force: true });
        return { seed, ...end, faults };
      }
      phase = 'go-on';
    }
  }
}

type End = Pick<DiskHistory, 'wrong' | 'traceHash'>;

/** Undefined where a fault came, and another part goes on. */
function endOf({ code, stdout, stderr }: Ended, fault: DiskFault | undefined): End | undefined {
  if (fault) {
    if (fault.fault === 'power' && code !== POWER_CUT)
      return { wrong: [`the power stayed: ${stderr}`] };
    return undefined;
  }
  if (code !== 0) return { wrong: [`it does not go on (code ${code}): ${stderr}`] };
  const { wrong, traceHash } = JSON.parse(stdout) as Required<End>;
  return { wrong: wrong.length === 0 ? wrong : [...wrong, stderr], traceHash };
}
