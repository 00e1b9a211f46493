import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from '@jest/globals';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import { openEngine } from '../../src/cli/compose.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { streams } from '../../src/kernel/ids.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { PROGRAMME } from '../use-cases/month.js';
import { simulatedDelay, stopwatch } from '../support/eventually.js';

const CYCLES = [`${PROGRAMME}-2025-12`, `${PROGRAMME}-2026-01`];
const CHILD = fileURLToPath(new URL('./month-child.js', import.meta.url));

/** Small and seeded, so that a failure can be repeated: mulberry32. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** How a run of the child ended. */
export interface Run {
  readonly finished: boolean;
  readonly killed: boolean;
  /** As what it exited; null where a signal ended it. */
  readonly code: number | null;
  readonly lost: string | undefined;
  readonly acked: Acked;
  readonly errors: string;
  readonly lastedMs: number;
}
/** The last event that the log acknowledged. */
export interface Acked {
  readonly position: number;
  readonly id: string;
}

export const NOTHING: Acked = { position: -1, id: '-' };

export interface RunOptions {
  readonly households: number;
  /** Kills it so long after it began its work; absent: it ends by itself. */
  readonly afterMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a child on a folder, which plays two months or goes on with them. */
export function run(
  dir: string,
  acked: Acked,
  { households, afterMs, env = {} }: RunOptions,
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [CHILD, dir, String(households), String(acked.position), acked.id],
      { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } },
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
        if (afterMs !== undefined)
          void simulatedDelay(afterMs, over.signal).then(
            () => over.signal.aborted || child.kill('SIGKILL'),
          );
      }
    });
    child.on('close', (code, signal) => {
      over.abort();
      resolve({
        finished,
        killed: signal === 'SIGKILL',
        code,
        lost,
        acked: latest,
        errors,
        lastedMs: lasted(),
      });
    });
  });
}

/** What a folder came to: everything that must be the same however often its work was killed. */
export async function outcomeOf(dir: string): Promise<object> {
  const engine = await openEngine(dir);
  try {
    const { facts, distinctIds } = await counted(engine.store);
    const payments = await paymentsIn(engine.store);
    const budgets = await Promise.all([2025, 2026].map((year) => spentIn(engine.store, year)));
    const cycles = await cyclesIn(engine.store);
    await expectFilesAsInstructed(dir, cycles);
    return {
      facts,
      distinctIds,
      payments,
      budgets: budgets.map(String),
      sets: cycles.flatMap((event) =>
        event.type === 'CyclePrepared'
          ? [[event.data.cycleId, event.data.count, event.data.totalMinor, event.data.contentHash]]
          : [],
      ),
      files: (await readdir(join(dir, 'files'))).sort(),
    };
  } finally {
    await engine.close();
  }
}

/** How many events that are always as many a log has, and whether each of all has its own id. */
async function counted(store: EventStore): Promise<{ facts: number; distinctIds: boolean }> {
  const ids = new Set<string>();
  let after = -1;
  let events = 0;
  let facts = 0;
  for (;;) {
    const page = await store.readAll(after, 5_000);
    if (page.events.length === 0) return { facts, distinctIds: ids.size === events };
    for (const event of page.events) {
      ids.add(event.id);
      // Spending is summed by page of the log, so only its sum is always the same.
      if (event.type !== 'BudgetSpent') facts += 1;
    }
    events += page.events.length;
    after = page.next;
  }
}

/** The life of each payment. */
async function paymentsIn(store: EventStore): Promise<readonly string[]> {
  const payments: string[] = [];
  for await (const page of pagesOf(store, 'payment-')) {
    for (const { stream, events } of page)
      payments.push(`${stream} ${events.map((event) => event.type).join(' ')}`);
  }
  return payments;
}

const spentIn = async (store: EventStore, year: number): Promise<bigint> =>
  (await store.readStream(streams.budget(PROGRAMME, year))).reduce(
    (spent, event) => spent + (event.type === 'BudgetSpent' ? BigInt(event.data.amountMinor) : 0n),
    0n,
  );

/** What was prepared and instructed, cycle by cycle. */
async function cyclesIn(store: EventStore) {
  const cycles = await Promise.all(CYCLES.map((id) => store.readStream(streams.cycle(id))));
  return cycles
    .flat()
    .filter((event) => event.type === 'CyclePrepared' || event.type === 'CycleInstructed');
}

async function expectFilesAsInstructed(dir: string, cycles: readonly Recorded[]): Promise<void> {
  for (const event of cycles) {
    if (event.type !== 'CycleInstructed') continue;
    for (const file of event.data.files)
      expect(
        createHash('sha256')
          .update(await readFile(join(dir, 'files', file.name)))
          .digest('hex'),
      ).toBe(file.sha256);
  }
}
