import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import { contentHash as hashOf } from '../../src/kernel/canonical.js';
import { streams } from '../../src/kernel/ids.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { newestCycle, readCycle } from '../../src/cycle/cycle-reader.js';
import { openCycle, prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { warningsOf } from '../../src/use-cases/cycles/cycle-warnings.js';
import { abandonCycle, returnCycle } from '../../src/use-cases/cycles/return-cycle.js';
import { foldEnrolment } from '../../src/use-cases/folds.js';
import { execute } from '../../src/write-side/execute.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { part, type Part } from '../../src/write-side/unit.js';
import { auditOf } from '../support/audit.js';
import { enrolled, PROGRAMME, released } from './month.js';
import { codeOf } from './refusal-code.js';
import { as, drain, job, newWorld, type World, byManagers, bySupervisors } from './world.js';

let world: World;
const setUp = async (): Promise<void> => {
  world = await newWorld();
  await enrolled(world.engine, 30);
};
const prepare = (period: string) =>
  prepareCycle(world.engine, { programmeId: PROGRAMME, period }, job(world.engine, 'finance'));
const cycleIdOf = (period: string): string => `${PROGRAMME}-${period}`;
const sendBack = (period: string) =>
  returnCycle(
    world.engine,
    { cycleId: cycleIdOf(period), reason: 'look again' },
    as(world.engine, 'controller', 'return', period),
  );
const giveUp = (period: string) =>
  abandonCycle(
    world.engine,
    { cycleId: cycleIdOf(period), reason: 'a mistake' },
    as(world.engine, 'controller', 'abandon', period),
  );
const run = (who: Parameters<typeof as>[1], name: string, one: Part) =>
  execute(world.engine, [one], as(world.engine, who, name));

async function violations() {
  return (await auditOf(world.engine.store)).violations;
}

async function ordersOf(period: string): Promise<readonly string[]> {
  const last: string[] = [];
  for await (const page of pagesOf(world.engine.store, `payment-${cycleIdOf(period)}-`))
    for (const { events } of page) last.push(events.at(-1)!.type);
  return last;
}

describe('a month that was opened by mistake', () => {
  beforeAll(setUp);
  afterAll(() => world.end());

  test('is refused where a later one was prepared, and blocks nothing once it is given up', async () => {
    const base = job(world.engine, 'finance');
    await openCycle(world.engine, { programmeId: PROGRAMME, period: '2025-11' }, base);
    expect(await codeOf(prepare('2025-12'))).toBe('EARLIER_CYCLE_NOT_PREPARED');
    await giveUp('2025-11');
    expect((await prepare('2025-12')).count).toBeGreaterThan(0);
    expect(
      await codeOf(openCycle(world.engine, { programmeId: PROGRAMME, period: '2025-10' }, base)),
    ).toBe('LATER_CYCLE_STARTED');
    expect(
      await codeOf(openCycle(world.engine, { programmeId: PROGRAMME, period: '2025-11' }, base)),
    ).toBe('LATER_CYCLE_STARTED');
    expect(await violations()).toEqual([]);
  });

  test('of a mistyped year is refused, and one that was given up keeps no application away', async () => {
    const base = job(world.engine, 'finance');
    expect(
      await codeOf(openCycle(world.engine, { programmeId: PROGRAMME, period: '2125-12' }, base)),
    ).toBe('PERIOD_TOO_FAR');
    expect(await codeOf(prepare('2125-12'))).toBe('PERIOD_TOO_FAR');
    const before = await newestCycle(world.engine.store, PROGRAMME);
    await openCycle(world.engine, { programmeId: PROGRAMME, period: '2026-10' }, base);
    expect(await newestCycle(world.engine.store, PROGRAMME)).toBe('2026-10');
    expect(await warningsOf(world.engine.store, cycleIdOf('2026-10'))).toContainEqual({
      code: 'MONTHS_PASSED_OVER',
      detail: expect.stringContaining('No cycle pays 2026-01 to 2026-09'),
    });
    await giveUp('2026-10');
    expect(await newestCycle(world.engine.store, PROGRAMME)).toBe(before);
  });
});

describe('an earlier month that was returned after a later one was prepared', () => {
  beforeAll(setUp);
  afterAll(() => world.end());

  test('is prepared again once the later one was returned too, and no month is ordered twice', async () => {
    await prepare('2025-12');
    await prepare('2026-01');
    await sendBack('2025-12');
    expect(await codeOf(prepare('2025-12'))).toBe('LATER_CYCLE_STARTED');
    await sendBack('2026-01');
    expect(await codeOf(prepare('2026-01'))).toBe('EARLIER_CYCLE_NOT_PREPARED');
    expect(await prepare('2025-12')).toMatchObject({ round: 2 });
    expect(new Set(await ordersOf('2026-01'))).toEqual(new Set(['PaymentCancelled']));
    expect(await prepare('2026-01')).toMatchObject({ round: 2 });
    expect(await violations()).toEqual([]);
  });

  test('or is given up: its orders are cancelled, and the later one is paid', async () => {
    await giveUp('2025-12');
    await drain(world.engine);
    expect(new Set(await ordersOf('2025-12'))).toEqual(new Set(['PaymentCancelled']));
    await released(world.engine, '2026-01');
    expect((await readCycle(world.engine.store, cycleIdOf('2026-01'))).status).toBe('instructed');
    expect(await violations()).toEqual([]);
  });
});

describe('a policy that needs a fact which was not asked for before', () => {
  beforeAll(setUp);
  afterAll(() => world.end());

  /** From February on, a household is asked whether it is rural. */
  async function publishAsking(): Promise<void> {
    const { policy, ...terms } = asdVersions[2]!;
    const asked: {
      factsSchema: { required: string[]; properties: Record<string, unknown> };
      benefits: { monthly: object[] };
    } = JSON.parse(JSON.stringify(policy));
    asked.factsSchema.required.push('rural');
    asked.factsSchema.properties['rural'] = { type: 'boolean' };
    asked.benefits.monthly.push({
      code: 'rural',
      when: 'household.rural',
      amountMinor: '1000',
      text: { fr: 'rural', ar: 'قروي', en: 'rural' },
    });
    const publish = byManagers({
      ...terms,
      type: 'PublishPolicy',
      version: 4,
      announcedOn: '2025-12-15',
      effectiveFrom: '2026-01-01',
      firstPaidPeriod: '2026-02',
      policy: JSON.parse(JSON.stringify(asked)),
      contentHash: hashOf(asked),
    });
    await run(
      'manager',
      'publish',
      part(streams.programme(PROGRAMME), programmeDecider, ...publish),
    );
  }
  async function mend(personId: string): Promise<void> {
    const stream = streams.enrolment(PROGRAMME, personId);
    const { history } = foldEnrolment(await world.engine.store.readStream(stream));
    const facts = { ...history.at(-1)!.facts, rural: true };
    const revise = bySupervisors({
      type: 'ReviseEntitlement',
      fromPeriod: '2026-02',
      facts,
      contentHash: hashOf(facts),
      entitlement: { period: '2026-02', policyVersion: 4, amountMinor: '0', items: [] },
      reason: 'asked',
    });
    await run('supervisor', 'mend', part(stream, enrolmentDecider, ...revise));
  }

  test('leaves out who lacks it, by name, and pays them once their facts are mended', async () => {
    const { engine } = world;
    await publishAsking();
    const first = await prepare('2025-12');
    await prepare('2026-01');
    const none = await prepare('2026-02');
    expect(none).toMatchObject({ count: 0 });
    expect(none.leftOut).toBeGreaterThan(0);
    const named = (await engine.store.readStream(streams.cycle(none.cycleId))).find(
      (event) => event.type === 'CycleHouseholdsLeftOut',
    )!;
    expect(named.data.count).toBe(named.data.households.length);
    expect(named.data.households[0]).toMatchObject({ code: 'POLICY_EVALUATION_FAILED' });
    await mend(named.data.households[0]!.personId);
    await sendBack('2026-02');
    expect(await prepare('2026-02')).toMatchObject({
      round: 2,
      count: 1,
      leftOut: named.data.count - 1,
    });
    expect(first.leftOut).toBe(0);
    expect(await violations()).toEqual([]);
  });
});
