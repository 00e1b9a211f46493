import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { progressOf } from '../../projections/disbursement/cycle-progress.queries.js';
import { disbursementProjection } from '../../projections/disbursement/disbursement.projection.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { openSqliteReadStore } from '../../src/adapters/read-store/sqlite/read-store.js';
import { createAuditCheck } from '../../src/audit/check.js';
import { freeMinor } from '../../src/budget/budget.state.js';
import { streams } from '../../src/kernel/ids.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { foldBudget } from '../../src/use-cases/folds.js';
import { cycleFigures, reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { ArrayLog } from '../support/array-log.js';
import { householdOracle } from '../simulation/household-oracle.js';
import { answers, enrolled, PROGRAMME, released } from './month.js';
import { as, by, drain, job, newWorld, type World } from './world.js';

const HOUSEHOLDS = 4;
/** What the bank takes for each return. */
const CHARGE = 500n;
const KEPT = CHARGE * BigInt(HOUSEHOLDS);

let world: World;
beforeEach(async () => {
  world = await newWorld();
  await enrolled(world.engine, HOUSEHOLDS);
});
afterEach(() => world.end());

/** The end-to-end ids of the first instructions, by payment. */
async function firstIds(cycleId: string): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for await (const page of pagesOf(world.engine.store, `payment-${cycleId}-`))
    for (const { events } of page)
      for (const event of events)
        if (event.type === 'PaymentInstructed')
          ids.set(event.data.paymentId, event.data.endToEndId);
  return ids;
}

type Answer = Omit<ReportedOutcome, 'paymentId'>;
async function say(cycleId: string, answer: (amountMinor: bigint) => Answer): Promise<void> {
  const amounts = new Map<string, bigint>();
  for await (const page of pagesOf(world.engine.store, `payment-${cycleId}-`))
    for (const { events } of page)
      for (const event of events)
        if (event.type === 'PaymentInstructed')
          amounts.set(event.data.paymentId, BigInt(event.data.amountMinor));
  const outcomes = answers(world.engine, cycleId, (paymentId) => answer(amounts.get(paymentId)!));
  await takeInOutcomes(world.engine, { source: 'camt.054', outcomes }, job(world.engine, 'bank'));
}
const SETTLED = (): Answer => ({ outcome: 'settled', settledOn: '2025-12-31' });
const returned =
  (charge: bigint) =>
  (amountMinor: bigint): Answer => ({
    outcome: 'returned',
    reason: 'AC04',
    amountMinor: String(amountMinor - charge),
    currency: 'MAD',
  });

/** Where payments stand as the read model has it. */
async function progress(cycleId: string) {
  const dir = mkdtempSync(join(tmpdir(), 'sanad-read-'));
  const store = await openSqliteReadStore(join(dir, 'read.db'), { thread: 'local' });
  try {
    const { events } = await world.engine.store.readAll(-1, 10_000);
    const log = new ArrayLog(events);
    await new ProjectionRunner({ store, projections: [disbursementProjection], log }).catchUp();
    return (await progressOf(store, [cycleId], undefined))(cycleId);
  } finally {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** One person proposes it of every break that is open, and another decides. */
async function countAsReturned(cycleId: string): Promise<void> {
  const { store } = world.engine;
  for await (const page of pagesOf(store, `payment-${cycleId}-`))
    for (const { stream, events } of page)
      for (const event of events) {
        if (event.type !== 'PaymentBreakRecorded') continue;
        const { breakId } = event.data;
        const resolve = part(stream, paymentDecider, {
          type: 'ResolveBreak',
          breakId,
          resolution: 'counted-as-returned',
          reason: 'less its charges',
        });
        for (const who of ['farid', 'fatima'])
          await execute(
            world.engine,
            [resolve],
            by(world.engine, who, 'finance-officer', 'resolve', breakId),
          );
      }
}

async function books(cycleId: string) {
  const { store } = world.engine;
  await drain(world.engine);
  const events = (await store.readAll(-1, 10_000)).events;
  const check = createAuditCheck();
  for (const event of events) check.add(event);
  expect(check.finish().violations).toEqual([]);
  expect([...householdOracle(events)]).toEqual([]);
  const budget = foldBudget(await store.readStream(streams.budget(PROGRAMME, 2025)));
  const { spentMinor, reservedMinor } = budget.cycles[cycleId]!;
  return { spentMinor, reservedMinor, free: freeMinor(budget) };
}

async function closed(cycleId: string) {
  await drain(world.engine);
  await reconcileCycle(world.engine, { cycleId }, as(world.engine, 'finance', 'reconcile'));
  await closeCycle(world.engine, { cycleId }, as(world.engine, 'finance', 'close'));
  return books(cycleId);
}

test('what came back is given back to the centime, and what the bank kept stays spent', async () => {
  const { cycleId, totalMinor } = await released(world.engine, '2025-12');
  await say(cycleId, SETTLED);
  expect((await books(cycleId)).spentMinor).toBe(BigInt(totalMinor));
  await say(cycleId, returned(CHARGE));
  await countAsReturned(cycleId);
  const back = await books(cycleId);
  expect([back.spentMinor, back.reservedMinor]).toEqual([KEPT, BigInt(totalMinor) - KEPT]);
  expect(await cycleFigures(world.engine.store, cycleId)).toMatchObject({
    settledMinor: '0',
    returnedMinor: totalMinor,
    keptMinor: String(KEPT),
  });
  const end = await closed(cycleId);
  expect([end.spentMinor, end.reservedMinor]).toEqual([KEPT, 0n]);
});

test('paid again, a payment costs what left twice less what came back once', async () => {
  const { cycleId, totalMinor } = await released(world.engine, '2025-12');
  const before = await books(cycleId);
  await say(cycleId, SETTLED);
  await say(cycleId, returned(CHARGE));
  await countAsReturned(cycleId);
  await reinstructPayments(
    world.engine,
    { cycleId, executionDate: '2026-01-10', sameAccount: true },
    job(world.engine, 'secondFinance'),
  );
  await say(cycleId, () => ({ outcome: 'settled', settledOn: '2026-01-11' }));
  const end = await closed(cycleId);
  expect([end.spentMinor, end.reservedMinor]).toEqual([BigInt(totalMinor) + KEPT, 0n]);
  expect(end.free).toBe(before.free - KEPT);
});

test('what comes back in two parts is given back in two parts', async () => {
  const { cycleId } = await released(world.engine, '2025-12');
  await say(cycleId, SETTLED);
  await say(cycleId, returned(CHARGE));
  await countAsReturned(cycleId);
  await say(cycleId, () => ({
    outcome: 'returned',
    reason: 'AC04',
    amountMinor: String(CHARGE - 100n),
    currency: 'MAD',
  }));
  await countAsReturned(cycleId);
  expect((await closed(cycleId)).spentMinor).toBe(100n * BigInt(HOUSEHOLDS));
});

test('a part that comes back late, of an attempt before the one that paid, is given back too', async () => {
  const { cycleId, totalMinor } = await released(world.engine, '2025-12');
  await say(cycleId, SETTLED);
  await say(cycleId, returned(CHARGE));
  await countAsReturned(cycleId);
  const first = await firstIds(cycleId);
  await reinstructPayments(
    world.engine,
    { cycleId, executionDate: '2026-01-10', sameAccount: true },
    job(world.engine, 'secondFinance'),
  );
  await say(cycleId, () => ({ outcome: 'settled', settledOn: '2026-01-11' }));
  expect((await books(cycleId)).spentMinor).toBe(BigInt(totalMinor) + KEPT);
  const outcomes = answers(world.engine, cycleId, (paymentId) => ({
    outcome: 'returned',
    reason: 'AC04',
    endToEndId: first.get(paymentId)!,
    amountMinor: String(CHARGE - 100n),
    currency: 'MAD',
  }));
  await takeInOutcomes(world.engine, { source: 'camt.054', outcomes }, job(world.engine, 'bank'));
  await countAsReturned(cycleId);
  const left = 100n * BigInt(HOUSEHOLDS);
  expect((await books(cycleId)).spentMinor).toBe(BigInt(totalMinor) + left);
  expect(await cycleFigures(world.engine.store, cycleId)).toMatchObject({
    settledMinor: totalMinor,
    keptMinor: String(left),
  });
  const ofRead = { count: HOUSEHOLDS, amountMinor: BigInt(totalMinor) };
  expect((await progress(cycleId)).byStatus).toEqual({ settled: ofRead });
  expect((await closed(cycleId)).spentMinor).toBe(BigInt(totalMinor) + left);
});

test('so is one that comes back while the attempt after it is rejected, which stays so', async () => {
  const { cycleId, totalMinor } = await released(world.engine, '2025-12');
  await say(cycleId, SETTLED);
  await say(cycleId, returned(CHARGE));
  await countAsReturned(cycleId);
  const first = await firstIds(cycleId);
  await reinstructPayments(
    world.engine,
    { cycleId, executionDate: '2026-01-10', sameAccount: true },
    job(world.engine, 'secondFinance'),
  );
  await say(cycleId, () => ({ outcome: 'rejected', reason: 'AC04' }));
  expect((await books(cycleId)).spentMinor).toBe(KEPT);
  const outcomes = answers(world.engine, cycleId, (paymentId) => ({
    outcome: 'returned',
    reason: 'AC04',
    endToEndId: first.get(paymentId)!,
    amountMinor: String(CHARGE - 100n),
    currency: 'MAD',
  }));
  await takeInOutcomes(world.engine, { source: 'camt.054', outcomes }, job(world.engine, 'bank'));
  await countAsReturned(cycleId);
  const left = 100n * BigInt(HOUSEHOLDS);
  expect((await books(cycleId)).spentMinor).toBe(left);
  expect(await cycleFigures(world.engine.store, cycleId)).toMatchObject({
    rejectedMinor: totalMinor,
    keptMinor: String(left),
  });
  const ofRead = { count: HOUSEHOLDS, amountMinor: BigInt(totalMinor) };
  expect((await progress(cycleId)).byStatus).toEqual({ rejected: ofRead });
  expect((await closed(cycleId)).spentMinor).toBe(left);
});

test('a part that comes back after the cycle was closed is free again', async () => {
  const { cycleId } = await released(world.engine, '2025-12');
  await say(cycleId, SETTLED);
  const before = await closed(cycleId);
  await say(cycleId, returned(CHARGE));
  await countAsReturned(cycleId);
  const { spentMinor, reservedMinor, free } = await books(cycleId);
  expect([spentMinor, reservedMinor]).toEqual([KEPT, 0n]);
  expect(free).toBe(before.free + before.spentMinor - KEPT);
});
