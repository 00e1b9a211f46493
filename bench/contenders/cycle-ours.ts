import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { instructCycle } from '../../src/process-managers/when-cycle-released-then-instruct.js';
import { countFromArgs, report, startWatch } from './bare-log.js';
import { actor, enrolHouseholds, openBench, openProgramme, peakMegabytes } from './enrolments.js';

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
const prepared = await prepareCycle(
  engine,
  { programmeId: 'asd', period: '2026-01' },
  actor(engine, 'farid', 'finance-officer'),
);
const preparing = watch();
const { cycleId, contentHash } = prepared;
await approveCycle(
  engine,
  { cycleId, contentHash },
  actor(engine, 'kenza', 'finance-controller', 'approve'),
);
await releaseCycle(
  engine,
  { cycleId, contentHash, executionDate: '2026-01-28' },
  actor(engine, 'rachid', 'finance-controller', 'release'),
);
const instructed = await instructCycle(
  engine,
  { cycleId },
  actor(engine, 'automation', 'automation'),
);
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
