import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { streams } from '../../src/kernel/ids.js';
import { processManagers } from '../../src/process-managers/all.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { openCycleParts, prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { abandonCycle } from '../../src/use-cases/cycles/return-cycle.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { execute } from '../../src/write-side/execute.js';
import { MemoryStore } from '../support/memory-store.js';
import { Desk } from './correction-desk.js';
import { child, enrolFamilies } from './families.js';
import { answers, PROGRAMME, released } from './month.js';
import type { Here } from './racing.js';
import { as, drain, job, newWorld, type World } from './world.js';

const NOVEMBER = { programmeId: PROGRAMME, period: '2025-11' };
let world: World;
let here: Here;
let desk: Desk;
let ida: string;

/** A household that is owed October, on a store that writes one stream at a time. */
beforeEach(async () => {
  world = await newWorld();
  here = { ...world.engine, store: new MemoryStore(false), locks: new KeyedMutex() };
  desk = new Desk({ engine: here });
  ({ ida } = await enrolFamilies(here, { ida: [child('2020-05')] }, asdVersions));
  const { cycleId } = await released(here, '2025-10');
  const outcomes = answers(here, cycleId, () => ({ outcome: 'rejected', reason: 'AC04' }));
  await takeInOutcomes(here, { source: 'file', outcomes }, job(here, 'bank'));
  await drain(here);
  await reconcileCycle(here, { cycleId }, as(here, 'finance', 'reconcile'));
  await closeCycle(here, { cycleId }, as(here, 'finance', 'close'));
  const { correctionId, contentHash } = await desk.propose({ fromPeriod: '2025-10' });
  await desk.approve(correctionId, contentHash);
});
afterEach(() => world.end());

test('arrears that a later round is just ordering are not given back for the one that was given up', async () => {
  const { cycleId } = await prepareCycle(here, NOVEMBER, job(here, 'finance'));
  const reason = 'another day';
  await abandonCycle(here, { cycleId, reason }, as(here, 'controller', 'abandon'));
  const history = await here.store.readStream(streams.cycle(cycleId));
  const abandoned = history.findLast(
    (event): event is Recorded<'CycleAbandoned'> => event.type === 'CycleAbandoned',
  )!;
  await drain(here);
  const opening = await openCycleParts(here, NOVEMBER, here.clock.now());
  await execute(here, opening, as(here, 'finance', 'open again'));
  const manager = processManagers(here).find(
    ({ name }) => name === 'when-payment-lapses-then-give-back',
  )!;
  let between = 0;
  here.store.betweenStreams = async ({ writes }) => {
    if (!writes.some(({ events }) => events.some(({ type }) => type === 'ArrearsOrdered'))) return;
    here.store.betweenStreams = undefined;
    between += 1;
    await manager.handle([abandoned]);
  };
  await prepareCycle(here, NOVEMBER, job(here, 'finance'));
  expect(between).toBe(1);
  const carried = { paymentId: `${cycleId}-${ida}`, round: 2 };
  expect((await desk.adjustment(ida)).arrears.map(({ orderedBy }) => orderedBy)).toEqual([carried]);
  const { items } = (await desk.ordered('2025-11', ida))!;
  expect(items.map(({ code }) => code)).toContain('arrears');
  expect((await desk.audit()).violations).toEqual([]);
});
