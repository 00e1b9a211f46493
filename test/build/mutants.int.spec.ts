import { beforeEach, describe, expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const RUNNER = join(process.cwd(), 'scripts/mutants.mjs');
const RULE = 'src/pay/limit.rule.ts';
const SPEC = 'test/pay/limit.unit.spec.ts';

interface MutantsRecord {
  floors: Record<string, number>;
  equivalent: { file: string; in: string; mutation: string; reason: string }[];
  files: Record<string, { killed: number; survived: string[]; uncovered: string[] }>;
}

let root: string;
beforeEach(() => {
  root = temporaryFolder('mutants');
  write('package.json', '{ "type": "module" }');
  write('dist/package.json', '{ "type": "module" }');
  // A run that is killed cannot remove its own.
  mkdirSync(join(root, 'tmp'));
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
/** A source, with what the build would make of it. */
function source(path: string, text: string): void {
  write(path, text);
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2024, module: ts.ModuleKind.ESNext },
  });
  write(`dist/${path.replace(/\.ts$/, '.js')}`, outputText);
}
const record = (): MutantsRecord =>
  JSON.parse(readFileSync(join(root, 'test/mutants.json'), 'utf8')) as MutantsRecord;
const options = () =>
  ({
    env: { ...process.env, SANAD_DIST: 'dist', SANAD_EFFORT: '', TMPDIR: join(root, 'tmp') },
    encoding: 'utf8',
  }) as const;
function mutants(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUNNER, ...args], {
    ...options(),
    cwd: root,
  });
  return { status, stdout, stderr };
}

const IS_WITHIN = `export function isWithin(amountMinor: bigint, mostMinor: bigint): boolean {
  if (amountMinor <= 0n) return false;
  return amountMinor <= mostMinor;
}
`;
const CASES = {
  'nothing is no payment': '[0n, 5n, false]',
  'the least': '[1n, 5n, true]',
  'the most': '[5n, 5n, true]',
  'beyond it': '[6n, 5n, false]',
};
const specOf = (cases: Readonly<Record<string, string>>): string =>
  `import { expect, test } from '@jest/globals';
import { isWithin } from '../../src/pay/limit.rule.js';
${Object.entries(cases)
  .map(([name, values]) => `test('${name}', () => expect(ask(${values})).toBe(${values}[2]));`)
  .join('\n')}
function ask([amountMinor, mostMinor]: [bigint, bigint, boolean] | any[]) {
  return isWithin(amountMinor, mostMinor);
}
`;

describe('the mutants of a rule', () => {
  test('are all found by tests that say everything', () => {
    source(RULE, IS_WITHIN);
    source(SPEC, specOf(CASES));
    const { status } = mutants();
    const { floors, files } = record();
    expect(files[RULE]).toMatchObject({ survived: [], uncovered: [] });
    expect(files[RULE]!.killed).toBeGreaterThan(8);
    expect([status, floors]).toEqual([0, { deciders: 100 }]);
  });

  test('one is alive when the test is taken away that finds it, and the floor says so', () => {
    source(RULE, IS_WITHIN);
    source(SPEC, specOf(CASES));
    mutants();
    const { 'the most': _most, ...others } = CASES;
    source(SPEC, specOf(others));
    const { status, stderr } = mutants();
    expect(record().files[RULE]!.survived).toEqual([
      '3:10 isWithin: amountMinor <= mostMinor → amountMinor < mostMinor',
    ]);
    expect([status, stderr]).toEqual([1, expect.stringContaining('its floor is 100 %')]);
    expect(mutants('--check').status).toBe(1);
  });

  test('one that is listed as equivalent does not count', () => {
    const { 'the most': _most, ...others } = CASES;
    source(RULE, IS_WITHIN);
    source(SPEC, specOf(others));
    const mutation = 'amountMinor <= mostMinor → amountMinor < mostMinor';
    const equivalent = [{ file: RULE, in: 'isWithin', mutation, reason: 'for this test' }];
    write('test/mutants.json', JSON.stringify({ floors: {}, equivalent, files: {} }));
    mutants();
    expect(record().floors).toEqual({ deciders: 100 });
  });

  test('are none of the refusals that a decider lists, which no test asks for one by one', () => {
    source(RULE, `${IS_WITHIN}export const PAY_REFUSALS = ['NOTHING_TO_PAY'] as const;\n`);
    source(SPEC, specOf(CASES));
    mutants();
    expect(record().files[RULE]).toMatchObject({ survived: [], uncovered: [] });
  });

  test('are found beside a file that has none', () => {
    source('src/pay/kind.rule.ts', `export const kindOf = (kind: string): string => kind;\n`);
    source(RULE, `import { kindOf } from './kind.rule.js';\nexport { kindOf };\n${IS_WITHIN}`);
    source(SPEC, specOf(CASES));
    mutants();
    expect(record().files[RULE]).toMatchObject({ survived: [], uncovered: [] });
  });

  test('one that no test comes by is told apart', () => {
    source(
      RULE,
      `${IS_WITHIN}export const isNone = (amountMinor: bigint) => amountMinor === 0n;\n`,
    );
    source(SPEC, specOf(CASES));
    mutants();
    expect(record().files[RULE]!.uncovered).toContain('5:64 isNone: 0n → 0n + 1n');
  });

  test('one that hangs is found, and those after it are tried', () => {
    source(
      RULE,
      `export function isWithin(amountMinor: bigint, mostMinor: bigint): boolean {
  let left = 3;
  while (left > 0) left -= 1;
  if (left !== 0) throw new Error('it did not count to its end');
  return amountMinor > 0n && amountMinor <= mostMinor;
}
`,
    );
    source(SPEC, specOf(CASES));
    mutants();
    expect(record().files[RULE]).toMatchObject({
      // From four it counts to nought as well; the error is not for those who count right.
      survived: ['2:14 isWithin: 3 → 3 + 1', '4:7 isWithin: left !== 0 → false'],
      uncovered: [expect.stringContaining('throw')],
    });
  });

  test('one that counts when the module is loaded is found', () => {
    source(RULE, 'const MOST = 5n;\nexport const isWithin = (a: bigint) => a > 0n && a <= MOST;\n');
    source(SPEC, specOf(CASES));
    mutants();
    expect(record().files[RULE]).toMatchObject({ survived: [], uncovered: [] });
  });
});

describe('the tests that a mutant is tried by', () => {
  /** A test that takes so much of the processor, and then says what it says. */
  const busy = (ms: number, name: string, says: string): string =>
    `test('${name}', () => {
  const began = process.cpuUsage().user;
  while (process.cpuUsage().user - began < ${ms} * 1_000);
  ${says}
});`;
  /** They take all the time that there is for a mutant, and say nothing of it. */
  const idle = (says: string): string =>
    Array.from({ length: 80 }, (_, number) => busy(20, `number ${number}`, says)).join('\n');
  const importing = (name: string, from: string, tests: string): string =>
    `import { expect, test } from '@jest/globals';
import { ${name} } from '../../${from.replace(/\.ts$/, '.js')}';
${tests}
`;

  test('are those of the specification that is made for the file first', () => {
    source(RULE, 'export const isNone = (amountMinor: bigint) => amountMinor === 0n;\n');
    const says = 'expect([isNone(0n), isNone(1n)]).toEqual([true, false]);';
    source(SPEC, importing('isNone', RULE, busy(40, 'all of it', says)));
    source('test/pay/others.unit.spec.ts', importing('isNone', RULE, idle('isNone(7n);')));
    mutants();
    expect(record().files[RULE]).toMatchObject({ survived: [], uncovered: [] });
  });

  test('are of every specification that loads a file of constants, of each the shortest first', () => {
    const most = 'src/pay/most.rule.ts';
    source(most, 'export const PAID_MINOR = 5n;\n');
    source('test/pay/a.unit.spec.ts', importing('PAID_MINOR', most, idle('expect(PAID_MINOR);')));
    const says = 'expect(PAID_MINOR).toBe(5n);';
    source('test/pay/b.unit.spec.ts', importing('PAID_MINOR', most, busy(40, 'it', says)));
    mutants();
    expect(record().files[most]).toMatchObject({ survived: [], uncovered: [], killed: 1 });
  });
});

test('a run that is killed goes on where it was', async () => {
  source(RULE, IS_WITHIN);
  source(SPEC, specOf(CASES));
  const tried = (): string[] => {
    const folder = join(root, '.cache/mutants/tried');
    if (!existsSync(folder)) return [];
    return readdirSync(folder).flatMap((name) =>
      readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean),
    );
  };
  const run = spawn(process.execPath, [RUNNER, '--workers', '1'], { ...options(), cwd: root });
  await eventually('a mutant that was tried', () => tried().length > 0);
  run.kill('SIGKILL');
  await new Promise((resolve) => run.once('exit', resolve));
  const before = tried();
  mutants();
  const after = tried();
  expect(after.slice(0, before.length)).toEqual(before);
  const numbers = after.map((line) => line.split(' ')[0]);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect(record().files[RULE]).toMatchObject({ survived: [], uncovered: [] });
});

test('a sample is of changed lines, by its seed, and writes no record', () => {
  source(RULE, IS_WITHIN);
  source(SPEC, specOf(CASES));
  mutants();
  const recorded = readFileSync(join(root, 'test/mutants.json'), 'utf8');
  expect(mutants('--changed').stdout).toContain('No line changed');
  source(RULE, IS_WITHIN.replace('amountMinor <= mostMinor', '!(mostMinor < amountMinor)'));
  const { status, stdout } = mutants('--changed', '--seed', '7');
  expect([status, stdout]).toEqual([0, expect.stringContaining('seed 7')]);
  expect(stdout).toMatch(/deciders: (\d+) of \1 mutants of changed lines found/);
  expect(readFileSync(join(root, 'test/mutants.json'), 'utf8')).toBe(recorded);
});

test('a sample that misses its floor by more than chance is a failure, one that keeps it is none', () => {
  source(RULE, IS_WITHIN);
  source(SPEC, specOf(CASES));
  mutants();
  const numbers = Array.from({ length: 40 }, (_, index) => index + 2).join(', ');
  source(RULE, `${IS_WITHIN}export const untold = () => [${numbers}];\n`);
  const missed = mutants('--changed');
  expect([missed.status, missed.stderr]).toEqual([
    1,
    expect.stringMatching(
      /^deciders: \d+ of \d+ mutants of changed lines found .*the floor is 100 %/,
    ),
  ]);
  source(
    SPEC,
    `${specOf(CASES)}import { untold } from '../../src/pay/limit.rule.js';
test('all are told', () => expect(untold()).toEqual([${numbers}]));
`,
  );
  const kept = mutants('--changed');
  expect([kept.status, kept.stderr]).toEqual([0, '']);
});

test('the record of this repository keeps its floors, which only rise', () => {
  const { status, stderr } = spawnSync(process.execPath, [RUNNER, '--check'], options());
  expect([status, stderr]).toEqual([0, '']);
});
