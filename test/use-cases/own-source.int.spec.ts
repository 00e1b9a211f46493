import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { cycleFigures, reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { auditOf } from '../support/audit.js';
import { answers, enrolled, released } from './month.js';
import { as, drain, job, newWorld, type World } from './world.js';

/** No rail of this repository: one that somebody adds, without a schema of its own. */
const SOURCE = 'mobile-money.2';

let world: World;
beforeAll(async () => {
  world = await newWorld();
  await enrolled(world.engine, 12);
});
afterAll(() => world.end());

test('a rail reports under a name of its own, from the instruction to the closing', async () => {
  const { engine } = world;
  const { cycleId } = await released(engine, '2025-12');
  const said: readonly Omit<ReportedOutcome, 'paymentId'>[] = [
    { outcome: 'settled', settledOn: '2025-12-29' },
    { outcome: 'rejected', reason: 'AC04' },
    { outcome: 'settled', settledOn: '2025-12-30' },
  ];
  const say = (answer: (n: number) => Omit<ReportedOutcome, 'paymentId'> | undefined) =>
    takeInOutcomes(
      engine,
      { source: SOURCE, outcomes: answers(engine, cycleId, (_, n) => answer(n)) },
      job(engine, 'bank'),
    );
  await say((n) => said[n % said.length]);
  await say((n) => (n === 0 ? { outcome: 'returned', reason: 'AC06' } : undefined));
  await drain(engine);
  const figures = await cycleFigures(engine.store, cycleId);
  expect([figures.outstandingCount, figures.openBreaks]).toEqual([0, 0]);
  const sources = (await engine.store.readAll(-1, 10_000)).events.flatMap((event) =>
    event.type === 'PaymentSettled' ||
    event.type === 'PaymentRejected' ||
    event.type === 'PaymentReturned'
      ? [[event.type, event.data.source]]
      : [],
  );
  expect(new Set(sources.map(([type]) => type))).toEqual(
    new Set(['PaymentSettled', 'PaymentRejected', 'PaymentReturned']),
  );
  expect(new Set(sources.map(([, source]) => source))).toEqual(new Set([SOURCE]));
  await reconcileCycle(engine, { cycleId }, as(engine, 'finance', 'reconcile'));
  await closeCycle(engine, { cycleId }, as(engine, 'finance', 'close'));
  expect((await auditOf(engine.store)).violations).toEqual([]);
});
