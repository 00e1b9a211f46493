import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paymentFiles } from '../../src/adapters/payment-rail/iso20022/pain001-rail.js';
import { schemaCheck } from '../../src/adapters/payment-rail/iso20022/xsd.js';
import { railIn } from '../../src/composition/config.js';
import { countFromArgs, report, startWatch } from './bare-log.js';
import { peakMegabytes } from './enrolments.js';
import { instructions, OUTLINE } from './pain001-work.js';

/**
 * One pain.001 message as a released cycle writes it: begun before its count is known, checked,
 * transliterated, kept aside, then behind its head with control sum and hash, synced and renamed.
 * With ISO20022_XSD_DIR set also held against its schema.
 */
const count = countFromArgs(1_000_000);
const dir = mkdtempSync(join(process.env['SANAD_BENCH_DIR'] ?? tmpdir(), 'sanad-bench-'));
for (const page of instructions(20_000)) if (page.length === 0) throw new Error('an empty page');
const { schemasDir } = railIn();

const watch = startWatch();
const message = await paymentFiles(dir, schemaCheck(schemasDir)).begin(OUTLINE);
for (const page of instructions(count)) await message.add(page);
const file = await message.finish();
const { seconds, cpuSeconds } = watch();
if (file?.count !== count) throw new Error(`${file?.count} written of ${count}`);
const { size } = statSync(join(dir, file.name));
rmSync(dir, { recursive: true });
report({
  contender: 'sanad',
  count,
  seconds,
  cpuSeconds,
  perSecond: Math.round(count / seconds),
  megabytes: Math.round(size / 1e6),
  peakMb: peakMegabytes(),
  checked: schemasDir !== undefined,
  durable: 'synced, renamed, folder synced',
});
