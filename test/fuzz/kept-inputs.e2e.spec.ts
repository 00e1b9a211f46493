import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ran } from '../support/effort.js';
import { TARGETS } from './all.js';

/** Inputs of a folder of the repository by their names. */
function inputsIn(folder: 'corpus' | 'regressions', name: string): Map<string, Buffer> {
  const path = join('test/fuzz', folder, name);
  if (!existsSync(path)) return new Map();
  return new Map(readdirSync(path).map((file) => [file, readFileSync(join(path, file))]));
}

describe.each(Object.keys(TARGETS))('%s', (name) => {
  test('holds for what is kept, and for what failed once', async () => {
    const target = await TARGETS[name]!.load();
    const inputs = [...inputsIn('regressions', name), ...inputsIn('corpus', name)];
    expect(inputs.length).toBeGreaterThan(0);
    const outcomes: string[] = [];
    for (const [file, input] of inputs)
      try {
        outcomes.push(await target.check(input));
      } catch (cause) {
        throw new Error(`${name}/${file} does not hold`, { cause });
      }
    // More than one thing becomes of them: they are not all refused at the door.
    expect(new Set(outcomes).size).toBeGreaterThan(1);
    ran('fuzz inputs', inputs.length);
  });
});

test('no input is kept for a target that is no more', () => {
  const kept = ['corpus', 'regressions']
    .map((folder) => join('test/fuzz', folder))
    .flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));
  expect(kept.filter((name) => !(name in TARGETS))).toEqual([]);
});
