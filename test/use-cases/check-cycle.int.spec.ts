import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { approveCycle, approveCycleParts } from '../../src/use-cases/cycles/approve-cycle.js';
import { checkCycle, overrideFinding } from '../../src/use-cases/cycles/check-cycle.js';
import { warningsOf } from '../../src/use-cases/cycles/cycle-warnings.js';
import { readCycle } from '../../src/cycle/cycle-reader.js';
import { prepareCycle, type PrepareSummary } from '../../src/use-cases/cycles/prepare-cycle.js';
import type { Finding, Rule } from '../../src/use-cases/cycles/findings.rule.js';
import { pagesOf } from '../../src/write-side/stream-pages.js';
import { asdProgramme, asdVersions } from '../../src/eligibility/reference/asd.js';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import { streams } from '../../src/kernel/ids.js';
import { personDecider } from '../../src/person/person.decider.js';
import { programmeDecider, type ProgrammeCommand } from '../../src/programme/programme.decider.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { enrolled, PROGRAMME, released } from './month.js';
import { anotherAccount } from './payee-accounts.js';
import { codeOf } from './refusal-code.js';
import { as, by, job, newWorld, type World, bySupervisors, byManagers } from './world.js';
import type { EventData } from '../../events/generated.js';

const OTHER = 'bourse';

describe('a cycle of a programme that has its cycles checked', () => {
  let world: World;
  let started: EventData['EnrolmentStarted'][];
  let prepared: PrepareSummary;
  let findings: readonly Finding[];
  let warnedBefore: readonly string[];
  const CYCLE = `${PROGRAMME}-2026-01`;
  const run = (
    stream: string,
    p: ReturnType<typeof part>,
    who: Parameters<typeof as>[1],
    ...name: (string | number)[]
  ) => execute(world.engine, [p], as(world.engine, who, stream, ...name));
  const configure = (rules: readonly Rule[], name: string) =>
    run(
      streams.programme(PROGRAMME),
      part(
        streams.programme(PROGRAMME),
        programmeDecider,
        ...byManagers({
          type: 'ConfigureChecks',
          programmeId: PROGRAMME,
          rules: [...rules],
        }),
      ),
      'manager',
      name,
    );
  const found = (check: string): Finding[] => findings.filter((finding) => finding.check === check);
  const warned = async (): Promise<readonly string[]> =>
    (await warningsOf(world.engine.store, CYCLE)).map(({ code }) => code);
  const approve = (who: 'controller' | 'releaser', name: string) =>
    approveCycle(
      world.engine,
      { cycleId: CYCLE, contentHash: prepared.contentHash },
      as(world.engine, who, name),
    );

  /** Another programme pays a household in the same month. */
  async function paidElsewhere(household: EventData['EnrolmentStarted']): Promise<void> {
    const { engine } = world;
    const other = streams.programme(OTHER);
    const decide = (command: ProgrammeCommand, ...name: (string | number)[]) =>
      run(other, part(other, programmeDecider, command), 'manager', ...name);
    await decide({ type: 'DefineProgramme', ...asdProgramme, programmeId: OTHER }, 'define');
    for (const version of asdVersions)
      await decide(
        { type: 'PublishPolicy', ...version, programmeId: OTHER },
        'publish',
        version.version,
      );
    await decide({ type: 'OpenProgramme', programmeId: OTHER }, 'open');
    const started = { ...household, programmeId: OTHER, startPeriod: '2026-01' };
    const twice = part(streams.enrolment(OTHER, household.personId), enrolmentDecider, {
      type: 'StartEnrolment',
      ...started,
    });
    await execute(engine, [twice], as(engine, 'supervisor', 'twice'));
    await prepareCycle(engine, { programmeId: OTHER, period: '2026-01' }, job(engine, 'finance'));
  }
  async function paidOnOneAccount(
    households: readonly EventData['EnrolmentStarted'][],
  ): Promise<void> {
    for (const { personId } of households) {
      const another = await anotherAccount(world.engine, personId, {
        kind: 'wallet',
        fields: { number: '+212600000001' },
        hashed: 'shared',
      });
      const person = streams.person(personId);
      await run(person, part(person, personDecider, another), 'officer', 'share');
    }
  }

  beforeAll(async () => {
    world = await newWorld();
    const { engine } = world;
    await enrolled(engine, 90);
    await released(engine, '2025-12');
    started = [];
    for await (const page of pagesOf(engine.store, `enrolment-${PROGRAMME}-`))
      for (const { events } of page)
        if (events[0]?.type === 'EnrolmentStarted') started.push(events[0].data);
    await paidElsewhere(started[0]!);
    await paidOnOneAccount(started.slice(1, 4));
    warnedBefore = await warned();
    await configure(
      [
        { check: 'person-elsewhere', level: 'block' },
        { check: 'shared-account', level: 'block', limit: 2 },
        { check: 'not-payable', level: 'block' },
        { check: 'no-account', level: 'warn' },
        { check: 'above-entitlement', level: 'block' },
        { check: 'region-change', level: 'warn', limit: 0 },
        { check: 'over-budget', level: 'block' },
        { check: 'over-forecast', level: 'warn', limit: 0, amountMinor: '1' },
      ],
      'first',
    );
    prepared = await prepareCycle(
      engine,
      { programmeId: PROGRAMME, period: '2026-01' },
      job(engine, 'finance'),
    );
    ({ findings } = await readCycle(engine.store, CYCLE));
  });
  afterAll(() => world.end());

  test('warns as long as nobody compares the accounts of its payees', async () => {
    expect(warnedBefore).toContain('ACCOUNTS_NOT_COMPARED');
    expect(await warned()).not.toContain('ACCOUNTS_NOT_COMPARED');
  });

  test('is checked as soon as it is prepared', () => {
    expect(prepared.openFindings).toBe(2);
    const id = (i: number): string => `${CYCLE}-${started[i]!.personId}`;
    expect(found('person-elsewhere')).toMatchObject([{ payments: [id(0)], count: 1 }]);
    expect(found('shared-account')).toMatchObject([
      { payments: [1, 2, 3].map(id).sort(), measured: '3', limit: '2' },
    ]);
    expect(found('over-forecast')).toMatchObject([
      { measured: prepared.totalMinor, limit: '1', count: prepared.count },
    ]);
    expect(found('region-change').length).toBeGreaterThan(0);
    for (const none of ['not-payable', 'no-account', 'above-entitlement', 'over-budget'])
      expect(found(none)).toEqual([]);
  });

  test('is prepared and checked again without another event', async () => {
    const before = await world.engine.store.lastPosition();
    const again = await prepareCycle(
      world.engine,
      { programmeId: PROGRAMME, period: '2026-01' },
      job(world.engine, 'finance'),
    );
    expect(again).toMatchObject({ already: true, openFindings: 2 });
    expect(
      await checkCycle(world.engine, { cycleId: CYCLE }, job(world.engine, 'finance')),
    ).toMatchObject({ open: 2 });
    expect(await world.engine.store.lastPosition()).toBe(before);
  });

  test('is not approved while a finding blocks it, and finds what became of payees since', async () => {
    const { engine } = world;
    expect(await codeOf(approve('controller', 'too early'))).toBe('FINDINGS_OPEN');
    const dead = streams.enrolment(PROGRAMME, started[5]!.personId);
    await run(
      dead,
      part(dead, enrolmentDecider, { type: 'EndEnrolment', lastPeriod: '2025-12', reason: 'died' }),
      'supervisor',
      'end',
    );
    const lost = started[6]!.personId;
    const [registered] = (await engine.store.readStream(streams.person(lost))).flatMap((event) =>
      event.type === 'PayeeAccountRegistered' ? [event.data] : [],
    );
    await run(
      streams.person(lost),
      part(streams.person(lost), personDecider, {
        type: 'ClosePayeeAccount',
        personId: lost,
        accountId: registered!.accountId,
        reason: 'closed',
      }),
      'officer',
      'close',
    );
    const fewer = started[7]!;
    const facts = { ...fewer.facts, children: [] };
    await run(
      streams.enrolment(PROGRAMME, fewer.personId),
      part(
        streams.enrolment(PROGRAMME, fewer.personId),
        enrolmentDecider,
        ...bySupervisors({
          type: 'ReviseEntitlement',
          fromPeriod: '2026-01',
          facts,
          contentHash: 'f'.repeat(64),
          entitlement: fewer.entitlement,
          reason: 'late fact',
        }),
      ),
      'supervisor',
      'revise',
    );
    const summary = await checkCycle(engine, { cycleId: CYCLE }, job(engine, 'finance'));
    findings = summary.findings;
    expect(found('not-payable')).toMatchObject([
      { payments: [`${CYCLE}-${started[5]!.personId}`] },
    ]);
    expect(found('no-account')).toMatchObject([{ level: 'warn', payments: [`${CYCLE}-${lost}`] }]);
    const expected =
      (fewer.facts['children'] as unknown[]).length > 0
        ? [{ payments: [`${CYCLE}-${fewer.personId}`] }]
        : [];
    expect(found('above-entitlement')).toMatchObject(expected);
    expect(summary.open).toBe(3 + expected.length);
  });

  test('is approved once a second person answered for what blocks it, by a third', async () => {
    const { engine } = world;
    const blocking = findings.filter(({ level }) => level === 'block');
    const override = (findingId: string, context = as(engine, 'releaser', 'override', findingId)) =>
      overrideFinding(engine, { cycleId: CYCLE, findingId, reason: 'seen' }, context);
    expect(
      await codeOf(
        override(blocking[0]!.findingId, by(engine, 'farid', 'finance-controller', 'own')),
      ),
    ).toBe('SAME_PERSON');
    for (const { findingId } of blocking) await override(findingId);
    expect(await codeOf(approve('releaser', 'own override'))).toBe('SAME_PERSON');
    await approve('controller', 'approve');
    expect(await readCycle(engine.store, CYCLE)).toMatchObject({
      status: 'approved',
      openFindings: [],
    });
    expect(await codeOf(checkCycle(engine, { cycleId: CYCLE }, job(engine, 'finance')))).toBe(
      'CYCLE_STATUS',
    );
  });

  test('is approved unchecked only where no checks are configured', async () => {
    const { engine } = world;
    await configure([], 'none');
    const next = await prepareCycle(
      engine,
      { programmeId: PROGRAMME, period: '2026-02' },
      job(engine, 'finance'),
    );
    expect(next.openFindings).toBeUndefined();
    await configure([{ check: 'not-payable', level: 'block' }], 'again');
    const again = { cycleId: next.cycleId, contentHash: next.contentHash };
    expect(await codeOf(approveCycle(engine, again, as(engine, 'controller', 'unchecked')))).toBe(
      'NOT_CHECKED',
    );
    expect(
      (
        await prepareCycle(
          engine,
          { programmeId: PROGRAMME, period: '2026-02' },
          job(engine, 'finance'),
        )
      ).openFindings,
    ).toBe(0);
    // Checks that are made stricter after it was checked hold for it, also in the same moment.
    const parts = await approveCycleParts(engine, again);
    const stricter = { check: 'no-account', level: 'block' } as const;
    await configure([{ check: 'not-payable', level: 'block' }, stricter], 'stricter');
    const inTheSameMoment = execute(engine, parts, as(engine, 'controller', 'race'));
    expect(await codeOf(inTheSameMoment)).toBe('NOT_CHECKED');
    expect(await codeOf(approveCycle(engine, again, as(engine, 'controller', 'stricter')))).toBe(
      'NOT_CHECKED',
    );
    await checkCycle(engine, { cycleId: next.cycleId }, job(engine, 'finance'));
    const { findings: now } = await readCycle(engine.store, next.cycleId);
    for (const { findingId } of now.filter(({ level }) => level === 'block'))
      await overrideFinding(
        engine,
        { cycleId: next.cycleId, findingId, reason: 'seen' },
        as(engine, 'releaser', 'override', findingId, 'stricter'),
      );
    await approveCycle(engine, again, as(engine, 'controller', 'checked'));
    expect(
      await codeOf(checkCycle(engine, { cycleId: `${PROGRAMME}-2030-01` }, job(engine, 'finance'))),
    ).toBe('CYCLE_NOT_FOUND');
  });
});
