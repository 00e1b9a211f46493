import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { arrearsMinor, availableArrears } from '../../src/correction/adjustment.decider.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { streams } from '../../src/kernel/ids.js';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { balanceMinor } from '../../src/recovery/recovery.state.js';
import { planRecoveries } from '../../src/use-cases/corrections/plan-recoveries.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { foldBudget } from '../../src/use-cases/cycles/cycles.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { Desk } from './correction-desk.js';
import { child, enrolFamilies, type Family } from './families.js';
import { answers, PROGRAMME, released } from './month.js';
import { as, drain, job, newWorld, type World } from './world.js';

const three = [child('2013-04'), child('2016-09'), child('2021-02')];
const two = three.slice(0, 2);
let world: World;
let desk: Desk;
let people: Readonly<Record<'owed' | 'owing', string>>;
beforeEach(async () => {
  world = await newWorld();
  desk = new Desk(world);
  people = await enrolFamilies(desk.engine, { owed: two, owing: three }, asdVersions);
});
afterEach(() => world.end());

const revise = (person: string, family: Family) => {
  const facts = { scoreMicro: 5_000_000, coveredByOtherScheme: false, children: family };
  return desk.enrolment(person, {
    type: 'ReviseEntitlement',
    fromPeriod: '2025-10',
    facts,
    contentHash: contentHash(facts),
    entitlement: { period: '2025-10', policyVersion: 1, amountMinor: '0', items: [] },
    reason: 'told late',
  });
};
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
const accounts = async (period: string) => {
  const adjustment = await desk.adjustment(people.owed);
  const payment = `${PROGRAMME}-${period}-${people.owed}`;
  return {
    arrears: arrearsMinor(availableArrears(adjustment, payment, 1)),
    owes: balanceMinor(await desk.recovery(people.owing)),
  };
};

test('what comes back after closing gives arrears and deductions back, and frees the money', async () => {
  const { engine } = desk;
  await closed('2025-10');
  await closed('2025-11');
  await revise(people.owed, three);
  await revise(people.owing, two);
  const first = await desk.propose({ fromPeriod: '2025-10' });
  expect(first).toMatchObject({ arrearsMinor: '35000', overpaidMinor: '35000' });
  await desk.approve(first.correctionId, first.contentHash);
  const plan = { sharePercent: 25, floorMinor: '30000', reason: 'agreed' };
  await planRecoveries(engine, { programmeId: PROGRAMME, ...plan }, job(engine, 'finance'));
  const cycleId = await closed('2025-12');
  expect(await accounts('2026-01')).toEqual({ arrears: 0n, owes: 22_500n });

  await all(cycleId, { outcome: 'returned', reason: 'AC04' });
  await drain(engine);
  expect(await accounts('2026-01')).toEqual({ arrears: 35_000n, owes: 35_000n });
  const budget = foldBudget(await engine.store.readStream(streams.budget(PROGRAMME, 2025)));
  expect(budget.cycles[cycleId]).toMatchObject({ reservedMinor: 0n, spentMinor: 0n });

  // The month itself is found unpaid, and all of it is owed once.
  await closed('2026-01');
  const second = await desk.propose({ fromPeriod: '2025-10' });
  expect(second).toMatchObject({ arrearsMinor: String(75_000 + 50_000), overpaidMinor: '0' });
  expect((await desk.audit()).violations).toEqual([]);
});
