import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Recorded } from '../../src/kernel/decider.js';
import { streams } from '../../src/kernel/ids.js';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { processManagers } from '../../src/process-managers/all.js';
import type { ProcessManager } from '../../src/process-managers/runner.js';
import { foldBudget } from '../../src/use-cases/folds.js';
import { cycleFigures } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { MemoryStore } from '../support/memory-store.js';
import { auditOf } from '../support/audit.js';
import { answers, enrolled, PROGRAMME, released } from './month.js';
import { job, newWorld, type World } from './world.js';

const BUDGET = streams.budget(PROGRAMME, 2025);
const CYCLE = `${PROGRAMME}-2025-12`;

class Killed extends Error {}

/** Which of the events are delivered together, and after how many appends the process dies. */
interface Delivery {
  readonly indices: readonly number[];
  readonly appends: number;
}

describe("the budget's spending", () => {
  let world: World;
  /** A month whose money moved in every way, and whose budget has not followed. */
  let log: readonly Recorded[];

  beforeAll(async () => {
    world = await newWorld();
    const { engine } = world;
    await enrolled(engine, 20);
    const { cycleId } = await released(engine, '2025-12');
    const settle = (n: number) =>
      n % 3 === 0 ? undefined : ({ outcome: 'settled', settledOn: '2025-12-29' } as const);
    const back = (n: number) =>
      n % 4 === 1 ? ({ outcome: 'returned', reason: 'AC04' } as const) : undefined;
    const rest = (n: number) =>
      n % 3 === 0 || n % 4 === 1
        ? ({ outcome: 'settled', settledOn: '2026-01-11' } as const)
        : undefined;
    const say = (answer: (n: number) => Omit<ReportedOutcome, 'paymentId'> | undefined) =>
      takeInOutcomes(
        engine,
        { source: 'file', outcomes: answers(engine, cycleId, (_, n) => answer(n)) },
        job(engine, 'bank'),
      );
    await say(settle);
    await say(back);
    const again = { cycleId, executionDate: '2026-01-10', sameAccount: true };
    await reinstructPayments(engine, again, job(engine, 'finance'));
    await say(rest);
    log = (await engine.store.readAll(-1, 5_000)).events;
  });
  afterAll(() => world.end());

  test('is what settled, however its events are delivered and wherever it is killed', async () => {
    const { settledMinor } = await cycleFigures(world.engine.store, CYCLE);
    const delivery = fc.record({
      indices: fc.array(fc.nat(), { maxLength: 8 }),
      appends: fc.nat(1),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(delivery, { maxLength: 8 }), async (deliveries) => {
        const store = new MemoryStore(true, log);
        const manager = processManagers({ ...world.engine, store }).find(
          ({ name }) => name === 'when-payments-settle-then-spend-budget',
        )!;
        const ours = log.filter(({ type }) => manager.handles.includes(type));
        for (const { indices, appends } of deliveries)
          await deliver(store, manager, { indices, appends }, ours);
        await manager.handle(ours);
        await manager.handle(ours.toReversed());
        const events = await store.readStream(BUDGET);
        expect(String(foldBudget(events).cycles[CYCLE]!.spentMinor)).toBe(settledMinor);
        expect((await auditOf(store)).violations).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

async function deliver(
  store: MemoryStore,
  manager: ProcessManager,
  { indices, appends }: Delivery,
  ours: readonly Recorded[],
): Promise<void> {
  if (indices.length === 0) return;
  let left = appends;
  store.beforeAppend = () => {
    if (left === 0) throw new Killed();
    left -= 1;
  };
  try {
    await manager.handle(indices.map((index) => ours[index % ours.length]!));
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
  store.beforeAppend = undefined;
}
