import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { EventData } from '../../events/generated.js';
import { readCorrection } from '../../src/correction/correction-reader.js';
import { approveCorrection } from '../../src/use-cases/corrections/decide-correction.js';
import { foldRecovery } from '../../src/use-cases/folds.js';
import { planRecoveries } from '../../src/use-cases/corrections/plan-recoveries.js';
import { proposeCorrection } from '../../src/use-cases/corrections/propose-correction.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { recoveredMinor } from '../../src/recovery/recovery.state.js';
import type { Deps } from '../../src/write-side/context.js';
import { child, enrolFamilies, type Family } from './families.js';
import { enrolled, PROGRAMME, released } from './month.js';
import { interruptedUntilDone } from './set.js';
import { codeOf } from './refusal-code.js';
import { by, job, newWorld, type World } from './world.js';
import { Desk, itemised } from './correction-desk.js';

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

describe('a correction of many households', () => {
  async function startedEnrolments({ store }: Deps) {
    const started: EventData['EnrolmentStarted'][] = [];
    for (const { events } of await store.readCategory(`enrolment-${PROGRAMME}-`, { limit: 500 }))
      if (events[0]?.type === 'EnrolmentStarted') started.push(events[0].data);
    return started;
  }
  /** Every third has been abroad since its first month, and every sixth comes back in January. */
  async function suspendThirds(
    desk: Desk,
    started: readonly EventData['EnrolmentStarted'][],
  ): Promise<void> {
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
  }
  async function recovered({ store }: Deps): Promise<bigint> {
    const recoveries = await store.readCategory(`recovery-${PROGRAMME}-`, { limit: 500 });
    return recoveries.reduce((sum, { events }) => sum + recoveredMinor(foldRecovery(events)), 0n);
  }
  async function deducted({ store }: Deps, period: string): Promise<bigint> {
    const payments = await store.readCategory(`payment-${PROGRAMME}-${period}-`, { limit: 500 });
    return payments
      .flatMap(({ events }) => events)
      .flatMap((event) => (event.type === 'PaymentOrdered' ? event.data.items : []))
      .filter(({ code }) => code === 'recovery')
      .reduce((sum, { amountMinor }) => sum - BigInt(amountMinor), 0n);
  }

  test('that is interrupted again and again proposes and pays the same, and keeps every invariant', async () => {
    const world = await newWorld();
    try {
      const desk = new Desk(world);
      const { engine } = desk;
      await enrolled(engine, 150);
      await released(engine, '2025-12');
      const started = await startedEnrolments(engine);
      await suspendThirds(desk, started);
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
      const total = await recovered(engine);
      expect(total).toBe(await deducted(engine, '2026-01'));
      expect(total > 0n).toBe(true);
      expect((await desk.audit()).violations).toEqual([]);
    } finally {
      await world.end();
    }
  });
});
