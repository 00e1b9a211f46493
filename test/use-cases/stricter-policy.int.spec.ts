import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { judgedFacts, type JudgedFacts } from '../../src/enrolment/judged-facts.rule.js';
import { streams } from '../../src/kernel/ids.js';
import { PolicyReader } from '../../src/programme/policy-reader.js';
import type { WouldFail } from '../../src/use-cases/policies/would-fail.rule.js';
import { wouldFail } from '../../src/use-cases/policies/would-fail.js';
import type { Policy } from '../../src/eligibility/policy.js';
import { Desk } from './correction-desk.js';
import { child, enrolFamilies } from './families.js';
import { PROGRAMME, released } from './month.js';
import { stricterVersion, v1 } from './stricter.js';
import { newWorld, type World } from './world.js';

const stricter = stricterVersion({
  announcedOn: '2025-12-01',
  effectiveFrom: '2026-01-01',
  firstPaidPeriod: '2026-01',
});
const children = [child('2020-05')];
/** As they were enrolled with, and of one who is poor enough for the stricter version. */
const five = { scoreMicro: 5_000_000, coveredByOtherScheme: false, children };
const three = { ...five, scoreMicro: 3_000_000 };

let world: World;
let desk: Desk;
let ida: string;
beforeEach(async () => {
  world = await newWorld();
  desk = new Desk(world);
  ({ ida } = await enrolFamilies(world.engine, { ida: children }, [v1, stricter]));
  for (const period of ['2025-10', '2025-11', '2025-12']) await released(world.engine, period);
});
afterEach(() => world.end());

const judged = async (fromPeriod: string, facts: object): Promise<JudgedFacts> =>
  judgedFacts(
    await new PolicyReader(world.engine.store).programme(PROGRAMME),
    { fromPeriod, facts },
    '2026-03-10T09:00:00.000Z',
  );
const isPaid = async (period: string): Promise<boolean> => {
  await released(world.engine, period);
  return (await desk.ordered(period, ida)) !== undefined;
};
const revise = async (fromPeriod: string, facts: object) =>
  desk.enrolment(ida, {
    type: 'ReviseEntitlement',
    ...(await judged(fromPeriod, facts)),
    reason: 'looked at',
  });
const last = async () =>
  (await world.engine.store.readStream(streams.enrolment(PROGRAMME, ida))).at(-1);

test('a stricter version by itself ends nobody’s enrolment, and is what the month is paid under', async () => {
  expect(await isPaid('2026-01')).toBe(true);
  expect(await desk.ordered('2026-01', ida)).toMatchObject({ policyVersion: 2 });
  expect((await desk.audit()).violations).toEqual([]);
});

test.each(['revised', 'recertified'])(
  'who is %s under it with facts that it does not take is suspended, and named',
  async (how) => {
    if (how === 'revised') await revise('2026-01', five);
    else
      await desk.enrolment(ida, {
        type: 'RecertifyEnrolment',
        ...(await judged('2026-01', five)),
        nextDueOn: '2027-01-31',
      });
    expect(await last()).toMatchObject({
      type: 'EnrolmentSuspended',
      data: { fromPeriod: '2026-01', reason: expect.stringContaining('rsu-score-below-threshold') },
    });
    expect(await isPaid('2026-01')).toBe(false);
    expect((await desk.audit()).violations).toEqual([]);
  },
);

test.each(['revised', 'recertified'])(
  'who is %s with facts of before it is suspended from the month on in which it judges them',
  async (how) => {
    const facts = { ...five, scoreMicro: 5_000_001 };
    if (how === 'revised') await revise('2025-12', facts);
    else
      await desk.enrolment(ida, {
        type: 'RecertifyEnrolment',
        ...(await judged('2025-12', facts)),
        nextDueOn: '2026-12-31',
      });
    expect(await last()).toMatchObject({
      type: 'EnrolmentSuspended',
      data: { fromPeriod: '2026-01', reason: expect.stringContaining('rsu-score-below-threshold') },
    });
    expect(await isPaid('2026-01')).toBe(false);
    expect(await desk.propose({ fromPeriod: '2025-10' })).toMatchObject({ overpaidCount: 0 });
    expect((await desk.audit()).violations).toEqual([]);
  },
);

test('facts that it takes suspend nobody, from whichever month on they are', async () => {
  await revise('2025-11', { ...three, scoreMicro: 3_000_001 });
  expect(await last()).toMatchObject({ type: 'EntitlementRevised' });
  expect(await isPaid('2026-01')).toBe(true);
});

test('whoever it suspended is paid again once two say facts that it takes, and the month', async () => {
  await revise('2026-01', five);
  await revise('2026-01', three);
  await desk.enrolment(ida, {
    type: 'ReinstateEnrolment',
    fromPeriod: '2026-01',
    reason: 'poorer',
  });
  expect(await isPaid('2026-01')).toBe(true);
  expect((await desk.audit()).violations).toEqual([]);
});

type PolicyOfRural = Policy & {
  readonly factsSchema: { readonly required: readonly string[]; readonly properties: object };
};

test('is told, before it is published, of whom it would not take and why', async () => {
  const found: WouldFail[] = [];
  const tried = (policy: Policy, period = '2026-01') => {
    found.length = 0;
    const args = { programmeId: PROGRAMME, policy, version: 2, period };
    return wouldFail(world.engine, args, { onFound: (more) => found.push(...more) });
  };
  const before = await world.engine.store.lastPosition();
  expect(await tried(v1.policy)).toMatchObject({ seen: 1, failing: 0 });
  expect(await tried(stricter.policy)).toMatchObject({ seen: 1, failing: 1 });
  expect(found).toEqual([
    {
      personId: ida,
      region: expect.stringMatching(/^MA-/),
      factsFrom: '2025-10',
      unmet: ['rsu-score-below-threshold'],
    },
  ]);
  const { factsSchema, criteria } = v1.policy as PolicyOfRural;
  const rural = {
    ...v1.policy,
    factsSchema: {
      ...factsSchema,
      required: [...factsSchema.required, 'rural'],
      properties: { ...factsSchema.properties, rural: { type: 'boolean' } },
    },
    criteria: [{ ...criteria[0]!, expression: 'household.rural' }, ...criteria.slice(1)],
  };
  expect(await tried(rural)).toMatchObject({ failing: 1 });
  expect(found).toMatchObject([{ unmet: [], why: expect.stringContaining(criteria[0]!.id) }]);
  expect(await tried(stricter.policy, '2025-09')).toMatchObject({ seen: 1, failing: 0 });
  await desk.enrolment(ida, { type: 'SuspendEnrolment', fromPeriod: '2026-01', reason: 'away' });
  expect(await tried(stricter.policy)).toMatchObject({ seen: 1, failing: 0 });
  expect(await world.engine.store.lastPosition()).toBe(before + 1);
});
