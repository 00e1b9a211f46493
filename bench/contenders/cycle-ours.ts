import { countFromArgs, report, startWatch } from './bare-log.js';
import { payOut, prepareJanuary } from './cycle-steps.js';
import { enrolHouseholds, openBench, openProgramme, peakMegabytes } from './enrolments.js';

/**
 * Preparing, approving and releasing one cycle with its pain.001 files, over enrolments that are
 * there already.
 */
const count = countFromArgs(100_000);
const { engine, end } = await openBench();
await openProgramme(engine);
await enrolHouseholds(engine, count);
const enrolledMb = peakMegabytes();

const watch = startWatch();
const prepared = await prepareJanuary(engine);
const preparing = watch();
const instructed = await payOut(engine, prepared);
const { seconds, cpuSeconds } = watch();

if (prepared.count !== count || instructed.count !== count)
  throw new Error(`${prepared.count} ordered, ${instructed.count} instructed, of ${count}`);
const events = (await engine.store.lastPosition()) + 1;
await end();
report({
  contender: 'sanad',
  count,
  seconds,
  cpuSeconds,
  perSecond: Math.round(count / seconds),
  preparing,
  events,
  files: instructed.files.length,
  enrolledMb,
  peakMb: peakMegabytes(),
  durable: 'WAL, synchronous=FULL',
});
