import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { ran } from '../support/effort.js';
import { leaveOut } from '../support/left-out.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { NOTHING, outcomeOf, random, run } from '../simulation/month-runs.js';
import {
  buildDisk,
  FAULTS,
  POWER_CUT,
  UnreliableDisk,
  type DiskFault,
  type Fault,
} from './unreliable-disk.js';

/** Points of failure in all: two thirds in the parts of a folder, a third in two months of work. */
const POINTS = Number(process.env['SANAD_DISK_POINTS'] ?? 60);
const SEED = Number(process.env['SANAD_SEED'] ?? 20_261_127);
const HOUSEHOLDS = 4;
const ROUNDS = 6;
const PARTS = fileURLToPath(new URL('./parts-child.js', import.meta.url));
/** What a person is told of a disk that fails: a code of ours, first in the sentence. */
const TOLD =
  /(DISK_FULL|STORE_FAILED|OUTCOME_UNKNOWN|STORE_CLOSED|VAULT_FAILED|ARCHIVE_FAILED|RAIL_FAILED|JOB_QUEUE_FAILED|ACCESS_LOG_FAILED): /;

let home: string;
let library: string | undefined;
let disks = 0;
beforeAll(() => {
  home = temporaryFolder('disks');
  library = buildDisk(home);
});

function newDisk(): UnreliableDisk {
  disks += 1;
  const dir = join(home, String(disks));
  mkdirSync(dir);
  return new UnreliableDisk(library!, dir);
}

interface Ended {
  readonly finished: boolean;
  readonly code: number | null;
  readonly errors: string;
}
/** Goes on with a folder until the work is done, with one fault in each run but the last. */
interface Work {
  readonly name: string;
  readonly points: number;
  readonly begin: (disk: UnreliableDisk) => {
    readonly go: (fault?: DiskFault) => Promise<Ended>;
    readonly outcome: () => Promise<unknown>;
  };
}

const PARTS_OF_A_FOLDER: Work = {
  name: 'everything that a folder keeps',
  points: Math.ceil((POINTS * 2) / 3),
  begin: (disk) => {
    const ackFile = join(disk.root, '..', 'acknowledged');
    return {
      go: async (fault) => {
        const { stdout, stderr, status } = spawnSync(
          process.execPath,
          [PARTS, join(disk.root, 'data'), ackFile, String(ROUNDS)],
          { encoding: 'utf8', env: { ...process.env, ...disk.env(fault) } },
        );
        return { finished: stdout.endsWith('done\n'), code: status, errors: stderr };
      },
      // It looks for itself.
      outcome: async () => undefined,
    };
  },
};

const TWO_MONTHS: Work = {
  name: 'two months of work',
  points: Math.floor(POINTS / 3),
  begin: (disk) => {
    let acked = NOTHING;
    return {
      go: async (fault) => {
        const ended = await run(join(disk.root, 'data'), acked, {
          households: HOUSEHOLDS,
          env: disk.env(fault),
        });
        acked = ended.acked;
        return { ...ended, errors: ended.lost ?? ended.errors };
      },
      outcome: () => outcomeOf(join(disk.root, 'data')),
    };
  },
};

/** What came of a run whose disk failed; throws where that is not what a failing disk may do. */
function judge(ended: Ended, fault: DiskFault, failedAt: number): Fault | undefined {
  const place = `seed ${SEED}, ${fault.fault} at ${fault.at} (${fault.seed}): `;
  if (failedAt === 0) {
    if (!ended.finished) throw new Error(`${place}no fault came, and yet: ${ended.errors}`);
    return undefined;
  }
  if (fault.fault === 'power') {
    if (ended.code !== POWER_CUT) throw new Error(`${place}the power stayed: ${ended.errors}`);
  } else if (!ended.finished && !TOLD.test(ended.errors))
    throw new Error(`${place}not told in words of ours (code ${ended.code}): ${ended.errors}`);
  return fault.fault;
}

describe.each([PARTS_OF_A_FOLDER, TWO_MONTHS])(
  '$name, on a disk that fails',
  ({ points, begin }) => {
    test(`at ${points} moments: what was acknowledged is there, the rest is whole or absent, and it goes on to the same end`, async () => {
      if (!library) return leaveOut('disks that fail: there is no C compiler (cc)');
      const calm = newDisk();
      const undisturbed = begin(calm);
      const first = await undisturbed.go();
      if (!first.finished) throw new Error(`the run without a fault failed: ${first.errors}`);
      const { operations } = calm.counts();
      const expected = await undisturbed.outcome();
      const next = random(SEED);
      const seen = new Map<Fault, number>();
      for (let done = 0; done < points;) {
        const disk = newDisk();
        const work = begin(disk);
        let isOver = false;
        for (let tries = 0; !isOver && tries < 4 && done < points; tries += 1) {
          const fault: DiskFault = {
            fault: FAULTS[Math.floor(next() * FAULTS.length)]!,
            at: 1 + Math.floor(next() * operations * 0.6),
            seed: Math.floor(next() * 1e9),
          };
          const ended = await work.go(fault);
          const came = judge(ended, fault, disk.counts().failedAt);
          if (came) {
            seen.set(came, (seen.get(came) ?? 0) + 1);
            done += 1;
          }
          isOver = ended.finished;
        }
        const last = await work.go();
        if (!last.finished)
          throw new Error(`seed ${SEED}, disk ${disks}: it does not go on: ${last.errors}`);
        expect(await work.outcome()).toEqual(expected);
      }
      expect([...seen.keys()].sort()).toEqual([...FAULTS].sort());
      ran('faults', points);
    }, 1_800_000);
  },
);
