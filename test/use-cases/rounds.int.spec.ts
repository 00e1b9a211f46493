import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { closeCycle, closeCycleParts } from '../../src/use-cases/cycles/close-cycle.js';
import { readCycle } from '../../src/cycle/cycle-reader.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import { endToEndIndex } from '../../src/use-cases/outcomes/end-to-end-index.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { cycleFigures, reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { requireNotEnrolled } from '../../src/use-cases/persons/not-enrolled.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { returnCycle } from '../../src/use-cases/cycles/return-cycle.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { budgetDecider } from '../../src/budget/budget.decider.js';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import { streams } from '../../src/kernel/ids.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import { personDecider } from '../../src/person/person.decider.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { answers, enrolled, PROGRAMME, released } from './month.js';
import { shapeOf } from './set.js';
import { erasedByTwo, as, by, drain, job, newWorld, type World } from './world.js';
import { one, rowsOf } from './household-rows.js';
import { codeOf } from './refusal-code.js';

const enrolments = async (world: World) => {
  const found: { personId: string; facts: unknown; startPeriod: string }[] = [];
  for await (const page of pagesOf(world.engine.store, `enrolment-${PROGRAMME}-`)) {
    for (const { events } of page)
      if (events[0]?.type === 'EnrolmentStarted') found.push(events[0].data);
  }
  return found;
};

const resolveBreaks = async (engine: World['engine'], cycleId: string): Promise<void> => {
  for await (const page of pagesOf(engine.store, `payment-${cycleId}-`)) {
    for (const { stream, events } of page) {
      for (const event of events) {
        if (event.type !== 'PaymentBreakRecorded') continue;
        const resolve = part(stream, paymentDecider, {
          type: 'ResolveBreak',
          breakId: event.data.breakId,
          resolution: 'no-effect',
          reason: 'the bank took it back',
        });
        await execute(engine, [resolve], as(engine, 'finance', 'resolve', event.data.breakId));
      }
    }
  }
};

describe('cycles that do not go straight', () => {
  let world: World;
  beforeAll(async () => {
    world = await newWorld();
    await enrolled(world.engine, 80);
  });
  afterAll(() => world.end());
  const prepare = (period: string) =>
    prepareCycle(world.engine, { programmeId: PROGRAMME, period }, job(world.engine, 'finance'));

  test('a later cycle waits for the earlier one to be prepared', async () => {
    const { engine } = world;
    const first = await prepare('2025-12');
    await returnCycle(
      engine,
      { cycleId: first.cycleId, reason: 'check the births' },
      as(engine, 'controller', 'return'),
    );
    expect(await codeOf(prepare('2026-01'))).toBe('EARLIER_CYCLE_NOT_PREPARED');
  });

  test('a returned cycle is prepared again: its orders are cancelled, and only what is due now is ordered', async () => {
    const { engine } = world;
    const [gone] = await enrolments(world);
    const stream = streams.enrolment(PROGRAMME, gone!.personId);
    await execute(
      engine,
      [
        part(stream, enrolmentDecider, {
          type: 'SuspendEnrolment',
          fromPeriod: '2025-12',
          reason: 'moved',
        }),
      ],
      as(engine, 'supervisor', 'suspend'),
    );
    const first = await readCycle(engine.store, `${PROGRAMME}-2025-12`);
    const second = await prepare('2025-12');
    expect(second).toMatchObject({ round: 2, count: first.count - 1 });
    const shapes = await shapeOf(engine, `payment-${PROGRAMME}-2025-12-`);
    expect(
      shapes.filter((shape) => shape.endsWith(': PaymentOrdered PaymentCancelled PaymentOrdered')),
    ).toHaveLength(second.count);
    expect(
      shapes.filter((shape) => shape.endsWith(': PaymentOrdered PaymentCancelled')),
    ).toHaveLength(1);
  });

  test('the hash of the first round is not approved any more; a cycle beyond its budget neither, and nothing is written', async () => {
    const { engine } = world;
    const { cycleId, contentHash, totalMinor } = await readCycle(
      engine.store,
      `${PROGRAMME}-2025-12`,
    );
    const [, prepared] = (await engine.store.readStream(streams.cycle(cycleId))).filter(
      (event) => event.type === 'CyclePrepared',
    );
    expect(prepared!.data.contentHash).toBe(contentHash);
    expect(
      await codeOf(
        approveCycle(
          engine,
          { cycleId, contentHash: 'a'.repeat(64) },
          as(engine, 'controller', 'approve wrong'),
        ),
      ),
    ).toBe('CONTENT_CHANGED');
    const budget = streams.budget(PROGRAMME, 2025);
    const cut = 100000000000n - BigInt(totalMinor) + 1n;
    const adjust = (deltaMinor: string, name: string) =>
      execute(
        engine,
        [part(budget, budgetDecider, { type: 'AdjustBudget', deltaMinor, reason: name })],
        as(engine, 'finance', name),
      );
    await adjust(String(-cut), 'cut');
    const before = await engine.store.lastPosition();
    expect(
      await codeOf(
        approveCycle(engine, { cycleId, contentHash }, as(engine, 'controller', 'approve poor')),
      ),
    ).toBe('BUDGET_EXCEEDED');
    expect(await engine.store.lastPosition()).toBe(before);
    await adjust(String(cut), 'restore');
  });

  test('the same person neither approves what they prepared nor releases what they approved', async () => {
    const { engine } = world;
    const { cycleId, contentHash } = await readCycle(engine.store, `${PROGRAMME}-2025-12`);
    expect(
      await codeOf(
        approveCycle(
          engine,
          { cycleId, contentHash },
          by(engine, 'farid', 'finance-controller', 'approve own'),
        ),
      ),
    ).toBe('SAME_PERSON');
    await approveCycle(engine, { cycleId, contentHash }, as(engine, 'controller', 'approve'));
    expect(
      await codeOf(
        releaseCycle(
          engine,
          { cycleId, contentHash, executionDate: '2025-12-28' },
          as(engine, 'controller', 'release own'),
        ),
      ),
    ).toBe('SAME_PERSON');
    await releaseCycle(
      engine,
      { cycleId, contentHash, executionDate: '2025-12-28' },
      as(engine, 'releaser', 'release'),
    );
    await drain(engine);
    expect((await readCycle(engine.store, cycleId)).status).toBe('instructed');
  });

  test('outcomes that name payments by end-to-end id alone find them', async () => {
    const { engine } = world;
    const cycleId = `${PROGRAMME}-2025-12`;
    async function* nameless() {
      for await (const batch of answers(engine, cycleId, () => ({
        outcome: 'settled',
        settledOn: '2025-12-29',
      })))
        yield batch.map(({ paymentId: _, ...outcome }) => outcome);
    }
    const { count } = await readCycle(engine.store, cycleId);
    const summary = await takeInOutcomes(
      engine,
      { source: 'file', outcomes: nameless(), lookup: endToEndIndex(engine.store) },
      job(engine, 'bank'),
    );
    expect(summary).toMatchObject({ applied: count, refused: 0 });
    const [lost] = await endToEndIndex(engine.store)(['E000000000000000000000000']);
    expect(lost).toBeUndefined();
  });

  test('a cycle does not close before the budget has spent what settled', async () => {
    const { engine } = world;
    const cycleId = `${PROGRAMME}-2025-12`;
    await reconcileCycle(engine, { cycleId }, as(engine, 'finance', 'reconcile'));
    expect(
      await codeOf(closeCycle(engine, { cycleId }, as(engine, 'finance', 'close early'))),
    ).toBe('SPENDING_NOT_RECORDED');
    await drain(engine);
    expect(await closeCycleParts(engine, { cycleId })).not.toHaveLength(0);
  });

  test('nor while a payment moved after the reconciliation, over whichever surface', async () => {
    const { engine } = world;
    const cycleId = `${PROGRAMME}-2025-12`;
    await takeInOutcomes(
      engine,
      {
        source: 'file',
        outcomes: answers(engine, cycleId, (_, n) =>
          n === 0 ? { outcome: 'rejected', reason: 'AC04' } : undefined,
        ),
      },
      job(engine, 'bank'),
    );
    expect(await codeOf(closeCycleParts(engine, { cycleId }))).toBe('NOT_RECONCILED');
    expect(
      await codeOf(closeCycle(engine, { cycleId }, as(engine, 'finance', 'close on old figures'))),
    ).toBe('NOT_RECONCILED');
    const { figures } = await reconcileCycle(
      engine,
      { cycleId },
      as(engine, 'finance', 'reconcile with a break'),
    );
    expect(figures.openBreaks).toBe(1);
    expect(
      await codeOf(closeCycle(engine, { cycleId }, as(engine, 'finance', 'close with a break'))),
    ).toBe('OPEN_BREAKS');
    await resolveBreaks(engine, cycleId);
    expect(
      await codeOf(
        closeCycle(engine, { cycleId }, as(engine, 'finance', 'close before it is counted')),
      ),
    ).toBe('NOT_RECONCILED');
    await reconcileCycle(engine, { cycleId }, as(engine, 'finance', 'reconcile without a break'));
    await closeCycle(engine, { cycleId }, as(engine, 'finance', 'close'));
  });

  test('money that comes back is given back to the reservation, once', async () => {
    const { engine } = world;
    const cycleId = `${PROGRAMME}-2025-12`;
    await takeInOutcomes(
      engine,
      {
        source: 'file',
        outcomes: answers(engine, cycleId, (_, n) =>
          n < 3 ? { outcome: 'returned', reason: 'AC04' } : undefined,
        ),
      },
      job(engine, 'bank'),
    );
    await drain(engine);
    await drain(engine);
    const figures = await cycleFigures(engine.store, cycleId);
    const budget = await engine.store.readStream(streams.budget(PROGRAMME, 2025));
    const sum = (type: string): bigint =>
      budget.reduce(
        (total, event) =>
          total +
          (event.type === type && 'amountMinor' in event.data
            ? BigInt(event.data.amountMinor)
            : 0n),
        0n,
      );
    expect(figures.returnedCount).toBe(3);
    expect(String(sum('BudgetRefunded'))).toBe(figures.returnedMinor);
    expect(String(sum('BudgetSpent') - sum('BudgetRefunded'))).toBe(figures.settledMinor);
  });

  test('who was enrolled after the first cycle is paid its months in the next, each under its own policy', async () => {
    const { engine } = world;
    const known = new Set((await enrolments(world)).map(({ personId }) => personId));
    await importApplications(
      engine,
      {
        programmeId: PROGRAMME,
        rows: one(
          (await rowsOf(20, 99)).map((row) => ({ ...row, reference: `late-${row.reference}` })),
        ),
        determine: true,
      },
      job(engine, 'intake'),
    );
    await decideApplications(
      engine,
      { programmeId: PROGRAMME, action: 'recommend' },
      job(engine, 'officer'),
    );
    await decideApplications(
      engine,
      { programmeId: PROGRAMME, action: 'approve' },
      job(engine, 'supervisor'),
    );
    await drain(engine);
    await released(engine, '2026-01');
    const late = (await enrolments(world)).filter(({ personId }) => !known.has(personId));
    expect(late.length).toBeGreaterThan(10);
    for (const { personId, startPeriod } of late) {
      const [ordered] = await engine.store.readStream(
        streams.payment(`${PROGRAMME}-2026-01-${personId}`),
      );
      const periods =
        ordered?.type === 'PaymentOrdered'
          ? [...new Set(ordered.data.items.map((item) => item.period))].sort()
          : [];
      expect(periods).toEqual(
        ['2025-11', '2025-12', '2026-01'].filter((period) => period >= startPeriod),
      );
    }
    const [regular] = (
      await engine.store.readStreams(
        [...known].map((personId) => streams.payment(`${PROGRAMME}-2026-01-${personId}`)),
      )
    ).filter(({ events }) => events.length > 0);
    expect(
      regular!.events[0]!.type === 'PaymentOrdered' &&
        new Set(regular!.events[0]!.data.items.map((item) => item.period)),
    ).toEqual(new Set(['2026-01']));
  });

  test('a cycle that was prepared before a later one still tells its set', async () => {
    expect(await prepare('2025-12')).toMatchObject({ already: true, round: 2 });
  });

  test('nothing is ordered for an erased person, and who is enrolled is not erased', async () => {
    const { engine } = world;
    const { personId } = (await enrolments(world)).at(-1)!;
    expect(await codeOf(requireNotEnrolled(engine.store, personId))).toBe('STILL_ENROLLED');
    const stream = streams.enrolment(PROGRAMME, personId);
    await execute(
      engine,
      [
        part(stream, enrolmentDecider, {
          type: 'EndEnrolment',
          lastPeriod: '2026-02',
          reason: 'left the country',
        }),
      ],
      as(engine, 'supervisor', 'end'),
    );
    await requireNotEnrolled(engine.store, personId);
    await execute(
      engine,
      [part(streams.person(personId), personDecider, ...erasedByTwo(personId))],
      by(engine, 'amal', 'administrator', 'erase'),
    );
    const prepared = await prepare('2026-02');
    expect(prepared.count).toBeGreaterThan(0);
    expect(
      await engine.store.readStream(streams.payment(`${PROGRAMME}-2026-02-${personId}`)),
    ).toEqual([]);
  });
});
