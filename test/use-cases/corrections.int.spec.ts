import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import { createAuditCheck } from '../../src/audit/check.js';
import { readCorrection } from '../../src/use-cases/corrections/corrections.js';
import {
  approveCorrection,
  rejectCorrection,
} from '../../src/use-cases/corrections/decide-correction.js';
import { foldAdjustment, foldRecovery } from '../../src/use-cases/cycles/household-accounts.js';
import { onRecovery, planRecoveries } from '../../src/use-cases/corrections/plan-recoveries.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import {
  proposeCorrection,
  type ProposeArgs,
} from '../../src/use-cases/corrections/propose-correction.js';
import { returnCycle } from '../../src/use-cases/cycles/return-cycle.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { enrolmentDecider, type EnrolmentCommand } from '../../src/enrolment/enrolment.decider.js';
import { contentHash } from '../../src/kernel/canonical.js';
import type { DomainError } from '../../src/kernel/errors.js';
import { streams } from '../../src/kernel/ids.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { balanceMinor, recoveredMinor } from '../../src/recovery/recovery.state.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { child, enrolFamilies, type Family } from './families.js';
import { enrolled, PROGRAMME, released } from './month.js';
import { interruptedUntilDone } from './set.js';
import { as, by, drain, job, newWorld, type World } from './world.js';

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no refusal',
    (error: DomainError) => error.code,
  );
const ofEntitlement = { period: '2025-11', policyVersion: 1, amountMinor: '0', items: [] };

/** What every test here does with a world. */
class Desk {
  #commands = 0;
  constructor(private readonly world: World) {}

  get engine() {
    return this.world.engine;
  }

  propose(args: Omit<ProposeArgs, 'programmeId' | 'reason'>) {
    return proposeCorrection(
      this.engine,
      { programmeId: PROGRAMME, reason: 'a late fact', ...args },
      job(this.engine, 'finance'),
    );
  }

  async approve(correctionId: string, hash: string): Promise<void> {
    await approveCorrection(
      this.engine,
      { correctionId, contentHash: hash },
      as(this.engine, 'controller', 'approve', correctionId),
    );
    await drain(this.engine);
  }

  enrolment(personId: string, command: EnrolmentCommand) {
    const stream = streams.enrolment(PROGRAMME, personId);
    return execute(
      this.engine.store,
      this.engine.registry,
      this.engine.locks,
      [part(stream, enrolmentDecider, command)],
      as(this.engine, 'supervisor', 'enrolment', this.#commands++),
    );
  }

  publish(version: number) {
    const stream = streams.programme(PROGRAMME);
    return execute(
      this.engine.store,
      this.engine.registry,
      this.engine.locks,
      [part(stream, programmeDecider, { type: 'PublishPolicy', ...asdVersions[version - 1]! })],
      as(this.engine, 'manager', 'publish', version),
    );
  }

  async adjustment(personId: string) {
    return foldAdjustment(
      await this.engine.store.readStream(streams.adjustment(PROGRAMME, personId)),
    );
  }
  async recovery(personId: string) {
    return foldRecovery(
      await this.engine.store.readStream(streams.recovery(`${PROGRAMME}-${personId}`)),
    );
  }
  async ordered(
    period: string,
    personId: string,
  ): Promise<EventData['PaymentOrdered'] | undefined> {
    return (
      await this.engine.store.readStream(streams.payment(`${PROGRAMME}-${period}-${personId}`))
    ).findLast((event) => event.type === 'PaymentOrdered')?.data;
  }

  async audit() {
    const check = createAuditCheck();
    for (let after = -1; ;) {
      const page = await this.engine.store.readAll(after, 5_000);
      for (const event of page.events) check.add(event);
      if (page.events.length === 0) return check.finish();
      after = page.next;
    }
  }
}

/** Amounts by child and benefit of one month, as "<code> <member>: <before> → <after>". */
const itemised = (periods: EventData['AdjustmentProposed']['periods'], period: string): string[] =>
  periods
    .filter((month) => month.period === period)
    .flatMap(({ items }) =>
      items.map(
        ({ code, member, paidMinor, dueMinor }) =>
          `${code} ${member ?? '-'}: ${paidMinor} → ${dueMinor}`,
      ),
    );

describe('the rate of 2025, decided earlier and paid from November 2025, published after the cycle of November', () => {
  let world: World;
  let desk: Desk;
  let people: Readonly<Record<'four' | 'orphan' | 'one' | 'none', string>>;
  beforeAll(async () => {
    world = await newWorld();
    desk = new Desk(world);
    const families = {
      // Three children at the first rates, and a fourth whose rate stays.
      four: [child('2013-04'), child('2016-09'), child('2021-02'), child('2023-06')],
      orphan: [
        child('2012-01', { fatherlessOrphan: true }),
        child('2013-05', { inSchool: false }),
        child('2015-03', { disabled: true }),
      ],
      one: [child('2010-01', { inSchool: false })],
      none: [],
    } satisfies Record<string, Family>;
    people = await enrolFamilies(desk.engine, families, asdVersions.slice(0, 1));
    for (const period of ['2025-10', '2025-11']) await released(desk.engine, period);
    await desk.publish(2);
  });
  afterAll(() => world.end());

  test('is proposed for November, child by child, and nothing where the floor pays the same', async () => {
    const proposed = await desk.propose({ fromPeriod: '2025-10' });
    expect(proposed).toMatchObject({
      correctionId: 'asd-0001',
      toPeriod: '2025-11',
      status: 'proposed',
      households: 4,
      arrearsCount: 2,
      arrearsMinor: '25000',
      overpaidCount: 0,
      overpaidMinor: '0',
      already: false,
    });
    const four = (await desk.adjustment(people.four)).pending!;
    expect(four).toMatchObject({
      differenceMinor: '15000',
      periods: [
        {
          period: '2025-11',
          policyVersion: 2,
          causes: ['policy'],
          paidMinor: '63600',
          dueMinor: '78600',
        },
      ],
    });
    expect(itemised(four.periods, '2025-11')).toEqual([
      'child-1-3 1: 20000 → 25000',
      'child-1-3 2: 20000 → 25000',
      'child-1-3 3: 20000 → 25000',
    ]);
    const orphan = (await desk.adjustment(people.orphan)).pending!;
    expect(itemised(orphan.periods, '2025-11').sort()).toEqual([
      'child-1-3 3: 20000 → 25000',
      'child-1-3-out-of-school 2: 15000 → 17500',
      'fatherless-orphan 1: 35000 → 37500',
    ]);
    for (const same of [people.one, people.none])
      expect((await desk.adjustment(same)).pending).toBeUndefined();
  });

  test('proposed again it is the same, and nothing is recorded', async () => {
    const { contentHash: before } = (await readCorrection(desk.engine.store, 'asd-0001')).proposed!;
    const position = await desk.engine.store.lastPosition();
    expect(await desk.propose({ fromPeriod: '2025-10' })).toMatchObject({
      contentHash: before,
      already: true,
    });
    expect(await desk.engine.store.lastPosition()).toBe(position);
    expect(await codeOf(desk.propose({ fromPeriod: '2025-11' }))).toBe('CORRECTION_OPEN');
  });

  test("is approved by a second person and paid with December, once, each child's part an item", async () => {
    const { contentHash: hash } = (await readCorrection(desk.engine.store, 'asd-0001')).proposed!;
    expect(
      await codeOf(
        approveCorrection(
          desk.engine,
          { correctionId: 'asd-0001', contentHash: hash },
          by(desk.engine, 'farid', 'finance-controller', 'own'),
        ),
      ),
    ).toBe('SAME_PERSON');
    await desk.approve('asd-0001', hash);
    expect((await readCorrection(desk.engine.store, 'asd-0001')).status).toBe('applied');
    await released(desk.engine, '2025-12');
    const december = (await desk.ordered('2025-12', people.four))!;
    expect(december.amountMinor).toBe('93600');
    expect(december.items.filter(({ code }) => code === 'arrears')).toEqual(
      [1, 2, 3].map((member) => ({
        code: 'arrears',
        period: '2025-11',
        member,
        amountMinor: '5000',
      })),
    );
    await released(desk.engine, '2026-01');
    expect((await desk.ordered('2026-01', people.four))!.amountMinor).toBe('78600');
    expect(await desk.propose({ fromPeriod: '2025-10' })).toMatchObject({
      status: 'settled',
      arrearsCount: 0,
      overpaidCount: 0,
    });
  });

  test('by its legal effect from January 2025, October is due too; later corrections do not take it back', async () => {
    const proposed = await desk.propose({ fromPeriod: '2025-10', basis: 'legal-effect' });
    const { periods } = (await desk.adjustment(people.four)).pending!;
    expect(periods.map(({ period }) => period)).toEqual(['2025-10']);
    expect(itemised(periods, '2025-10')).toEqual([
      'child-1-3 1: 20000 → 25000',
      'child-1-3 2: 20000 → 25000',
      'child-1-3 3: 20000 → 25000',
    ]);
    await desk.approve(proposed.correctionId, proposed.contentHash);
    expect(await desk.propose({ fromPeriod: '2025-10' })).toMatchObject({ status: 'settled' });
  });

  test('keeps every invariant', async () => {
    expect((await desk.audit()).violations).toEqual([]);
  });
});

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
    await onRecovery(
      engine,
      { programmeId: PROGRAMME, personId: person },
      { type: 'WaiveOverpayment', amountMinor: '25000', reason: 'hardship' },
      as(engine, 'controller', 'waive'),
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

describe('a correction of many households', () => {
  test('that is interrupted again and again proposes and pays the same, and keeps every invariant', async () => {
    const world = await newWorld();
    try {
      const desk = new Desk(world);
      const { engine } = desk;
      await enrolled(engine, 150);
      await released(engine, '2025-12');
      const started: EventData['EnrolmentStarted'][] = [];
      for (const { events } of await engine.store.readCategory(`enrolment-${PROGRAMME}-`, {
        limit: 500,
      }))
        if (events[0]?.type === 'EnrolmentStarted') started.push(events[0].data);
      for (const [i, { personId, startPeriod }] of started.entries()) {
        if (i % 3 === 0)
          await desk.enrolment(personId, {
            type: 'SuspendEnrolment',
            fromPeriod: startPeriod,
            reason: 'abroad',
          });
        if (i % 6 === 0)
          await desk.enrolment(personId, {
            type: 'ReinstateEnrolment',
            fromPeriod: '2026-01',
            reason: 'back',
          });
      }
      const { result: proposed } = await interruptedUntilDone((signal, onProgress) =>
        proposeCorrection(
          engine,
          { programmeId: PROGRAMME, fromPeriod: '2025-11', reason: 'abroad' },
          job(engine, 'finance'),
          onProgress,
          signal,
        ),
      );
      const suspended = started.filter((_, i) => i % 3 === 0).length;
      expect(proposed).toMatchObject({
        households: started.length,
        arrearsCount: 0,
        overpaidCount: suspended,
      });
      await desk.approve(proposed.correctionId, proposed.contentHash);
      const { planned } = await planRecoveries(
        engine,
        { programmeId: PROGRAMME, sharePercent: 50, floorMinor: '25000', reason: 'agreed' },
        job(engine, 'finance'),
      );
      expect(planned).toBe(suspended);
      await released(engine, '2026-01');
      let [recovered, deducted] = [0n, 0n];
      for (const { events } of await engine.store.readCategory(`recovery-${PROGRAMME}-`, {
        limit: 500,
      }))
        recovered += recoveredMinor(foldRecovery(events));
      for (const { events } of await engine.store.readCategory(`payment-${PROGRAMME}-2026-01-`, {
        limit: 500,
      })) {
        for (const event of events)
          if (event.type === 'PaymentOrdered')
            for (const item of event.data.items)
              if (item.code === 'recovery') deducted -= BigInt(item.amountMinor);
      }
      expect(recovered).toBe(deducted);
      expect(recovered > 0n).toBe(true);
      expect((await desk.audit()).violations).toEqual([]);
    } finally {
      await world.end();
    }
  });
});
