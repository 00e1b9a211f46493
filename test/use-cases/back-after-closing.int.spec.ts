import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { streams } from '../../src/kernel/ids.js';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { foldBudget } from '../../src/use-cases/folds.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import { auditOf } from '../support/audit.js';
import { MemoryStore } from '../support/memory-store.js';
import { countBreaksAsSettled } from './breaks.js';
import { answers, PROGRAMME, released } from './month.js';
import { another, justBefore } from './racing.js';
import { TwoFamilies } from './two-families.js';
import { as, drain, job } from './world.js';

let desk: TwoFamilies;
beforeEach(async () => {
  desk = await TwoFamilies.open();
});
afterEach(() => desk.end());

const all = async (cycleId: string, answer: Omit<ReportedOutcome, 'paymentId'>) => {
  await takeInOutcomes(
    desk.engine,
    { source: 'file', outcomes: answers(desk.engine, cycleId, () => answer) },
    job(desk.engine, 'bank'),
  );
  await drain(desk.engine);
};
async function closed(period: string): Promise<string> {
  const { engine } = desk;
  const { cycleId } = await released(engine, period);
  await all(cycleId, { outcome: 'settled', settledOn: `${period}-28` });
  await reconcileCycle(engine, { cycleId }, as(engine, 'finance', 'reconcile', cycleId));
  await closeCycle(engine, { cycleId }, as(engine, 'finance', 'close', cycleId));
  await drain(engine);
  return cycleId;
}
test('what comes back after closing gives arrears and deductions back, and frees the money', async () => {
  const { engine } = desk;
  await closed('2025-10');
  await closed('2025-11');
  expect(await desk.correctBoth()).toMatchObject({
    arrearsMinor: '35000',
    overpaidMinor: '35000',
  });
  const cycleId = await closed('2025-12');
  expect(await desk.accounts('2026-01')).toEqual({ arrears: 0n, owes: 22_500n });

  await all(cycleId, { outcome: 'returned', reason: 'AC04' });
  await drain(engine);
  expect(await desk.accounts('2026-01')).toEqual({ arrears: 35_000n, owes: 35_000n });
  const budget = foldBudget(await engine.store.readStream(streams.budget(PROGRAMME, 2025)));
  expect(budget.cycles[cycleId]).toMatchObject({ reservedMinor: 0n, spentMinor: 0n });

  // The month itself is found unpaid, and all of it is owed once.
  await closed('2026-01');
  const second = await desk.propose({ fromPeriod: '2025-10' });
  expect(second).toMatchObject({ arrearsMinor: String(75_000 + 50_000), overpaidMinor: '0' });
  expect((await desk.audit()).violations).toEqual([]);
});

test('who counts the payment as settled just before its arrears are given back keeps them where they are', async () => {
  const { engine } = desk;
  await closed('2025-10');
  await closed('2025-11');
  await desk.correctBoth();
  const { cycleId } = await released(engine, '2025-12');
  await all(cycleId, { outcome: 'rejected', reason: 'AC04' });
  await reconcileCycle(engine, { cycleId }, as(engine, 'finance', 'reconcile', cycleId));
  await closeCycle(engine, { cycleId }, as(engine, 'finance', 'close', cycleId));
  const { events } = await engine.store.readAll(-1, 100_000);
  const here = { ...engine, store: new MemoryStore(true, events), locks: new KeyedMutex() };
  justBefore(here, 'ArrearsReleased', async () => {
    const settled = answers(here, cycleId, () => ({ outcome: 'settled', settledOn: '2025-12-29' }));
    await takeInOutcomes(another(here), { source: 'file', outcomes: settled }, job(here, 'bank'));
    await countBreaksAsSettled(another(here), cycleId);
  });
  await drain(here);
  const types = (await here.store.readAll(-1, 100_000)).events.map(({ type }) => type);
  expect(types).toContain('PaymentBreakResolved');
  expect(types).not.toContain('ArrearsReleased');
  expect((await auditOf(here.store)).violations).toEqual([]);
});
