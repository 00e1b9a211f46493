// Runs jest on what the build made, and says at the end what this machine could not test and why
// (test/support/left-out.ts).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const dir = mkdtempSync(join(tmpdir(), 'sanad-tests-'));
const list = join(dir, 'left-out');
const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  'node_modules/jest/bin/jest.js',
  ...process.argv.slice(2),
];
const { status, signal } = spawnSync(process.execPath, jest, {
  stdio: 'inherit',
  env: { ...process.env, SANAD_LEFT_OUT: list },
});
const leftOut = existsSync(list) ? [...new Set(readFileSync(list, 'utf8').trim().split('\n'))] : [];
rmSync(dir, { recursive: true, force: true });
console.log(
  leftOut.length === 0
    ? 'Nothing was left out.'
    : ['Not tested on this machine:', ...leftOut.map((line) => `  - ${line}`)].join('\n'),
);
process.exit(signal ? 1 : status);
