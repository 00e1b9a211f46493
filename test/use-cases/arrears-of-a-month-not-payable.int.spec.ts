import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { streams } from '../../src/kernel/ids.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { Desk } from './correction-desk.js';
import { child, enrolFamilies } from './families.js';
import { answers, PROGRAMME, released } from './month.js';
import { as, drain, job, newWorld, type World } from './world.js';

type Said = Omit<ReportedOutcome, 'paymentId'>;
const REJECTED: Said = { outcome: 'rejected', reason: 'AC04' };
const REASON = 'looked into';

let world: World;
let desk: Desk;
let ida: string;
beforeEach(async () => {
  world = await newWorld();
  desk = new Desk(world);
  ({ ida } = await enrolFamilies(
    world.engine,
    { ida: [child('2020-05')], omar: [child('2021-05')] },
    asdVersions,
  ));
  await closed('2025-10', (id) => (id.endsWith(ida) ? REJECTED : settledIn('2025-10')));
  const { correctionId, contentHash } = await desk.propose({ fromPeriod: '2025-10' });
  await desk.approve(correctionId, contentHash);
});
afterEach(() => world.end());

const settledIn = (period: string): Said => ({ outcome: 'settled', settledOn: `${period}-28` });
async function closed(period: string, says: (paymentId: string) => Said): Promise<void> {
  const { engine } = world;
  const { cycleId } = await released(engine, period);
  const outcomes = answers(engine, cycleId, says);
  await takeInOutcomes(engine, { source: 'file', outcomes }, job(engine, 'bank'));
  await drain(engine);
  await reconcileCycle(engine, { cycleId }, as(engine, 'finance', 'reconcile', cycleId));
  await closeCycle(engine, { cycleId }, as(engine, 'finance', 'close', cycleId));
  await drain(engine);
}
/** October is taken back, which its approved arrears are of; November is paid. */
async function takesOctoberBack(): Promise<void> {
  await desk.enrolment(ida, { type: 'SuspendEnrolment', fromPeriod: '2025-10', reason: REASON });
  await desk.enrolment(ida, { type: 'ReinstateEnrolment', fromPeriod: '2025-11', reason: REASON });
}
const typesOf = async (period: string): Promise<readonly string[]> => {
  const stream = streams.payment(`${PROGRAMME}-${period}-${ida}`);
  return (await world.engine.store.readStream(stream)).map(({ type }) => type);
};
const carried = async (period: string): Promise<readonly string[]> => {
  const { items } = (await desk.ordered(period, ida))!;
  const arrears = items.filter(({ code }) => code === 'arrears');
  return [...new Set(arrears.map((item) => item.period))];
};

test('arrears keep no payment back where the month was taken back before they were ordered', async () => {
  await takesOctoberBack();
  await closed('2025-11', () => settledIn('2025-11'));
  expect(await carried('2025-11')).toEqual([]);
  expect((await typesOf('2025-11')).at(-1)).toBe('PaymentSettled');
  // One is set against the other: nothing is paid for it, and nothing is owed.
  const { overpaidMinor, ...found } = await desk.propose({ fromPeriod: '2025-10' });
  const october = (await desk.ordered('2025-10', ida))!.amountMinor;
  expect(overpaidMinor).toBe(october);
  await desk.approve(found.correctionId, found.contentHash);
  expect((await desk.adjustment(ida)).arrears).toEqual([]);
  expect((await desk.recovery(ida)).status).toBe('none');
  expect((await desk.audit()).violations).toEqual([]);
});

test('arrears of a month that is taken back while they are ordered wait, and no later payment does', async () => {
  const { engine } = world;
  const november = { programmeId: PROGRAMME, period: '2025-11' };
  await prepareCycle(engine, november, job(engine, 'finance'));
  await takesOctoberBack();
  const { cycleId } = await released(engine, '2025-11');
  expect((await typesOf('2025-11')).at(-1)).toBe('PaymentOrdered');
  const left = streams.payment(`${cycleId}-${ida}`);
  const cancel = part(left, paymentDecider, { type: 'CancelPayment', reason: 'not due' });
  await execute(engine, [cancel], as(engine, 'finance', 'cancel'));
  await closed('2025-11', () => settledIn('2025-11'));
  await closed('2025-12', () => settledIn('2025-12'));
  expect(await carried('2025-12')).toEqual(['2025-10']);
  expect((await typesOf('2025-12')).at(-1)).toBe('PaymentSettled');
  expect((await desk.audit()).violations).toEqual([]);
});
