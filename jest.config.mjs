// The tests run on what the build made: the same JavaScript, workers included, that users run.
const dist = process.env.SANAD_DIST ?? 'dist';
export default {
  rootDir: import.meta.dirname,
  roots: [`<rootDir>/${dist}/test`],
  testMatch: ['**/*.spec.js'],
  transform: {},
  testEnvironment: 'node',
  testTimeout: 60_000,
  maxWorkers: 2,
};
