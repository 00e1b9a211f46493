import { beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.js';

let dist: string;
beforeEach(() => {
  dist = temporaryFolder('report');
  mkdirSync(join(dist, 'test'));
  writeFileSync(join(dist, 'package.json'), '{ "type": "module" }');
});

/** What `npm test` ends with when these are the tests that there are. */
function report(specs: Readonly<Record<string, string>>, env: Record<string, string> = {}) {
  for (const [name, text] of Object.entries(specs))
    writeFileSync(join(dist, 'test', `${name}.spec.js`), text);
  const { CI: _ci, ...inherited } = process.env;
  const { status, stdout } = spawnSync(process.execPath, ['scripts/test.mjs'], {
    env: { ...inherited, SANAD_DIST: dist, SANAD_EFFORT: '', ...env },
    encoding: 'utf8',
  });
  const lines = stdout.split('\n').map((line) => line.replace(/, [\d.]+ minutes of work$/, ''));
  return { status, lines: lines.filter(Boolean) };
}
const leftIn = (lines: readonly string[]): string => lines.at(-1)!.split(' ').at(-1)!;
const PASSES = "test('x', () => { expect(1).toBe(1); });\n";
const SKIPPED = "test['skip']('y', () => {});\n";

describe('the end of `npm test`', () => {
  test('says what ran by kind where a kind failed, or could not be run', () => {
    const { status, lines } = report({
      'a.unit': PASSES,
      'b.int': "test('x', () => { expect(1).toBe(2); });\n",
      'c.e2e': "throw new Error('no server');\n",
    });
    expect(status).toBe(1);
    expect(lines).toEqual([
      'Ran by kind:',
      '  - unit: 1 suites, 1 tests passed',
      '  - int: 1 suites, 0 tests passed, 1 failed',
      '  - e2e: 1 suites, 0 tests passed, 1 failed',
      'Nothing was left out.',
      'Tried: 0 histories, 0 interleavings, 0 kills, 0 faults, 0 mutants, 0 fuzz inputs.',
    ]);
  });

  test('names a folder that a test left, which is a failure in CI, and nothing of it is left', () => {
    const make = `const { mkdtempSync } = await import('node:fs');
const { tmpdir } = await import('node:os');
test('x', () => { expect(mkdtempSync(tmpdir() + '/sanad-left-')).toContain('sanad-tests-'); });\n`;
    const specs = { 'a.int': make, 'b.unit': PASSES };
    const { status, lines } = report(specs);
    expect(status).toBe(0);
    expect(report(specs, { CI: 'true' }).status).toBe(1);
    expect(lines.at(-1)).toMatch(/^Left behind by tests: sanad-left-\w{6}$/);
    const runs = readdirSync(tmpdir()).filter((name) => name.startsWith('sanad-tests-'));
    expect(runs.filter((name) => existsSync(join(tmpdir(), name, 'tmp', leftIn(lines))))).toEqual(
      [],
    );
  });

  test('tells tests that were not run here from those that assert nothing, which fail in CI', () => {
    const leftOut = `const { appendFileSync } = await import('node:fs');
test('y', () => { appendFileSync(process.env.SANAD_LEFT_OUT,
  JSON.stringify({ what: 'z on PostgreSQL', spec: expect.getState().testPath }) + '\\n'); });\n`;
    const specs = { 'a.unit': "test('x', () => {});\n" + PASSES, 'b.int': leftOut + PASSES };
    const { status, lines } = report(specs);
    expect(status).toBe(0);
    expect(lines.slice(1, -1)).toEqual([
      '  - unit: 1 suites, 2 tests passed',
      '  - int: 1 suites, 1 tests passed, 1 not run here',
      'Not tested on this machine:',
      '  - z on PostgreSQL',
      'Tests that assert nothing:',
      '  - test/a.unit.spec.ts: x',
    ]);
    expect(report(specs, { CI: 'true' }).status).toBe(1);
  });

  test('adds up how many were tried of what tests try many of', () => {
    const tried = (what: string, count: number): string =>
      `const { appendFileSync } = await import('node:fs');
appendFileSync(process.env.SANAD_EFFORT, '${JSON.stringify({ what, count })}\\n');\n`;
    const { lines } = report({
      'a.unit': tried('histories', 1_000) + PASSES,
      'b.int': tried('histories', 20) + tried('kills', 3).split('\n')[1] + PASSES,
    });
    expect(lines.at(-1)).toBe(
      'Tried: 1,020 histories, 0 interleavings, 3 kills, 0 faults, 0 mutants, 0 fuzz inputs.',
    );
  });

  test('names a skipped test, which is a failure in CI', () => {
    const specs = { 'a.unit': PASSES, 'b.int': PASSES + SKIPPED };
    const said = '  - int: 1 suites, 1 tests passed, 1 skipped';
    const here = report(specs);
    expect([here.status, here.lines]).toEqual([0, expect.arrayContaining([said])]);
    const inCi = report(specs, { CI: 'true' });
    expect([inCi.status, inCi.lines]).toEqual([1, expect.arrayContaining([said])]);
  });
});
