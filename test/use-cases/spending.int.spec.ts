import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { foldBudget } from '../../src/use-cases/folds.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { cycleFigures, reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { budgetDecider } from '../../src/budget/budget.decider.js';
import { freeMinor } from '../../src/budget/budget.state.js';
import { streams } from '../../src/kernel/ids.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { countBreaksAsSettled } from './breaks.js';
import { auditOf } from '../support/audit.js';
import { answers, enrolled, PROGRAMME, released } from './month.js';
import { as, drain, job, newWorld, type World } from './world.js';

const BUDGET = streams.budget(PROGRAMME, 2025);

describe('money that settled, came back and settled again before the budget caught up', () => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld();
    await enrolled(world.engine, 20);
  });
  afterAll(() => world.end());
  const all = (cycleId: string, answer: Omit<ReportedOutcome, 'paymentId'>) =>
    takeInOutcomes(
      world.engine,
      { source: 'file', outcomes: answers(world.engine, cycleId, () => answer) },
      job(world.engine, 'bank'),
    );

  test('is spent once, also from a budget that has nothing left but the reservation', async () => {
    const { engine } = world;
    const { cycleId, totalMinor } = await released(engine, '2025-12');
    const free = freeMinor(foldBudget(await engine.store.readStream(BUDGET)));
    await execute(
      engine,
      [
        part(BUDGET, budgetDecider, {
          type: 'AdjustBudget',
          deltaMinor: `-${free}`,
          reason: 'decree',
        }),
      ],
      as(engine, 'finance', 'adjust'),
    );
    await all(cycleId, { outcome: 'settled', settledOn: '2025-12-29' });
    await all(cycleId, { outcome: 'returned', reason: 'AC04' });
    await reinstructPayments(
      engine,
      { cycleId, executionDate: '2026-01-10', sameAccount: true },
      job(engine, 'finance'),
    );
    await all(cycleId, { outcome: 'settled', settledOn: '2026-01-11' });
    await drain(engine);
    await drain(engine);
    const { spentMinor, reservedMinor } = foldBudget(await engine.store.readStream(BUDGET)).cycles[
      cycleId
    ]!;
    expect([String(spentMinor), reservedMinor]).toEqual([totalMinor, 0n]);
    expect((await cycleFigures(engine.store, cycleId)).settledMinor).toBe(totalMinor);
    expect((await auditOf(engine.store)).violations).toEqual([]);
  });
});

describe('money that settled after its cycle was closed, when the budget had nothing left', () => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld();
    await enrolled(world.engine, 20);
  });
  afterAll(() => world.end());

  test('overdraws the budget, stops no automation, and is covered by a person', async () => {
    const { engine } = world;
    const { store } = engine;
    const { cycleId } = await released(engine, '2025-12');
    const say = (answer: Omit<ReportedOutcome, 'paymentId'>) =>
      takeInOutcomes(
        engine,
        { source: 'file', outcomes: answers(engine, cycleId, () => answer) },
        job(engine, 'bank'),
      );
    const adjust = (deltaMinor: string, name: string) =>
      execute(
        engine,
        [part(BUDGET, budgetDecider, { type: 'AdjustBudget', deltaMinor, reason: name })],
        as(engine, 'finance', name),
      );
    await say({ outcome: 'rejected', reason: 'AC04' });
    await drain(engine);
    await reconcileCycle(engine, { cycleId }, as(engine, 'finance', 'reconcile'));
    await closeCycle(engine, { cycleId }, as(engine, 'finance', 'close'));
    await drain(engine);
    await adjust(`-${freeMinor(foldBudget(await store.readStream(BUDGET)))}`, 'decree');
    await say({ outcome: 'settled', settledOn: '2025-12-29' });
    await countBreaksAsSettled(engine, cycleId);
    await drain(engine);
    const { settledMinor } = await cycleFigures(store, cycleId);
    expect(BigInt(settledMinor)).toBeGreaterThan(0n);
    const budget = foldBudget(await store.readStream(BUDGET));
    expect(budget.cycles[cycleId]!.spentMinor).toBe(BigInt(settledMinor));
    expect(freeMinor(budget)).toBe(-BigInt(settledMinor));
    await adjust('1', 'first part');
    await adjust(String(BigInt(settledMinor) - 1n), 'the rest');
    expect(freeMinor(foldBudget(await store.readStream(BUDGET)))).toBe(0n);
    expect((await auditOf(store)).violations).toEqual([]);
  });
});
