import { writeFileSync } from 'node:fs';

/** It passed, and nothing was held against anything: it was not run here, or it finds nothing. */
function isSilent({ status, numPassingAsserts }) {
  return status === 'passed' && numPassingAsserts === 0;
}

/**
 * A reporter for jest that writes to SANAD_TEST_COUNTS what ran of each kind, for scripts/test.mjs.
 */
export default class CountByKind {
  onRunComplete(_contexts, { testResults }) {
    const file = process.env.SANAD_TEST_COUNTS;
    if (!file) return;
    const counts = {};
    for (const suite of testResults) {
      const kind = /\.(\w+)\.spec\.js$/.exec(suite.testFilePath)?.[1] ?? 'other';
      counts[kind] ??= { suites: 0, passed: 0, failed: 0, skipped: 0, seconds: 0, silent: {} };
      const count = counts[kind];
      count.suites += 1;
      count.passed += suite.numPassingTests;
      // A suite that could not be run has no test that failed.
      count.failed += suite.numFailingTests + (suite.testExecError ? 1 : 0);
      count.skipped += suite.numPendingTests + suite.numTodoTests;
      const silent = suite.testResults.filter(isSilent).map(({ fullName }) => fullName);
      if (silent.length > 0) count.silent[suite.testFilePath] = silent;
      count.seconds += (suite.perfStats?.runtime ?? 0) / 1000;
    }
    writeFileSync(file, JSON.stringify(counts));
  }
}
