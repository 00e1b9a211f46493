import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { openEngine } from '../../src/cli/compose.js';
import { streams } from '../../src/kernel/ids.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { PROGRAMME } from '../use-cases/month.js';
import { simulatedDelay, stopwatch } from '../support/eventually.js';

const KILLS = Number(process.env['SANAD_KILLS'] ?? 200);
const AT_ONCE = 2;
const HOUSEHOLDS = 60;
const CYCLES = [`${PROGRAMME}-2025-12`, `${PROGRAMME}-2026-01`];
const CHILD = fileURLToPath(new URL('./kill-child.js', import.meta.url));

/** Small and seeded, so that a failure can be repeated: mulberry32. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Run {
  readonly finished: boolean;
  readonly killed: boolean;
  readonly lost: string | undefined;
  readonly acked: Acked;
  readonly errors: string;
  readonly lastedMs: number;
}
interface Acked {
  readonly position: number;
  readonly id: string;
}

/** Starts a child on a folder; kills it `afterMs` after it began its work. */
function run(dir: string, acked: Acked, afterMs: number): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [CHILD, dir, String(HOUSEHOLDS), String(acked.position), acked.id],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let latest = acked;
    let lost: string | undefined;
    let finished = false;
    let errors = '';
    let lasted = stopwatch();
    const over = new AbortController();
    child.on('error', reject);
    child.stderr.on('data', (bytes: Buffer) => {
      errors += bytes.toString();
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [word, position, id] = line.split(' ');
      if (word === 'ack' && Number(position) > latest.position)
        latest = { position: Number(position), id: id! };
      else if (word === 'lost') lost = line;
      else if (word === 'done') finished = true;
      else if (word === 'start') {
        lasted = stopwatch();
        void simulatedDelay(afterMs, over.signal).then(
          () => over.signal.aborted || child.kill('SIGKILL'),
        );
      }
    });
    child.on('close', (_code, signal) => {
      over.abort();
      resolve({
        finished,
        killed: signal === 'SIGKILL',
        lost,
        acked: latest,
        errors,
        lastedMs: lasted(),
      });
    });
  });
}

/** What a folder came to: everything that must be the same however often its work was killed. */
async function outcomeOf(dir: string): Promise<object> {
  const engine = await openEngine(dir);
  try {
    const ids = new Set<string>();
    let after = -1;
    let events = 0;
    let facts = 0;
    for (;;) {
      const page = await engine.store.readAll(after, 5_000);
      if (page.events.length === 0) break;
      for (const event of page.events) {
        ids.add(event.id);
        // Spending is summed by page of the log, so only its sum is always the same.
        if (event.type !== 'BudgetSpent') facts += 1;
      }
      events += page.events.length;
      after = page.next;
    }
    const payments: string[] = [];
    for await (const page of pagesOf(engine.store, 'payment-')) {
      for (const { stream, events: history } of page)
        payments.push(`${stream} ${history.map((event) => event.type).join(' ')}`);
    }
    const budgets = await Promise.all(
      [2025, 2026].map(async (year) =>
        (await engine.store.readStream(streams.budget(PROGRAMME, year))).reduce(
          (spent, event) =>
            spent + (event.type === 'BudgetSpent' ? BigInt(event.data.amountMinor) : 0n),
          0n,
        ),
      ),
    );
    const cycles = await Promise.all(
      CYCLES.map(async (id) =>
        (await engine.store.readStream(streams.cycle(id))).filter(
          (event) => event.type === 'CyclePrepared' || event.type === 'CycleInstructed',
        ),
      ),
    );
    for (const event of cycles.flat()) {
      if (event.type !== 'CycleInstructed') continue;
      for (const file of event.data.files)
        expect(
          createHash('sha256')
            .update(await readFile(join(dir, 'files', file.name)))
            .digest('hex'),
        ).toBe(file.sha256);
    }
    return {
      facts,
      distinctIds: ids.size === events,
      payments,
      budgets: budgets.map(String),
      sets: cycles
        .flat()
        .flatMap((event) =>
          event.type === 'CyclePrepared'
            ? [
                [
                  event.data.cycleId,
                  event.data.count,
                  event.data.totalMinor,
                  event.data.contentHash,
                ],
              ]
            : [],
        ),
      files: (await readdir(join(dir, 'files'))).sort(),
    };
  } finally {
    await engine.close();
  }
}

describe(`kill -9 at ${KILLS} random moments`, () => {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((dir) => rm(dir, { recursive: true, force: true }))));
  const newFolder = async (): Promise<string> => {
    const dir = await mkdtemp(join(tmpdir(), 'sanad-kill-'));
    folders.push(dir);
    return dir;
  };
  const nothing: Acked = { position: -1, id: '-' };

  test('nothing acknowledged is lost, nothing is ordered or settled twice, and the end is always the same', async () => {
    const seed = Number(process.env['SANAD_SEED'] ?? 20_261_123);
    const calm = await newFolder();
    const whole = await run(calm, nothing, 600_000);
    if (!whole.finished) throw new Error(`the run without a kill failed: ${whole.errors}`);
    const expected = await outcomeOf(calm);
    let kills = 0;
    const lane = async (number: number): Promise<void> => {
      const next = random(seed + number);
      while (kills < KILLS) {
        const dir = await newFolder();
        let acked = nothing;
        for (let done = false; !done;) {
          const enough = kills >= KILLS;
          const result = await run(dir, acked, enough ? 600_000 : next() * whole.lastedMs * 0.6);
          if (result.killed) kills += 1;
          else if (!result.finished)
            throw new Error(
              `seed ${seed}, lane ${number}, kill ${kills}: ${result.lost ?? result.errors}`,
            );
          acked = result.acked;
          done = result.finished;
        }
        expect(await outcomeOf(dir)).toEqual(expected);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => lane(i)));
    expect(kills).toBeGreaterThanOrEqual(KILLS);
  }, 1_800_000);
});
