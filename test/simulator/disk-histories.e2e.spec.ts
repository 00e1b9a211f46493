import { expect, test } from '@jest/globals';
import { ran } from '../support/effort.js';
import { leaveOut } from '../support/left-out.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { DiskHistories } from './disk-histories.js';

/** The same in every run; `.ci/run` plays others. */
const HISTORIES = 6;
const SEED = 100;

const home = temporaryFolder('disk-histories');

test(`${HISTORIES} histories on the real stores, over a disk that fails, come to the same end as in memory: nothing is wrong`, async () => {
  const disks = await DiskHistories.open(home);
  if (!disks) return leaveOut('histories on a disk that fails: there is no C compiler (cc)');
  const faults: string[] = [];
  const hashes: (string | undefined)[] = [];
  for (let seed = SEED; seed < SEED + HISTORIES; seed += 1) {
    const history = await disks.play(seed);
    expect(history).toMatchObject({ wrong: [] });
    faults.push(...history.faults);
    hashes.push(history.traceHash);
  }
  // A disk that never failed would show nothing.
  expect(faults.length).toBeGreaterThan(HISTORIES / 2);
  // And one of them is played again by its seed, faults and all.
  const again = await disks.play(SEED);
  expect(again.traceHash).toBe(hashes[0]);
  expect(again.traceHash).not.toBe(hashes[1]);
  ran('histories', HISTORIES + 1);
  ran('faults', faults.length);
});
