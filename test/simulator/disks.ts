import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ran } from '../support/effort.js';
import { DiskHistories } from './disk-histories.js';
import { PlayingTime } from './playing-time.js';

/**
 * Plays histories on the real stores over a disk that fails: so many, from a seed on, or as many as
 * so many minutes give time for.
 */
const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string' },
  },
});
const home = mkdtempSync(join(tmpdir(), 'sanad-disk-histories-'));
/** What is seen of a long trace: where it ends. */
const SHOWN = 3_000;
const wrong: number[] = [];
let isEnough = false;
try {
  const disks = await DiskHistories.open(home);
  if (!disks) throw new Error('histories on a disk that fails need a C compiler (cc)');
  const time = new PlayingTime(Number(values.histories), values.minutes);
  let faults = 0;
  let played = 0;
  const first = Number(values.seed);
  for (; played < time.asked && time.isLeft(); played += 1) {
    const seed = first + played;
    const history = await disks.play(seed);
    faults += history.faults.length;
    if (history.wrong.length > 0) wrong.push(seed);
    if (history.wrong.length > 0 || played % 10 === 9)
      console.log(
        JSON.stringify({ ...history, wrong: history.wrong.map((one) => one.slice(-SHOWN)) }),
      );
  }
  isEnough = time.isEnough(played);
  const ended = time.told(played);
  if (ended) console.log(ended);
  ran('histories', played);
  ran('faults', faults);
} finally {
  rmSync(home, { recursive: true, force: true });
}
if (wrong.length > 0) console.error(`Wrong on disks: ${wrong.join(' ')}`);
process.exitCode = wrong.length > 0 || !isEnough ? 1 : 0;
