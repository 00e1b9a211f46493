// Where inputs are: kept ones and those that failed once in the repository, those that a run found
// in .cache/fuzz, where the next run goes on.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const foldersOf = (root, name) => ({
  kept: join(root, 'test/fuzz/corpus', name),
  failed: join(root, 'test/fuzz/regressions', name),
  found: join(root, '.cache/fuzz', name),
});

/** In the order of their names: the same on every machine. */
export function inputsIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name)));
}

/** @returns its path */
export function store(folder, input) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, createHash('sha256').update(input).digest('hex').slice(0, 16));
  writeFileSync(path, input);
  return path;
}
