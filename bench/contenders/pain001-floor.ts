import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { CLOSING, opening, transfer } from '../../src/adapters/payment-rail/iso20022/pain001.js';
import { countFromArgs, report, startWatch } from './bare-log.js';
import { peakMegabytes } from './enrolments.js';
import { instructions, OUTLINE } from './pain001-work.js';

/**
 * The writer alone: the same text of the same instructions to a stream. No hash, no sync, no second
 * copy; count and total are known before.
 */
const count = countFromArgs(1_000_000);
const dir = mkdtempSync(join(process.env['SANAD_BENCH_DIR'] ?? tmpdir(), 'sanad-bench-'));
let totalMinor = 0n;
for (const page of instructions(count))
  for (const { amountMinor } of page) totalMinor += amountMinor;

const watch = startWatch();
const stream = createWriteStream(join(dir, 'floor.xml'), { highWaterMark: 1 << 20 });
stream.write(opening({ ...OUTLINE, count, totalMinor }));
for (const page of instructions(count)) {
  let text = '';
  for (const instruction of page) text += transfer(instruction, OUTLINE);
  if (!stream.write(text)) await once(stream, 'drain');
}
stream.end(CLOSING);
await once(stream, 'finish');
const { seconds, cpuSeconds } = watch();
rmSync(dir, { recursive: true });
report({
  contender: 'writer alone',
  count,
  seconds,
  cpuSeconds,
  perSecond: Math.round(count / seconds),
  peakMb: peakMegabytes(),
  durable: 'not synced',
});
