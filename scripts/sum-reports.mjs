// The last line of .ci/run: what the reports of a run of tests come to.
//   node scripts/sum-reports.mjs FOLDER    of Jest's --json files
// Exit code 1 where one failed or was skipped.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const reports = readdirSync(folder)
  .filter((name) => /^(unit|int|e2e)\.json$/.test(name))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
const sum = (field) => reports.reduce((total, report) => total + (report[field] ?? 0), 0);

// A suite that could not be run has no test that failed.
const failed = sum('numFailedTests') + sum('numRuntimeErrorTestSuites');
const skipped = sum('numPendingTests') + sum('numTodoTests');
if (skipped > 0) console.error('A skipped test is a failure here.');
const told = skipped > 0 ? `, ${skipped} skipped` : '';
console.log(`${sum('numPassedTests')} passed, ${failed} failed${told}`);
process.exit(failed + skipped > 0 ? 1 : 0);
