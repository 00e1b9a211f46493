import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { streams } from '../../src/kernel/ids.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { requireNearFirst } from '../../src/use-cases/households/months-paid.rule.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { returnCycle } from '../../src/use-cases/cycles/return-cycle.js';
import { approveAll, registerAgain } from './again.js';
import { Desk } from './correction-desk.js';
import { child, enrolFamilies } from './families.js';
import { PROGRAMME, released } from './month.js';
import { changeProgramme } from './programme-changes.fixtures.js';
import { as, households, job, newWorld, type World } from './world.js';

const PERIOD = '2025-12';

let world: World;
let desk: Desk;
let ida: string;
beforeEach(async () => {
  world = await newWorld();
  desk = new Desk(world);
  ({ ida } = await enrolFamilies(world.engine, { ida: [child('2020-05')] }, asdVersions));
});
afterEach(() => world.end());

const takeIn = (receivedOn: string) =>
  registerAgain(world.engine, {
    n: 1,
    reference: 'LATE',
    receivedOn,
    children: [child('2021-05')],
  });
const prepare = () =>
  prepareCycle(
    world.engine,
    { programmeId: PROGRAMME, period: PERIOD },
    job(world.engine, 'finance'),
  );

test('the first month that a first cycle pays is no earlier than an application may be dated', () => {
  expect(() => requireNearFirst('2024-12', PERIOD, 12)).not.toThrow();
  expect(() => requireNearFirst('2024-11', PERIOD, 12)).toThrow('back to 2024-12 at most');
});

test('a first cycle pays back as far as an application is dated back, and names who would be paid more', async () => {
  await takeIn('2024-11-30');
  const { cycleId, count } = await prepare();
  expect(count).toBe(1);
  const left = (await world.engine.store.readStream(streams.cycle(cycleId))).flatMap((event) =>
    event.type === 'CycleHouseholdsLeftOut' ? event.data.households : [],
  );
  expect(left).toMatchObject([{ code: 'BACKDATED_TOO_FAR' }]);

  const limit = { type: 'SetBackdatingLimit', programmeId: PROGRAMME, months: 13 } as const;
  await changeProgramme(world.engine, limit, 'limit');
  await returnCycle(
    world.engine,
    { cycleId, reason: 'meant so' },
    as(world.engine, 'controller', 'return'),
  );
  expect((await prepare()).count).toBe(2);
  const late = await desk.ordered(PERIOD, left[0]!.personId);
  expect(late!.items.map(({ period }) => period)).toContain('2024-11');
  const own = await desk.ordered(PERIOD, ida);
  expect([...new Set(own!.items.map(({ period }) => period))]).toEqual([
    '2025-10',
    '2025-11',
    '2025-12',
  ]);
  expect((await desk.audit()).violations).toEqual([]);
});

test('nor does a later one pay more to who applied before the first, and is approved after it', async () => {
  const { engine } = world;
  async function* rows() {
    for await (const batch of households(2, 11, { errors: 0, duplicates: 0 }))
      yield batch.slice(1).map((row) => ({
        ...row,
        reference: 'LATE',
        receivedOn: '2024-11-30',
        facts: { scoreMicro: 5_000_000, coveredByOtherScheme: false, children: [child('2021-05')] },
      }));
  }
  const { submitted } = await importApplications(
    engine,
    { programmeId: PROGRAMME, rows: rows(), determine: true },
    job(engine, 'intake'),
  );
  expect(submitted).toBe(1);
  await released(engine, PERIOD);
  await approveAll(engine);
  const { cycleId, count } = await prepareCycle(
    engine,
    { programmeId: PROGRAMME, period: '2026-01' },
    job(engine, 'finance'),
  );
  expect(count).toBe(1);
  const events = await engine.store.readStream(streams.cycle(cycleId));
  const left = events.find((event) => event.type === 'CycleHouseholdsLeftOut');
  expect(left?.data.households).toMatchObject([{ code: 'BACKDATED_TOO_FAR' }]);
});
