import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { assessApplications } from '../../src/use-cases/applications/assess-applications.js';
import { decideApplications } from '../../src/use-cases/applications/decide-applications.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { importApplications } from '../../src/use-cases/applications/import-applications.js';
import { recoveryDecider } from '../../src/recovery/recovery.decider.js';
import { balanceMinor } from '../../src/recovery/recovery.state.js';
import { erasure } from '../../src/use-cases/persons/erase-person.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { appliesAtCounter, approveAll, erase, identityOf, registerAgain } from './again.js';
import { Desk } from './correction-desk.js';
import { child, enrolFamilies } from './families.js';
import { answers, PROGRAMME, released } from './month.js';
import { codeOf } from './refusal-code.js';
import { as, by, drain, households, job, newWorld, type World } from './world.js';

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

/** A person who is registered still applies again, as at a counter. */
async function appliesOnceMore(personId: string, receivedOn: string): Promise<void> {
  await appliesAtCounter(world.engine, personId, receivedOn);
  await assessApplications(world.engine, { programmeId: PROGRAMME }, job(world.engine, 'officer'));
  await approveAll(world.engine);
}

/** The first of the two households applies again, under the same national identity. */
async function appliesAgain(reference: string, receivedOn: string): Promise<string> {
  const before = new Set(await persons());
  const children = [child('2020-05')];
  expect(
    await registerAgain(world.engine, { n: 0, reference, receivedOn, children }),
  ).toMatchObject({ submitted: 1, rejected: 0, duplicates: 0 });
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
  await erase(world.engine, ida);
  const again = await appliesAgain('again', '2025-10-05');
  expect(again).not.toBe(ida);
  expect(await identityOf(world.engine, again)).toBe(await identityOf(world.engine, ida));
  expect(await startOf(again)).toBe('2025-10');
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
  for (const period of ['2025-10', '2025-11', '2025-12']) await released(world.engine, period);
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-11', reason: 'moved' });
  const {
    correctionId,
    contentHash: hash,
    overpaidMinor,
  } = await desk.propose({
    fromPeriod: '2025-10',
  });
  expect(await codeOf(erase(world.engine, ida))).toBe('CORRECTION_OPEN');
  await desk.approve(correctionId, hash);
  expect(await codeOf(erase(world.engine, ida))).toBe('STILL_OWES');
  const waiver = { type: 'WaiveOverpayment', amountMinor: overpaidMinor, reason: 'died' } as const;
  const debt = part(streams.recovery(`${PROGRAMME}-${ida}`), recoveryDecider, waiver);
  for (const who of ['controller', 'releaser'] as const)
    await execute(world.engine, [debt], as(world.engine, who, 'waive'));
  await erase(world.engine, ida);
  expect((await desk.audit()).violations).toEqual([]);
});

test('nobody is erased between what a correction found and their account', async () => {
  for (const period of ['2025-10', '2025-11', '2025-12']) await released(world.engine, period);
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-11', reason: 'moved' });
  const found = await desk.propose({ fromPeriod: '2025-10' });
  // Asked for before somebody approves, and recorded after it.
  const admin = by(world.engine, 'amal', 'administrator', 'erase', ida);
  const { parts } = await erasure(world.engine, { personId: ida, reason: 'asked for' }, admin);
  expect(await codeOf(execute(world.engine, parts, admin))).toBe('CORRECTION_OPEN');
  await desk.reject(found.correctionId);
  await erase(world.engine, ida);
  // One that begins then finds nothing for who is erased, though it was computed as of before.
  expect(await desk.propose({ fromPeriod: '2025-10' })).toMatchObject({ overpaidCount: 0 });
});

test('nobody is erased in the moment in which a correction begins', async () => {
  await released(world.engine, '2025-10');
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-10', reason: 'moved' });
  const admin = by(world.engine, 'amal', 'administrator', 'erase', ida);
  const { parts } = await erasure(world.engine, { personId: ida, reason: 'asked for' }, admin);
  await desk.propose({ fromPeriod: '2025-10' });
  expect(await codeOf(execute(world.engine, parts, admin))).toBe('CORRECTION_OPEN');
});

test('months that were not paid before the erasure are paid to who is registered after it', async () => {
  await released(world.engine, '2025-10');
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-10', reason: 'asked' });
  await erase(world.engine, ida);
  await released(world.engine, '2025-11');
  const again = await appliesAgain('again', '2025-10-05');
  expect(await startOf(again)).toBe('2025-10');
  await released(world.engine, '2025-12');
  expect(await monthsOrdered('2025-12', again)).toEqual(['2025-11', '2025-12']);
  expect((await desk.audit()).violations).toEqual([]);
});

test('a month that failed for who was erased is not lost to who is registered again before it is closed', async () => {
  const { engine } = world;
  const { cycleId } = await released(engine, '2025-10');
  const said: readonly Omit<ReportedOutcome, 'paymentId'>[] = [
    { outcome: 'settled', settledOn: '2025-10-28' },
    { outcome: 'rejected', reason: 'AC04' },
  ];
  const outcomes = answers(engine, cycleId, (paymentId) => said[Number(paymentId.endsWith(ida))]);
  await takeInOutcomes(engine, { source: 'file', outcomes }, job(engine, 'bank'));
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-10', reason: 'asked' });
  await erase(engine, ida);
  const again = await appliesAgain('again', '2025-10-25');
  expect(await startOf(again)).toBe('2025-10');
  // It counts as paid until nobody can pay it any more.
  await released(engine, '2025-11');
  expect(await monthsOrdered('2025-11', again)).toEqual(['2025-11']);
  expect(await desk.propose({ fromPeriod: '2025-10' })).toMatchObject({ arrearsCount: 0 });
  await drain(engine);
  await reconcileCycle(engine, { cycleId }, as(engine, 'finance', 'reconcile'));
  await closeCycle(engine, { cycleId }, as(engine, 'finance', 'close'));
  const { correctionId, contentHash: hash } = await desk.propose({ fromPeriod: '2025-10' });
  await desk.approve(correctionId, hash);
  await released(engine, '2025-12');
  expect((await monthsOrdered('2025-12', again)).sort()).toEqual(['2025-10', '2025-12']);
  expect(await desk.propose({ fromPeriod: '2025-10' })).toMatchObject({ arrearsCount: 0 });
  expect((await desk.audit()).violations).toEqual([]);
});

test('who applies again in the month through which they are paid is enrolled from the next', async () => {
  await released(world.engine, '2025-10');
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-11', reason: 'moved' });
  await appliesOnceMore(ida, '2025-11-20');
  expect(await startOf(ida)).toBe('2025-12');
  // What the first enrolment had left, then the second; an approval that comes again begins
  // nothing.
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
  expect(await startOf(ida)).toBe('2025-12');
  await released(world.engine, '2026-03');
  expect(await monthsOrdered('2026-03', ida)).toEqual(['2026-01', '2026-02', '2026-03']);
  // December is due again, and was paid: of the two months after the end, one was too much.
  const { amountMinor } = (await desk.ordered('2025-11', ida))!;
  expect(await desk.propose({ fromPeriod: '2025-10' })).toMatchObject({
    overpaidCount: 1,
    overpaidMinor: amountMinor,
    arrearsCount: 0,
  });
  expect((await desk.audit()).violations).toEqual([]);
});

test('an application of who is enrolled is not approved before that enrolment ends', async () => {
  await released(world.engine, '2025-10');
  await appliesOnceMore(ida, '2025-11-20');
  const applicationId = uuidOf('application', ida, '2025-11-20');
  const decided = { programmeId: PROGRAMME, action: 'approve', applicationIds: [applicationId] };
  const codes: string[] = [];
  await decideApplications(
    world.engine,
    { ...decided, action: 'approve', onRefused: (all) => codes.push(...all.map((o) => o.code)) },
    job(world.engine, 'supervisor'),
  );
  expect(codes).toEqual(['ALREADY_ENROLLED']);
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-11', reason: 'moved' });
  await approveAll(world.engine);
  expect(await startOf(ida)).toBe('2025-12');
});

test('who was ended by mistake, looking back, and applies from then on owes nothing', async () => {
  for (const period of ['2025-10', '2025-11', '2025-12']) await released(world.engine, period);
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-10', reason: 'mistyped' });
  const { correctionId, contentHash: hash } = await desk.propose({ fromPeriod: '2025-10' });
  await desk.approve(correctionId, hash);
  expect(balanceMinor(await desk.recovery(ida))).toBeGreaterThan(0n);
  await appliesOnceMore(ida, '2025-11-02');
  await released(world.engine, '2026-01');
  expect(await monthsOrdered('2026-01', ida)).toEqual(['2026-01']);
  const second = await desk.propose({ fromPeriod: '2025-10' });
  await desk.approve(second.correctionId, second.contentHash);
  expect(balanceMinor(await desk.recovery(ida))).toBe(0n);
  await released(world.engine, '2026-02');
  expect(await monthsOrdered('2026-02', ida)).toEqual(['2026-02']);
  expect((await desk.audit()).violations).toEqual([]);
});

test('a month that waits on the account is not paid again by a second enrolment that begins in it', async () => {
  await released(world.engine, '2025-10');
  await desk.enrolment(ida, { type: 'SuspendEnrolment', fromPeriod: '2025-11', reason: 'abroad' });
  for (const period of ['2025-11', '2025-12']) await released(world.engine, period);
  const wasHere = { type: 'ReinstateEnrolment', fromPeriod: '2025-11', reason: 'was not' } as const;
  await desk.enrolment(ida, wasHere);
  const { correctionId, contentHash: hash } = await desk.propose({ fromPeriod: '2025-10' });
  await desk.approve(correctionId, hash);
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-10', reason: 'mistyped' });
  await appliesOnceMore(ida, '2025-11-02');
  expect(await startOf(ida)).toBe('2025-11');
  await released(world.engine, '2026-01');
  const { items } = (await desk.ordered('2026-01', ida))!;
  const paidAs = (arrears: boolean) =>
    new Set(items.filter(({ code }) => (code === 'arrears') === arrears).map((i) => i.period));
  expect([paidAs(true), paidAs(false)]).toEqual([
    new Set(['2025-11', '2025-12']),
    new Set(['2026-01']),
  ]);
  expect(await desk.propose({ fromPeriod: '2025-10' })).toMatchObject({
    arrearsCount: 0,
    overpaidCount: 0,
  });
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
  await desk.certify(ida, [child('2020-05')], '2025-10', '2025-11-15');
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

test('what is said late of a household that is over is paid to it, once', async () => {
  await released(world.engine, '2025-10');
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: '2025-11', reason: 'moved' });
  for (const period of ['2025-11', '2025-12']) await released(world.engine, period);
  const children = [child('2020-05'), child('2025-10')];
  const facts = { scoreMicro: 5_000_000, coveredByOtherScheme: false, children };
  await desk.enrolment(ida, {
    type: 'ReviseEntitlement',
    fromPeriod: '2025-10',
    facts,
    contentHash: contentHash(facts),
    entitlement: { period: '2025-10', policyVersion: 1, amountMinor: '0', items: [] },
    reason: 'born in October',
  });
  const {
    correctionId,
    contentHash: hash,
    ...found
  } = await desk.propose({ fromPeriod: '2025-10' });
  expect(found).toMatchObject({ arrearsCount: 1, overpaidCount: 0 });
  await desk.approve(correctionId, hash);
  await released(world.engine, '2026-01');
  expect(await desk.ordered('2026-01', ida)).toMatchObject({ amountMinor: found.arrearsMinor });
  expect(await desk.propose({ fromPeriod: '2025-10' })).toMatchObject({ arrearsCount: 0 });
  expect((await desk.audit()).violations).toEqual([]);
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
