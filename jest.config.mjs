import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';

// The tests run on what the build made: the same JavaScript, workers included, that users run.
// By its real path: a build that is switched meanwhile changes nothing under a run.
const dist = realpathSync(resolve(import.meta.dirname, process.env.SANAD_DIST ?? 'dist'));
export default {
  rootDir: import.meta.dirname,
  roots: [join(dist, 'test')],
  testMatch: ['**/*.spec.js'],
  // The tests' own temporary folder goes with each run.
  cacheDirectory: '<rootDir>/.cache/jest',
  transform: {},
  testEnvironment: '<rootDir>/scripts/leaves-nothing-open.mjs',
  // Longer than the waits of test/support/eventually.ts, which say what did not come.
  testTimeout: 600_000,
  // One more than there are cores: whole suites wait for a process or a time.
  maxWorkers: 3,
  // Nothing is open by then, so this is for a machine that is busy.
  workerGracefulExitTimeout: 30_000,
  reporters: ['default', '<rootDir>/scripts/count-by-kind.mjs'],
};
