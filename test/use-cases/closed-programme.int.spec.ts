import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { budgetDecider } from '../../src/budget/budget.decider.js';
import { asdPolicies, asdProgramme, asdVersions } from '../../src/eligibility/reference/asd.js';
import { allotBudget, setUpProgramme } from '../../src/cli/commands/programmes.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { streams } from '../../src/kernel/ids.js';
import { PublishPolicy } from '../../src/programme/programme.commands.js';
import { programmeDecider, type ProgrammeCommand } from '../../src/programme/programme.decider.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import {
  proposeCorrection,
  requireCorrectable,
} from '../../src/use-cases/corrections/propose-correction.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { abandonCycle, returnCycle } from '../../src/use-cases/cycles/return-cycle.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { openCycleParts, prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { ApiProcess } from './api-process.js';
import { closeProgramme, reopenProgramme } from './closing.js';
import { Desk } from './correction-desk.js';
import { answers, enrolled, PROGRAMME, released } from './month.js';
import { changeProgramme } from './programme-changes.fixtures.js';
import { codeOf } from './refusal-code.js';
import { as, drain, households, job, newWorld, openProgramme, type World } from './world.js';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});
afterEach(() => world.end());

const close = ({ engine }: World) => closeProgramme(engine);
const take = ({ engine }: World, count: number) =>
  importApplications(
    engine,
    { programmeId: PROGRAMME, rows: households(count, 1), determine: true },
    job(engine, 'intake'),
  );
const prepare = ({ engine }: World, period: string) =>
  prepareCycle(engine, { programmeId: PROGRAMME, period }, job(engine, 'finance'));
const enrolments = async ({ engine }: World): Promise<number> =>
  (await engine.store.readCategory(`enrolment-${PROGRAMME}-`, { limit: 1_000 })).length;

describe('a closed programme', () => {
  test('takes no application and approves none; what was approved before is enrolled', async () => {
    const { engine } = world;
    await openProgramme(engine);
    await take(world, 10);
    const decide = (action: 'recommend' | 'approve') =>
      decideApplications(
        engine,
        { programmeId: PROGRAMME, action },
        job(engine, action === 'approve' ? 'supervisor' : 'officer'),
      );
    await decide('recommend');
    const { done } = await decide('approve');
    await take(world, 20);
    await decide('recommend');
    await close(world);
    await drain(engine);
    expect(await enrolments(world)).toBe(done);
    expect(done).toBeGreaterThan(0);
    expect(await codeOf(take(world, 30))).toBe('PROGRAMME_CLOSED');
    const after = await decide('approve');
    expect([after.done, after.refused > 0]).toEqual([0, true]);
    await drain(engine);
    expect(await enrolments(world)).toBe(done);
  });

  test('has no cycle that is open, begins none, and is not corrected', async () => {
    const { engine } = world;
    await enrolled(engine, 10);
    await prepare(world, '2025-12');
    expect(await codeOf(close(world))).toBe('CYCLES_OPEN');
    const { cycleId } = await released(engine, '2025-12');
    expect(await codeOf(close(world))).toBe('CYCLES_OPEN');
    const outcomes = answers(engine, cycleId, () => ({
      outcome: 'settled',
      settledOn: '2025-12-28',
    }));
    await takeInOutcomes(engine, { source: 'file', outcomes }, job(engine, 'bank'));
    await drain(engine);
    await reconcileCycle(engine, { cycleId }, as(engine, 'finance', 'reconcile'));
    await closeCycle(engine, { cycleId }, as(engine, 'finance', 'close'));
    await prepare(world, '2026-01');
    await returnCycle(
      engine,
      { cycleId: `${PROGRAMME}-2026-01`, reason: 'no more' },
      as(engine, 'controller', 'return'),
    );
    expect(await codeOf(close(world))).toBe('CYCLES_OPEN');
    await abandonCycle(
      engine,
      { cycleId: `${PROGRAMME}-2026-01`, reason: 'no more' },
      as(engine, 'controller', 'abandon'),
    );
    expect(await codeOf(close(world))).toBe('CORRECTION_DUE');
    const correction = { programmeId: PROGRAMME, fromPeriod: '2025-12', reason: 'late' };
    await proposeCorrection(engine, correction, job(engine, 'finance'));
    await close(world);
    expect(await codeOf(prepare(world, '2026-02'))).toBe('PROGRAMME_CLOSED');
    expect(await codeOf(proposeCorrection(engine, correction, job(engine, 'finance')))).toBe(
      'PROGRAMME_CLOSED',
    );
    expect(await codeOf(requireCorrectable(engine, correction, 'farid'))).toBe('PROGRAMME_CLOSED');
  });
});

describe('a payment that comes back after its programme closed', () => {
  const finish = async (period: string, said: (id: string) => 'settled' | 'returned') => {
    const { engine } = world;
    const { cycleId } = await released(engine, period);
    await says(cycleId, said);
    await reconcileCycle(engine, { cycleId }, as(engine, 'finance', 'reconcile', cycleId));
    await closeCycle(engine, { cycleId }, as(engine, 'finance', 'close', cycleId));
    return cycleId;
  };
  const says = async (cycleId: string, said: (id: string) => 'settled' | 'returned') => {
    const { engine } = world;
    const outcomes = answers(engine, cycleId, (id) =>
      said(id) === 'settled'
        ? { outcome: 'settled', settledOn: `${cycleId.slice(-7)}-28` }
        : { outcome: 'returned', reason: 'AC04' },
    );
    await takeInOutcomes(engine, { source: 'file', outcomes }, job(engine, 'bank'));
    await drain(engine);
  };
  const ordered = async (cycleId: string) => {
    const period = cycleId.slice(-7);
    const payments = await world.engine.store.readCategory(`payment-${PROGRAMME}-${period}-`, {
      limit: 1_000,
    });
    return payments.map(({ events }) => events.find((event) => event.type === 'PaymentOrdered')!);
  };

  test('is owed again once two reopen it: a cycle of a month that nothing is due in pays that alone', async () => {
    const { engine } = world;
    await enrolled(engine, 10);
    const january = await finish('2026-01', () => 'settled');
    const all = { programmeId: PROGRAMME, fromPeriod: '2026-01', reason: 'before it closes' };
    await proposeCorrection(engine, all, job(engine, 'finance'));
    await closeProgramme(engine);
    const [first, ...others] = await ordered(january);
    const back = first!.data as { paymentId: string; personId: string; amountMinor: string };
    await says(january, (id) => (id === back.paymentId ? 'returned' : 'settled'));
    await reopenProgramme(engine);
    const last = asdVersions.at(-1)!;
    const { monthly, floorMinor, ...benefits } = last.policy.benefits;
    const policy: typeof last.policy = {
      ...last.policy,
      benefits: { ...benefits, monthly: [{ ...monthly[0]!, when: 'false' }], oneOff: [] },
    };
    await changeProgramme(engine, {
      type: 'PublishPolicy',
      ...last,
      version: last.version + 1,
      firstPaidPeriod: '2026-02',
      policy,
      contentHash: contentHash(policy),
    });
    const desk = new Desk(world);
    const found = await desk.propose({ fromPeriod: '2025-10' });
    expect(found).toMatchObject({ arrearsCount: 1 });
    await desk.approve(found.correctionId, found.contentHash);
    await drain(engine);
    const february = await finish('2026-02', () => 'settled');
    expect(others.length).toBeGreaterThan(3);
    expect((await ordered(february)).map(({ data }) => data)).toMatchObject([
      { personId: back.personId, amountMinor: back.amountMinor },
    ]);
    await desk.propose({ fromPeriod: '2026-01' });
    await closeProgramme(engine);
    expect((await desk.audit()).violations).toEqual([]);
  });
});

describe('a programme that is not open yet', () => {
  const manage = (...commands: readonly ProgrammeCommand[]) =>
    execute(
      world.engine,
      [part(streams.programme(PROGRAMME), programmeDecider, ...commands)],
      as(world.engine, 'manager', ...commands.map(({ type }) => type)),
    );

  test('takes nobody in and begins no cycle, so that one manager alone says what nobody is paid', async () => {
    await manage(
      { type: 'DefineProgramme', ...asdProgramme },
      ...asdVersions.map((version) => ({ type: 'PublishPolicy', ...version }) as const),
    );
    expect(await codeOf(take(world, 10))).toBe('PROGRAMME_NOT_OPEN');
    expect(await codeOf(prepare(world, '2025-12'))).toBe('PROGRAMME_NOT_OPEN');
    const parts = await openCycleParts(
      world.engine,
      { programmeId: PROGRAMME, period: '2025-12' },
      world.engine.clock.now(),
    );
    expect(await codeOf(execute(world.engine, parts, as(world.engine, 'finance', 'open')))).toBe(
      'PROGRAMME_NOT_OPEN',
    );
    await manage({ type: 'OpenProgramme', programmeId: PROGRAMME });
    expect((await take(world, 10)).submitted).toBeGreaterThan(0);
  });

  test('changes what it pays by no door where a version before this one let it pay', async () => {
    const { engine } = world;
    const [v1, v2] = asdVersions;
    const [, policy] = asdPolicies;
    await manage({ type: 'DefineProgramme', ...asdProgramme }, { type: 'PublishPolicy', ...v1! });
    const december = { programmeId: PROGRAMME, period: '2025-12' };
    const [cycle] = await openCycleParts(engine, december, engine.clock.now());
    await execute(engine, [cycle!], as(engine, 'finance', 'open'));
    const api = new ApiProcess(world, engine.store);
    const publish = await api.send(
      PublishPolicy,
      'programme-manager',
      { ...policy },
      { programmeId: PROGRAMME },
    );
    expect(publish.body).toMatchObject({ code: 'PROGRAMME_NOT_OPEN' });
    const { actor } = as(engine, 'manager', 'set up');
    const setUp = setUpProgramme(engine, asdProgramme, [v1!, v2!], actor);
    expect(await codeOf(setUp)).toBe('PROGRAMME_NOT_OPEN');
    await setUpProgramme(engine, asdProgramme, [v1!], actor);
    expect((await setUpProgramme(engine, asdProgramme, [v1!, v2!], actor)).waiting).toBe(1);
  });
});

describe('a budget', () => {
  test("is of a programme that exists, in that one's currency, and pays cycles in its own", async () => {
    const { engine } = world;
    const officer = as(engine, 'finance').actor;
    const allot = { fiscalYear: 2027, amountMinor: '100', reference: 'LF' };
    const nowhere = { ...allot, programmeId: 'nowhere', currency: 'MAD' };
    expect(await codeOf(allotBudget(engine, nowhere, officer))).toBe('PROGRAMME_NOT_FOUND');
    await enrolled(engine, 10);
    const francs = { ...allot, programmeId: PROGRAMME, currency: 'XOF' };
    expect(await codeOf(allotBudget(engine, francs, officer))).toBe('CURRENCY_DIFFERS');
    // As an earlier version could write it.
    const budget = streams.budget(PROGRAMME, 2027);
    const command = { type: 'AllotBudget', ...francs, amountMinor: '100000000' } as const;
    await execute(
      engine,
      [part(budget, budgetDecider, command)],
      as(engine, 'finance', 'allot francs'),
    );
    const again = { ...francs, amountMinor: '100000000' };
    expect((await allotBudget(engine, again, officer)).events).toBe(0);
    const dirhams = { ...again, currency: 'MAD' };
    expect(await codeOf(allotBudget(engine, dirhams, officer))).toBe('BUDGET_ALREADY_ALLOTTED');
    const { cycleId, contentHash } = await prepare(world, '2027-01');
    const approve = approveCycle(
      engine,
      { cycleId, contentHash },
      as(engine, 'controller', 'approve'),
    );
    expect(await codeOf(approve)).toBe('CURRENCY_DIFFERS');
  });
});
