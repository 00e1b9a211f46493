import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rejectCorrection } from '../../src/use-cases/corrections/decide-correction.js';
import { onRecovery, planRecoveries } from '../../src/use-cases/corrections/plan-recoveries.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { returnCycle } from '../../src/use-cases/cycles/return-cycle.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { balanceMinor, recoveredMinor } from '../../src/recovery/recovery.state.js';
import { child, enrolFamilies, type Family } from './families.js';
import { PROGRAMME, released } from './month.js';
import { as, job, newWorld, type World } from './world.js';
import { Desk, itemised } from './correction-desk.js';

const ofEntitlement = { period: '2025-11', policyVersion: 1, amountMinor: '0', items: [] };

describe('a late fact about a family that was paid too much', () => {
  let world: World;
  let desk: Desk;
  let person: string;
  const facts = (family: Family) => ({
    scoreMicro: 5_000_000,
    coveredByOtherScheme: false,
    children: family,
  });
  const revise = (family: Family, fromPeriod: string) =>
    desk.enrolment(person, {
      type: 'ReviseEntitlement',
      fromPeriod,
      facts: facts(family),
      contentHash: contentHash(facts(family)),
      entitlement: ofEntitlement,
      reason: 'told late',
    });
  const three = [child('2013-04'), child('2016-09'), child('2021-02')];
  beforeAll(async () => {
    world = await newWorld();
    desk = new Desk(world);
    person = (await enrolFamilies(desk.engine, { three }, asdVersions)).three;
    for (const period of ['2025-10', '2025-11', '2025-12']) await released(desk.engine, period);
    await revise(three.slice(0, 2), '2025-11');
  });
  afterAll(() => world.end());

  test('becomes an overpayment that is owed once it is approved, and not before', async () => {
    const rejected = await desk.propose({ fromPeriod: '2025-10', personId: person });
    await rejectCorrection(
      desk.engine,
      { correctionId: rejected.correctionId, reason: 'the birth certificate was found' },
      as(desk.engine, 'controller', 'reject'),
    );
    expect((await desk.recovery(person)).status).toBe('none');
    const proposed = await desk.propose({ fromPeriod: '2025-10', personId: person });
    // 750 were paid for November and December each; two children are due 500.
    expect(proposed).toMatchObject({
      correctionId: 'asd-0002',
      overpaidCount: 1,
      overpaidMinor: '50000',
      arrearsCount: 0,
    });
    const { periods } = (await desk.adjustment(person)).pending!;
    expect(periods.map(({ period, causes }) => [period, causes])).toEqual([
      ['2025-11', ['facts']],
      ['2025-12', ['facts']],
    ]);
    expect(itemised(periods, '2025-11')).toEqual(['child-1-3 3: 25000 → 0']);
    await desk.approve(proposed.correctionId, proposed.contentHash);
    expect(balanceMinor(await desk.recovery(person))).toBe(50_000n);
  });

  test('is deducted by the plan, whose floor the family keeps', async () => {
    const { engine } = desk;
    expect(
      await planRecoveries(
        engine,
        { programmeId: PROGRAMME, sharePercent: 25, floorMinor: '50000', reason: 'agreed' },
        job(engine, 'finance'),
      ),
    ).toMatchObject({ planned: 1 });
    expect(
      await planRecoveries(
        engine,
        { programmeId: PROGRAMME, sharePercent: 30, floorMinor: '50000', reason: 'agreed' },
        job(engine, 'finance'),
      ),
    ).toMatchObject({ planned: 0 });
    await released(engine, '2026-01');
    // Two children at the 2026 rate: 600, of which a quarter would be 150; the floor of 500 leaves
    // 100.
    expect(await desk.ordered('2026-01', person)).toMatchObject({
      amountMinor: '50000',
      items: expect.arrayContaining([
        { code: 'recovery', period: '2026-01', amountMinor: '-10000' },
      ]) as unknown,
    });
    expect(balanceMinor(await desk.recovery(person))).toBe(40_000n);
  });

  test('is deducted anew where the cycle is prepared again, and not while an appeal runs', async () => {
    const { engine } = desk;
    const first = await prepareCycle(
      engine,
      { programmeId: PROGRAMME, period: '2026-02' },
      job(engine, 'finance'),
    );
    expect(recoveredMinor(await desk.recovery(person))).toBe(20_000n);
    await returnCycle(
      engine,
      { cycleId: first.cycleId, reason: 'an appeal' },
      as(engine, 'controller', 'return'),
    );
    await onRecovery(
      engine,
      { programmeId: PROGRAMME, personId: person },
      { type: 'SuspendRecovery', reason: 'the family appealed' },
      as(engine, 'supervisor', 'suspend'),
    );
    await released(engine, '2026-02');
    expect((await desk.ordered('2026-02', person))!.amountMinor).toBe('60000');
    expect(balanceMinor(await desk.recovery(person))).toBe(40_000n);
    await onRecovery(
      engine,
      { programmeId: PROGRAMME, personId: person },
      { type: 'ResumeRecovery', reason: 'dismissed' },
      as(engine, 'supervisor', 'resume'),
    );
  });

  test("a recovery that is suspended after the cycle's position leaves the payment whole", async () => {
    const { engine } = desk;
    const suspend = () =>
      onRecovery(
        engine,
        { programmeId: PROGRAMME, personId: person },
        { type: 'SuspendRecovery', reason: 'the family appealed' },
        as(engine, 'supervisor', 'suspend late'),
      );
    // The appeal comes between the start of the preparation and the order of this payment.
    const { store } = engine;
    let started = false;
    const slow = {
      ...engine,
      store: new Proxy(store, {
        get: (target, name) => {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          const method = (value as (...args: readonly unknown[]) => Promise<unknown>).bind(target);
          if (name !== 'readCategory') return method;
          return async (...args: readonly unknown[]) => {
            if (!started && args[0] === `enrolment-${PROGRAMME}-`) {
              started = true;
              await suspend();
            }
            return method(...args);
          };
        },
      }),
    };
    const prepared = await prepareCycle(
      slow,
      { programmeId: PROGRAMME, period: '2026-03' },
      job(engine, 'finance'),
    );
    expect([started, prepared.totalMinor]).toEqual([true, '60000']);
    expect(balanceMinor(await desk.recovery(person))).toBe(40_000n);
    await onRecovery(
      engine,
      { programmeId: PROGRAMME, personId: person },
      { type: 'ResumeRecovery', reason: 'dismissed' },
      as(engine, 'supervisor', 'resume again'),
    );
  });

  test('comes to exactly zero, and what is left may be waived by another person', async () => {
    const { engine } = desk;
    await released(engine, '2026-03');
    for (const who of ['releaser', 'controller'] as const)
      await onRecovery(
        engine,
        { programmeId: PROGRAMME, personId: person },
        { type: 'WaiveOverpayment', amountMinor: '25000', reason: 'hardship' },
        as(engine, who, 'waive'),
      );
    for (const period of ['2026-04', '2026-05']) await released(engine, period);
    expect([
      (await desk.ordered('2026-04', person))!.amountMinor,
      (await desk.ordered('2026-05', person))!.amountMinor,
    ]).toEqual(['50000', '55000']);
    expect(await desk.recovery(person)).toMatchObject({ status: 'completed' });
    await released(engine, '2026-06');
    expect((await desk.ordered('2026-06', person))!.amountMinor).toBe('60000');
  });

  test('is given back as arrears where the fact turns out to be right after all, but for what was waived', async () => {
    await revise(three, '2025-11');
    const proposed = await desk.propose({ fromPeriod: '2025-10' });
    expect(proposed).toMatchObject({ arrearsCount: 1, overpaidCount: 0 });
    expect(BigInt(proposed.arrearsMinor)).toBe(50_000n + 6n * 30_000n);
    await desk.approve(proposed.correctionId, proposed.contentHash);
    await released(desk.engine, '2026-07');
    // Of 500 overpaid, 250 were given back and 250 waived: the family has those already.
    expect((await desk.ordered('2026-07', person))!.amountMinor).toBe(
      String(90_000 + 230_000 - 25_000),
    );
    expect(await desk.recovery(person)).toMatchObject({
      status: 'completed',
      overpaidMinor: 25_000n,
      waivedMinor: 0n,
    });
  });

  test('keeps every invariant', async () => {
    expect((await desk.audit()).violations).toEqual([]);
  });
});
