import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ran } from '../support/effort.js';
import { DiskHistories } from './disk-histories.js';

/** Plays histories on the real stores over a disk that fails: so many, from a seed on. */
const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
  },
});
const home = mkdtempSync(join(tmpdir(), 'sanad-disk-histories-'));
/** What is seen of a long trace: where it ends. */
const SHOWN = 3_000;
const wrong: number[] = [];
try {
  const disks = await DiskHistories.open(home);
  if (!disks) throw new Error('histories on a disk that fails need a C compiler (cc)');
  const count = Number(values.histories);
  let faults = 0;
  for (let seed = Number(values.seed), left = count; left > 0; seed += 1, left -= 1) {
    const history = await disks.play(seed);
    faults += history.faults.length;
    if (history.wrong.length > 0) wrong.push(seed);
    if (history.wrong.length > 0 || left % 10 === 1)
      console.log(
        JSON.stringify({ ...history, wrong: history.wrong.map((one) => one.slice(-SHOWN)) }),
      );
  }
  ran('histories', count);
  ran('faults', faults);
} finally {
  rmSync(home, { recursive: true, force: true });
}
if (wrong.length > 0) console.error(`Wrong on disks: ${wrong.join(' ')}`);
process.exitCode = wrong.length > 0 ? 1 : 0;
