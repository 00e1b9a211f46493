import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { applicationDecider } from '../../src/application/application.decider.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { identityDecider } from '../../src/person/identity.decider.js';
import { personDecider } from '../../src/person/person.decider.js';
import { assessApplications } from '../../src/use-cases/applications/assess-applications.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { owesNothing } from '../../src/use-cases/persons/not-enrolled.js';
import { recoveryDecider } from '../../src/recovery/recovery.decider.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { Desk } from './correction-desk.js';
import { child, enrolFamilies } from './families.js';
import { PROGRAMME, released } from './month.js';
import { codeOf } from './refusal-code.js';
import { as, erasedByTwo, by, drain, households, job, newWorld, type World } from './world.js';

let world: World;
let desk: Desk;
let ida: string;
beforeEach(async () => {
  world = await newWorld();
  desk = new Desk(world);
  ({ ida } = await enrolFamilies(
    world.engine,
    { ida: [child('2020-05')], omar: [child('2021-05')] },
    asdVersions,
  ));
});
afterEach(() => world.end());

const identityOf = async (personId: string): Promise<string> => {
  const [registered] = await world.engine.store.readStream(streams.person(personId));
  return registered?.type === 'PersonRegistered' ? registered.data.identityHash : '';
};

async function erase(personId: string): Promise<void> {
  const { store, registry, locks } = world.engine;
  const reason = 'asked for';
  await execute(
    store,
    registry,
    locks,
    [
      ...(await owesNothing(store, personId)),
      part(streams.person(personId), personDecider, ...erasedByTwo(personId, reason)),
      part(streams.identity(await identityOf(personId)), identityDecider, {
        type: 'ReleaseIdentity',
        reason,
      }),
    ],
    by(world.engine, 'amal', 'administrator', 'erase', personId),
  );
  await world.engine.vault.erase([personId]);
}

async function approved(): Promise<void> {
  const { engine } = world;
  for (const [action, who] of [
    ['recommend', 'officer'],
    ['approve', 'supervisor'],
  ] as const)
    await decideApplications(engine, { programmeId: PROGRAMME, action }, job(engine, who));
  await drain(engine);
}

/** A person who is registered still applies again, as at a counter. */
async function appliesOnceMore(personId: string, receivedOn: string): Promise<void> {
  const { store, registry, locks } = world.engine;
  const applicationId = uuidOf('application', personId, receivedOn);
  const children = [child('2020-05')];
  await execute(
    store,
    registry,
    locks,
    [
      part(streams.application(applicationId), applicationDecider, {
        type: 'SubmitApplication',
        applicationId,
        programmeId: PROGRAMME,
        personId,
        region: 'MA-06',
        receivedOn,
        channel: 'counter',
        facts: { scoreMicro: 5_000_000, coveredByOtherScheme: false, children },
      }),
    ],
    by(world.engine, 'ines', 'intake', 'submit', applicationId),
  );
  await assessApplications(world.engine, { programmeId: PROGRAMME }, job(world.engine, 'officer'));
  await approved();
}

/** The first of the two households applies again, under the same national identity. */
async function appliesAgain(reference: string, receivedOn: string): Promise<string> {
  async function* rows() {
    for await (const batch of households(2, 11, { errors: 0, duplicates: 0 }))
      yield batch.slice(0, 1).map((row) => ({
        ...row,
        reference,
        receivedOn,
        facts: {
          scoreMicro: 5_000_000,
          coveredByOtherScheme: false,
          children: [child('2020-05')],
        },
      }));
  }
  const before = new Set(await persons());
  expect(
    await importApplications(
      world.engine,
      { programmeId: PROGRAMME, rows: rows(), determine: true },
      job(world.engine, 'intake'),
    ),
  ).toMatchObject({ submitted: 1, rejected: 0, duplicates: 0 });
  await approved();
  return (await persons()).find((person) => !before.has(person))!;
}

const persons = async (): Promise<string[]> =>
  (await world.engine.store.readCategory('person-', { limit: 100 })).map(({ stream }) =>
    stream.slice('person-'.length),
  );
const startOf = async (personId: string): Promise<string | undefined> =>
  (await world.engine.store.readStream(streams.enrolment(PROGRAMME, personId))).findLast(
    (event) => event.type === 'EnrolmentStarted',
  )?.data.startPeriod;
const monthsOrdered = async (period: string, personId: string): Promise<string[]> => [
  ...new Set((await desk.ordered(period, personId))?.items.map((item) => item.period) ?? []),
];

test('who was paid, erased and registered again is paid the months after, and those only', async () => {
  await released(world.engine, '2025-10');
  await released(world.engine, '2025-11');
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-11', reason: 'asked' });
  await erase(ida);
  const again = await appliesAgain('again', '2025-10-05');
  expect(again).not.toBe(ida);
  expect(await identityOf(again)).toBe(await identityOf(ida));
  expect(await startOf(again)).toBe('2025-12');
  await released(world.engine, '2025-12');
  expect(await monthsOrdered('2025-12', again)).toEqual(['2025-12']);
  await released(world.engine, '2026-01');
  const { correctionId } = await desk.propose({ fromPeriod: '2025-10' });
  expect(correctionId).toBe('asd-0001');
  const adjusted = await world.engine.store.readStream(streams.adjustment(PROGRAMME, again));
  expect(adjusted).toEqual([]);
  expect((await desk.audit()).violations).toEqual([]);
});

test('who owes what was overpaid is erased once it is waived, and not before', async () => {
  const { store, registry, locks } = world.engine;
  for (const period of ['2025-10', '2025-11', '2025-12']) await released(world.engine, period);
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-11', reason: 'moved' });
  const {
    correctionId,
    contentHash: hash,
    overpaidMinor,
  } = await desk.propose({
    fromPeriod: '2025-10',
  });
  await desk.approve(correctionId, hash);
  expect(await codeOf(erase(ida))).toBe('STILL_OWES');
  const waiver = { type: 'WaiveOverpayment', amountMinor: overpaidMinor, reason: 'died' } as const;
  const debt = part(streams.recovery(`${PROGRAMME}-${ida}`), recoveryDecider, waiver);
  await execute(store, registry, locks, [debt], as(world.engine, 'releaser', 'waive'));
  await erase(ida);
  expect((await desk.audit()).violations).toEqual([]);
});

test('months that were not paid before the erasure are paid to who is registered after it', async () => {
  await released(world.engine, '2025-10');
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-10', reason: 'asked' });
  await erase(ida);
  await released(world.engine, '2025-11');
  const again = await appliesAgain('again', '2025-10-05');
  expect(await startOf(again)).toBe('2025-11');
  await released(world.engine, '2025-12');
  expect(await monthsOrdered('2025-12', again)).toEqual(['2025-11', '2025-12']);
  expect((await desk.audit()).violations).toEqual([]);
});

test('who applies again in the month through which they are paid is enrolled from the next', async () => {
  await released(world.engine, '2025-10');
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-11', reason: 'moved' });
  await appliesOnceMore(ida, '2025-11-20');
  expect(await startOf(ida)).toBe('2025-12');
  // What the first enrolment had left, then the second; an approval that comes again begins nothing.
  await released(world.engine, '2025-11');
  expect(await monthsOrdered('2025-11', ida)).toEqual(['2025-11']);
  await released(world.engine, '2025-12');
  expect(await monthsOrdered('2025-12', ida)).toEqual(['2025-12']);
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-12', reason: 'moved' });
  await drain(world.engine);
  expect(await startOf(ida)).toBe('2025-12');
  expect((await desk.audit()).violations).toEqual([]);
});

test('the first cycle of a second enrolment pays it from its start, without what was paid', async () => {
  for (const period of ['2025-10', '2025-11', '2025-12']) await released(world.engine, period);
  // Ended looking back: November and December were paid all the same.
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-10', reason: 'moved' });
  await released(world.engine, '2026-01');
  await released(world.engine, '2026-02');
  await appliesOnceMore(ida, '2025-12-10');
  expect(await startOf(ida)).toBe('2026-01');
  await released(world.engine, '2026-03');
  expect(await monthsOrdered('2026-03', ida)).toEqual(['2026-01', '2026-02', '2026-03']);
  expect((await desk.audit()).violations).toEqual([]);
});

test('who was not recertified in time is suspended by the next cycle, until it is', async () => {
  const facts = {
    scoreMicro: 5_000_000,
    coveredByOtherScheme: false,
    children: [child('2020-05')],
  };
  const recertify = (fromPeriod: string, nextDueOn: string) =>
    desk.enrolment(ida, {
      type: 'RecertifyEnrolment',
      fromPeriod,
      facts,
      contentHash: contentHash(facts),
      entitlement: { period: fromPeriod, policyVersion: 1, amountMinor: '0', items: [] },
      nextDueOn,
    });
  await recertify('2025-10', '2025-11-15');
  for (const period of ['2025-10', '2025-11', '2025-12']) await released(world.engine, period);
  expect(await monthsOrdered('2025-11', ida)).toEqual(['2025-11']);
  expect(await monthsOrdered('2025-12', ida)).toEqual([]);
  const events = await world.engine.store.readStream(streams.enrolment(PROGRAMME, ida));
  expect(events.slice(-2)).toMatchObject([
    { type: 'RecertificationFellDue', data: { dueOn: '2025-11-15' } },
    {
      type: 'EnrolmentSuspended',
      data: { fromPeriod: '2025-12', reason: 'Recertification was due on 2025-11-15.' },
      meta: { role: 'automation' },
    },
  ]);
  await recertify('2026-01', '2027-01-15');
  await released(world.engine, '2026-01');
  expect(await monthsOrdered('2026-01', ida)).toEqual(['2026-01']);
  expect((await desk.audit()).violations).toEqual([]);
});

test('an end that is far away puts no recertification off, and is brought nearer', async () => {
  const facts = {
    scoreMicro: 5_000_000,
    coveredByOtherScheme: false,
    children: [child('2020-05')],
  };
  await desk.enrolment(ida, {
    type: 'RecertifyEnrolment',
    fromPeriod: '2025-10',
    facts,
    contentHash: contentHash(facts),
    entitlement: { period: '2025-10', policyVersion: 1, amountMinor: '0', items: [] },
    nextDueOn: '2025-11-15',
  });
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2062-01', reason: 'mistyped' });
  for (const period of ['2025-10', '2025-11', '2025-12']) await released(world.engine, period);
  expect(await monthsOrdered('2025-11', ida)).toEqual(['2025-11']);
  expect(await monthsOrdered('2025-12', ida)).toEqual([]);
  const events = await world.engine.store.readStream(streams.enrolment(PROGRAMME, ida));
  expect(events.at(-1)).toMatchObject({
    type: 'EnrolmentEnded',
    data: { lastPeriod: '2025-11', reason: 'Recertification was due on 2025-11-15.' },
    meta: { role: 'automation' },
  });
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-10', reason: 'died' });
  expect((await desk.audit()).violations).toEqual([]);
});

test('a second enrolment that ends before it began takes no month of the first for due', async () => {
  await released(world.engine, '2025-10');
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-12', reason: 'moves' });
  await appliesOnceMore(ida, '2025-10-20');
  expect(await startOf(ida)).toBe('2026-01');
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-11', reason: 'died' });
  for (const period of ['2025-11', '2025-12']) await released(world.engine, period);
  expect(await monthsOrdered('2025-12', ida)).toEqual([]);
  expect(await desk.propose({ fromPeriod: '2025-10' })).toMatchObject({ arrearsCount: 0 });
  expect(await desk.adjustment(ida)).toMatchObject({ pending: undefined, established: [] });
});

test('an application is not dated in the future, nor long before what the programme pays', async () => {
  await released(world.engine, '2025-10');
  for (const [receivedOn, code] of [
    ['2099-01-05', 'RECEIVED_IN_FUTURE'],
    ['2024-09-30', 'BACKDATED_TOO_FAR'],
  ] as const) {
    const codes: string[] = [];
    async function* rows() {
      for await (const batch of households(3, 12, { errors: 0, duplicates: 0 }))
        yield batch.map((row) => ({ ...row, receivedOn }));
    }
    const summary = await importApplications(
      world.engine,
      {
        programmeId: PROGRAMME,
        rows: rows(),
        onRejects: (rejects) => void codes.push(...rejects.map((one) => one.code)),
      },
      job(world.engine, 'intake'),
    );
    expect([summary.submitted, codes]).toEqual([0, [code, code, code]]);
  }
});
