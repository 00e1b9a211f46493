import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = process.cwd();
const CHILD = fileURLToPath(new URL('./way-of-one-application.js', import.meta.url));

/** Runs for everything: primitives, the clock, figures, and a read model that is not asked. */
const BESIDE =
  /^src\/(kernel|runtime|adapters\/clock)\/|^projections\/audit\/(audit\.projection|details)\.ts$/;

/** The files that the README's way of one application links to. */
function namedFiles(): readonly string[] {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, way = ''] = readme.split(/^## The way of one application$/m);
  const [section = ''] = way.split(/^## /m);
  return [...section.matchAll(/\]\(([^)]+\.ts)\)/g)].map(([, path]) => path!);
}

describe("README's way of one application", () => {
  const named = namedFiles();

  it('names files that are there, each once', () => {
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(named.filter((path, index) => named.indexOf(path) !== index)).toEqual([]);
  });

  it('names every file that one application passes, in every thread', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [CHILD]);
    const passed: readonly string[] = JSON.parse(stdout);
    expect(passed).toEqual(
      expect.arrayContaining([
        'projections/eligibility/eligibility.projection.ts',
        'src/adapters/event-store/sqlite/log-writer.ts',
        'src/application/application.decider.ts',
        'src/write-side/record.ts',
      ]),
    );
    expect(passed.filter((path) => !BESIDE.test(path) && !named.includes(path))).toEqual([]);
  });
});
