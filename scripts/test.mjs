// Runs jest on what the build made. `unit`, `int` and `e2e` choose tests by their kind, which their
// names say; everything else is handed to jest. At the end it says what ran of each kind, and what
// this machine could not test and why (test/support/left-out.ts), and how many histories, kills and
// the like were tried (test/support/effort.ts). Folders that tests make are made in one of the
// run's own, which goes with it, however the run ends; one that a test left behind is named, and is
// a failure in CI as a skipped test is.
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileCacheIn, holdBuild } from '../bin/build-in-use.mjs';
import { effortIn } from './effort.mjs';

const KINDS = ['unit', 'int', 'e2e'];
const given = process.argv.slice(2);
const kinds = given.filter((arg) => KINDS.includes(arg));
const others = given.filter((arg) => !KINDS.includes(arg));
const byKind = kinds.length === 0 ? [] : [`\\.(${kinds.join('|')})\\.spec\\.js$`];

const dir = mkdtempSync(join(tmpdir(), 'sanad-tests-'));
const temporary = join(dir, 'tmp');
mkdirSync(temporary);
// PostgreSQL runs as another user where this one is root, and has to get at its folder.
chmodSync(dir, 0o711);
const leftOutFile = join(dir, 'left-out');
const countsFile = join(dir, 'counts.json');
const effortFile = join(dir, 'effort');
const dist = holdBuild(process.env.SANAD_DIST ?? 'dist');
const jest = spawn(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
    ...byKind.flatMap((pattern) => ['--testPathPatterns', pattern]),
    ...others,
  ],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...compileCacheIn(dist),
      SANAD_DIST: dist,
      SANAD_LEFT_OUT: leftOutFile,
      SANAD_TEST_COUNTS: countsFile,
      SANAD_EFFORT: effortFile,
      TMPDIR: temporary,
    },
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => jest.kill(signal));
jest.on('exit', (code, signal) => {
  const counts = existsSync(countsFile) ? JSON.parse(readFileSync(countsFile, 'utf8')) : {};
  const leftOut = linesOf(leftOutFile);
  const silent = silentTests(counts, leftOut);
  for (const line of [...ran(counts, silent), ...told(leftOut), ...asserting(silent)])
    console.log(line);
  console.log(effortIn(effortFile));
  passOn(effortFile);
  const leftBehind = readdirSync(temporary).filter((name) => name.startsWith('sanad-'));
  rmSync(dir, { recursive: true, force: true });
  if (leftBehind.length > 0) console.log(`Left behind by tests: ${leftBehind.join(', ')}`);
  const isSkipped = Object.values(counts).some(({ skipped }) => skipped > 0);
  const failsInCi = [
    ...(silent.some(({ kind, isNotRun }) => kind === 'unit' && !isNotRun)
      ? ['a unit test that asserts nothing']
      : []),
    ...(isSkipped ? ['a skipped test'] : []),
    ...(leftBehind.length > 0 ? ['a folder that a test leaves behind'] : []),
  ];
  if (process.env.CI) for (const what of failsInCi) console.error(`In CI ${what} is a failure.`);
  process.exit(signal || (process.env.CI && failsInCi.length > 0) ? 1 : (code ?? 1));
});

/** To whoever adds up several runs. */
function passOn(effort) {
  const file = process.env.SANAD_EFFORT;
  if (file && existsSync(effort)) appendFileSync(file, readFileSync(effort));
}

/**
 * Tests that passed and held nothing against anything, and whether that is because they could not
 * run.
 */
function silentTests(counts, leftOut) {
  const specs = new Set(leftOut.map(({ spec }) => spec));
  return Object.entries(counts).flatMap(([kind, { silent }]) =>
    Object.entries(silent).flatMap(([spec, names]) =>
      names.map((name) => ({ kind, spec, name, isNotRun: specs.has(spec) })),
    ),
  );
}

function ran(counts, silent) {
  const kinds = KINDS.filter((kind) => counts[kind]);
  if (kinds.length === 0) return ['No test ran to its end.'];
  return [
    'Ran by kind:',
    ...kinds.map((kind) => {
      const { suites, passed, failed, skipped, seconds } = counts[kind];
      const notRun = silent.filter((test) => test.kind === kind && test.isNotRun).length;
      const here = notRun > 0 ? `, ${notRun} not run here` : '';
      const failures = failed > 0 ? `, ${failed} failed` : '';
      const skips = skipped > 0 ? `, ${skipped} skipped` : '';
      return `  - ${kind}: ${suites} suites, ${passed - notRun} tests passed${here}${failures}${skips}, ${(seconds / 60).toFixed(1)} minutes of work`;
    }),
  ];
}

function linesOf(file) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

function told(leftOut) {
  if (leftOut.length === 0) return ['Nothing was left out.'];
  const reasons = new Set(leftOut.map(({ what }) => what));
  return ['Not tested on this machine:', ...[...reasons].map((line) => `  - ${line}`)];
}

function asserting(silent) {
  const empty = silent.filter(({ isNotRun }) => !isNotRun);
  if (empty.length === 0) return [];
  const place = (spec) => spec.slice(spec.lastIndexOf('/test/') + 1).replace(/\.js$/, '.ts');
  return [
    'Tests that assert nothing:',
    ...empty.map(({ spec, name }) => `  - ${place(spec)}: ${name}`),
  ];
}
