import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { createReadStream } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { countFromArgs, report, startWatch } from './bare-log.js';
import { payOut, prepareJanuary } from './cycle-steps.js';
import { actor, enrolHouseholds, openBench, openProgramme, peakMegabytes } from './enrolments.js';

/** Taking a file of settlements in, one for every payment of a released cycle. */
const count = countFromArgs(100_000);
const { engine, end } = await openBench();
await openProgramme(engine);
await enrolHouseholds(engine, count);
const prepared = await prepareJanuary(engine);
await payOut(engine, prepared);

const lines: string[] = [];
for await (const page of pagesOf(engine.store, `payment-${prepared.cycleId}-`)) {
  for (const { events } of page) {
    const last = events.at(-1);
    if (last?.type !== 'PaymentInstructed') throw new Error('a payment was not instructed');
    const { paymentId, endToEndId, amountMinor } = last.data;
    lines.push(
      JSON.stringify({
        paymentId,
        endToEndId,
        outcome: 'settled',
        amountMinor,
        settledOn: '2026-01-29',
      }),
    );
  }
}
const path = join(engine.dir, 'outcomes.ndjson');
writeFileSync(path, `${lines.join('\n')}\n`);

async function* outcomes(): AsyncGenerator<ReportedOutcome[]> {
  let batch: ReportedOutcome[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    batch.push(JSON.parse(line) as ReportedOutcome);
    if (batch.length === 1_000) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

const watch = startWatch();
const summary = await takeInOutcomes(
  engine,
  { source: 'file', outcomes: outcomes() },
  actor(engine, 'bank', 'payment-system'),
);
const { seconds, cpuSeconds } = watch();
if (summary.applied !== count) throw new Error(`${summary.applied} applied of ${count}`);
await end();
report({
  contender: 'sanad',
  count,
  seconds,
  cpuSeconds,
  perSecond: Math.round(count / seconds),
  peakMb: peakMegabytes(),
  durable: 'WAL, synchronous=FULL',
});
