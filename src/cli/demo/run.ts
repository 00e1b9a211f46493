import { mkdirSync, readFileSync, renameSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '../../kernel/errors.js';

/** Two consecutive months, on either side of the change from the 2023 rates to the 2025 rates. */
export const PERIODS = ['2025-10', '2025-11'] as const;

/** What a demo's folder was made with; another run with other numbers needs another folder. */
export interface DemoRun {
  readonly households: number;
  readonly seed: number;
}

const folderOf = (dir: string): string => join(dir, 'demo');
export const householdsFile = (dir: string): string => join(folderOf(dir), 'households.csv');

/** Remembers on the first run, and refuses a later one that asks for something else. */
export function rememberRun(dir: string, { households, seed }: DemoRun): void {
  const folder = folderOf(dir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'run.json');
  if (existsSync(path)) {
    const known = JSON.parse(readFileSync(path, 'utf8')) as DemoRun;
    if (known.households !== households || known.seed !== seed) {
      throw new DomainError(
        'DEMO_FOLDER_OTHER_RUN',
        `${dir} holds the demo of ${known.households} households and seed ${known.seed}; use the same numbers to finish it, or another --data.`,
        'conflict',
        'data',
      );
    }
  } else {
    writeFileSync(`${path}.partial`, JSON.stringify({ households, seed }), { mode: 0o600 });
    renameSync(`${path}.partial`, path);
  }
}
