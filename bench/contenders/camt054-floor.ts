import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SaxesParser } from 'saxes';
import { uuidOf } from '../../src/kernel/ids.js';
import { countFromArgs, report, startWatch } from './bare-log.js';
import { CLOSING, entryText, OPENING, textFile } from './camt054-work.js';
import { peakMegabytes } from './enrolments.js';

/** The parser alone on the same text: every tag and every text is seen, nothing is made of it. */
const count = countFromArgs(100_000);
const dir = mkdtempSync(join(process.env['SANAD_BENCH_DIR'] ?? tmpdir(), 'sanad-bench-'));
const path = join(dir, 'camt054.xml');
const file = textFile(path);
file.write(OPENING);
for (let i = 0; i < count; i += 1)
  file.write(
    entryText(
      i,
      `E${uuidOf('bench', i).replaceAll('-', '').slice(0, 24).toUpperCase()}`,
      String(50_000 + (i % 97) * 100),
    ),
  );
file.write(CLOSING);
file.end();

const watch = startWatch();
let entries = 0;
const parser = new SaxesParser({ xmlns: true });
parser.on('opentag', ({ local }) => {
  if (local === 'Ntry') entries += 1;
});
parser.on('text', () => undefined);
parser.on('closetag', () => undefined);
for await (const text of createReadStream(path, {
  encoding: 'utf8',
  highWaterMark: 262_144,
}) as AsyncIterable<string>)
  parser.write(text);
parser.close();
const { seconds, cpuSeconds } = watch();
if (entries !== count) throw new Error(`${entries} entries of ${count}`);
rmSync(dir, { recursive: true });
report({
  contender: 'parser alone',
  count,
  seconds,
  cpuSeconds,
  perSecond: Math.round(count / seconds),
  peakMb: peakMegabytes(),
});
