import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { warningsOf } from '../../src/use-cases/cycles/cycle-warnings.js';
import { openCycle, prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { returnCycle } from '../../src/use-cases/cycles/return-cycle.js';
import { enrolled, PROGRAMME, released } from './month.js';
import { changeProgramme } from './programme-changes.fixtures.js';
import { as, job, newWorld, type World } from './world.js';

const PERIOD = '2026-03';
const CYCLE = `${PROGRAMME}-${PERIOD}`;
let world: World;
beforeEach(async () => {
  world = await newWorld();
  await enrolled(world.engine, 10);
});
afterEach(() => world.end());

const [last] = asdVersions.slice(-1);
const VERIFIED = last!.version + 1;
const publishVerified = () =>
  changeProgramme(
    world.engine,
    {
      type: 'PublishPolicy',
      ...last!,
      version: VERIFIED,
      unverified: false,
      firstPaidPeriod: PERIOD,
    },
    'publish',
    VERIFIED,
  );
const codes = async (): Promise<readonly string[]> =>
  (await warningsOf(world.engine.store, CYCLE)).map(({ code }) => code);

test('what is told of the policy is of the version that the month is paid under', async () => {
  const { engine } = world;
  const args = { programmeId: PROGRAMME, period: PERIOD };
  await released(engine, '2026-02');
  await openCycle(engine, args, job(engine, 'finance'));
  expect(await codes()).toContain('POLICY_UNVERIFIED');
  const before = await prepareCycle(engine, args, job(engine, 'finance'));
  expect(before.policyVersion).toBe(last!.version);
  await publishVerified();
  // What is prepared is paid as of its preparation; what is prepared again, as of then.
  expect(await codes()).toContain('POLICY_UNVERIFIED');
  await returnCycle(
    engine,
    { cycleId: CYCLE, reason: 'another version' },
    as(engine, 'controller', 'return'),
  );
  expect(await codes()).not.toContain('POLICY_UNVERIFIED');
  const after = await prepareCycle(engine, args, job(engine, 'finance'));
  expect(after.policyVersion).toBe(VERIFIED);
  expect(await codes()).not.toContain('POLICY_UNVERIFIED');
});

test('what is told of the policy is of the months that are paid back, too', async () => {
  const { engine } = world;
  await publishVerified();
  const args = { programmeId: PROGRAMME, period: PERIOD };
  await openCycle(engine, args, job(engine, 'finance'));
  expect(await codes()).not.toContain('POLICY_UNVERIFIED');
  // The programme's first cycle, which pays January and February under the version before.
  await prepareCycle(engine, args, job(engine, 'finance'));
  expect(await warningsOf(engine.store, CYCLE)).toContainEqual({
    code: 'POLICY_UNVERIFIED',
    detail: expect.stringContaining(`Version ${last!.version} of the policy, which 2026-0`),
  });
});
