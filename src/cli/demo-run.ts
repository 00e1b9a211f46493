import { mkdirSync, readFileSync, renameSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '../kernel/errors.js';

/** What a demo's folder was made with; another run with other numbers needs another folder. */
export interface DemoRun { readonly households: number; readonly seed: number }

/** Remembers on the first run, and refuses a later one that asks for something else. */
export function demoRun(dir: string, asked: DemoRun): { readonly folder: string } {
  const folder = join(dir, 'demo');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'run.json');
  if (existsSync(path)) {
    const known = JSON.parse(readFileSync(path, 'utf8')) as DemoRun;
    if (known.households !== asked.households || known.seed !== asked.seed) {
      throw new DomainError('DEMO_FOLDER_OTHER_RUN', `${dir} holds the demo of ${known.households} households and seed ${known.seed}; use the same numbers to finish it, or another --data.`, 'conflict', 'data');
    }
  } else {
    writeFileSync(`${path}.partial`, JSON.stringify(asked));
    renameSync(`${path}.partial`, path);
  }
  return { folder };
}
