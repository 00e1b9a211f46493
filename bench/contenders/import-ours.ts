import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import type { HouseholdRow } from '../../src/tabular/household-row.js';
import { countFromArgs, report, startWatch } from './bare-log.js';
import { actor, openBench, openProgramme, peakMegabytes } from './enrolments.js';
import { importRows } from './import-rows.js';

/**
 * Bulk import with determination: identity, person, account, application and determination, each
 * household atomic.
 */
const count = countFromArgs(50_000);
const { engine, end } = await openBench();
await openProgramme(engine);
const path = join(engine.dir, 'households.ndjson');
writeFileSync(path, Array.from(importRows(count), (row) => `${JSON.stringify(row)}\n`).join(''));

async function* rows(): AsyncGenerator<HouseholdRow[]> {
  let batch: HouseholdRow[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    batch.push(JSON.parse(line) as HouseholdRow);
    if (batch.length === 500) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

const watch = startWatch();
const summary = await importApplications(
  engine,
  { programmeId: 'asd', rows: rows(), determine: true },
  actor(engine, 'ines', 'intake'),
);
const { seconds, cpuSeconds } = watch();
if (summary.submitted !== count)
  throw new Error(`${summary.submitted} submitted of ${count}: ${JSON.stringify(summary)}`);
await end();
report({
  contender: 'sanad',
  count,
  eligible: summary.eligible,
  seconds,
  cpuSeconds,
  perSecond: Math.round(count / seconds),
  peakMb: peakMegabytes(),
  durable: 'WAL, synchronous=FULL',
});
