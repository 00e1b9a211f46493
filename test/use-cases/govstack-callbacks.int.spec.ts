import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  govstackBlock,
  govstackRail,
} from '../../src/adapters/payment-rail/govstack/govstack-rail.js';
import type {
  BlockTransaction,
  GovstackBlock,
  SentBatch,
} from '../../src/adapters/payment-rail/govstack/port.js';
import { askBlock } from '../../src/use-cases/govstack/ask.js';
import { takeInBatchStatus } from '../../src/use-cases/govstack/outcomes.js';
import type { BatchStatus } from '../../src/use-cases/govstack/block-answer.rule.js';
import type { Deps } from '../../src/write-side/context.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { DomainError } from '../../src/kernel/errors.js';
import { formatAmount } from '../../src/kernel/money.js';
import { blockSettings, fakeBlock, type FakeBlock } from '../support/govstack-block.js';
import { auditOf } from '../support/audit.js';
import { enrolled, PROGRAMME, released } from './month.js';
import { drain, job, newWorld, type World } from './world.js';

const PERIOD = '2025-12';
const CYCLE = `${PROGRAMME}-${PERIOD}`;
let world: World;
let server: FakeBlock;
let deps: Deps;
let known: GovstackBlock;
const batches: SentBatch[] = [];

beforeAll(async () => {
  [world, server] = await Promise.all([newWorld(), fakeBlock(new Map())]);
  await enrolled(world.engine, 200);
  const files = join(world.dir, 'files');
  const settings = blockSettings(server.url, { timeoutMs: 5_000, batchSize: 3 });
  deps = { ...world.engine, rail: govstackRail(files, settings) };
  await released(deps, PERIOD);
  known = govstackBlock(files, settings);
  for await (const batch of known.batchesOf('ASD-2025-12-0001')) batches.push(batch);
});
afterAll(() => Promise.all([world.end(), server.close()]));

/** One callback, and what the block answers when it is asked then. */
interface Said {
  readonly completed: number;
  readonly failed: number;
  readonly wrong: number;
  readonly words: readonly string[];
  readonly cents: number;
}
const said: fc.Arbitrary<Said> = fc.record({
  completed: fc.integer({ min: 0, max: 3 }),
  failed: fc.integer({ min: 0, max: 3 }),
  wrong: fc.constantFrom(0, 0, 0, 1, 2, 3),
  words: fc.array(
    fc.constantFrom('COMPLETED', 'FAILED', 'IN_PROGRESS', 'completed', 'REVERSED', ''),
    { minLength: 3, maxLength: 3 },
  ),
  cents: fc.constantFrom(0, 0, 0, 1, -1),
});

function statusOf(
  { correlationId, batchId, transfers, currency }: SentBatch,
  { completed, failed, wrong }: Said,
): BatchStatus {
  const total = transfers.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const worth = (part: number): string =>
    formatAmount((total * BigInt(part)) / BigInt(transfers.length), currency);
  const done = Math.min(completed, transfers.length);
  const lost = Math.min(failed, transfers.length - done);
  return {
    correlationId: wrong === 1 ? 'UNKNOWN00000' : correlationId,
    batchId: wrong === 2 ? 'another' : batchId!,
    total: wrong === 3 ? transfers.length + 1 : transfers.length,
    completed: done,
    failed: lost,
    ongoing: transfers.length - done - lost,
    totalAmount: worth(transfers.length),
    completedAmount: worth(done),
    ongoingAmount: worth(transfers.length - done - lost),
    failedAmount: worth(lost),
    generatedAt: '2025-12-29T10:00:00Z',
  };
}
const asked = ({ transfers, currency }: SentBatch, { words, cents }: Said): GovstackBlock => ({
  ...known,
  async *details() {
    yield transfers.map(({ instructionId, amountMinor }, i): BlockTransaction => ({
      transactionId: instructionId,
      status: words[i]!,
      currency,
      amount: formatAmount(amountMinor + BigInt(i === 0 ? cents : 0), currency),
      errorInformation: 'AC04',
    }));
  },
});

/** Whether it says of each what cannot be of all. */
function contradictsItself(batch: SentBatch, callback: Said): boolean {
  const { total, completed, failed } = statusOf(batch, { ...callback, wrong: 0 });
  const words = callback.words.slice(0, total);
  const count = (of: string): number => words.filter((word) => word.toUpperCase() === of).length;
  return completed + count('FAILED') > total || failed + count('COMPLETED') > total;
}

test('callbacks in any order, wrong, contradictory and repeated, settle no payment twice and lose no centime', async () => {
  expect(batches.length).toBeGreaterThan(30);
  const stories = fc.sample(fc.array(said, { minLength: 1, maxLength: 6 }), {
    numRuns: batches.length,
    seed: 20251201,
  });
  const tell = async (batch: SentBatch, callback: Said): Promise<void> => {
    try {
      await takeInBatchStatus(
        deps,
        asked(batch, callback),
        statusOf(batch, callback),
        job(deps, 'bank'),
      );
      expect(callback.wrong).toBe(0);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const isWrong = callback.wrong > 0 || contradictsItself(batch, callback);
      expect({ wrong: isWrong, code: error.code }).toEqual({
        wrong: true,
        code: expect.stringMatching(/^BATCH_(UNKNOWN|DIFFERS)$/),
      });
    }
  };
  for (const [i, batch] of batches.entries())
    for (const callback of stories[i]!) await tell(batch, callback);
  const before = await deps.store.lastPosition();
  for (const [i, batch] of batches.entries())
    for (const callback of stories[i]!) await tell(batch, callback);
  expect(await deps.store.lastPosition()).toBe(before);

  const seen = new Set<string>();
  for await (const page of pagesOf(deps.store, `payment-${CYCLE}-`)) {
    for (const { events } of page) {
      for (const { type } of events) seen.add(type);
      expect(events.filter(({ type }) => type === 'PaymentSettled').length).toBeLessThanOrEqual(1);
    }
  }
  expect([...seen]).toEqual(
    expect.arrayContaining([
      'PaymentAccepted',
      'PaymentSettled',
      'PaymentRejected',
      'PaymentBreakRecorded',
    ]),
  );
  await drain(deps);
  expect((await auditOf(deps.store)).violations).toEqual([]);
});

test('a block that says nothing when it is asked changes nothing', async () => {
  const silent: GovstackBlock = {
    ...known,
    async *details() {
      yield [];
    },
  };
  const before = await deps.store.lastPosition();
  expect(await askBlock(deps, silent, CYCLE, job(deps, 'bank'))).toMatchObject({
    applied: 0,
    breaks: 0,
    batches: batches.length,
  });
  expect(await deps.store.lastPosition()).toBe(before);
});
