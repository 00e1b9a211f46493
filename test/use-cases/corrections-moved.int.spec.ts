import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { streams } from '../../src/kernel/ids.js';
import { erasure } from '../../src/use-cases/persons/erase-person.js';
import { movePersonParts } from '../../src/use-cases/persons/move-person.js';
import { execute } from '../../src/write-side/execute.js';
import { erase } from './again.js';
import { countBreaksAsSettled } from './breaks.js';
import { closeProgramme } from './closing.js';
import { Desk } from './correction-desk.js';
import { child, enrolFamilies } from './families.js';
import { answers, PROGRAMME, released } from './month.js';
import { codeOf } from './refusal-code.js';
import { as, by, drain, job, newWorld, type World } from './world.js';

type Said = Omit<ReportedOutcome, 'paymentId'>;
const SETTLED: Said = { outcome: 'settled', settledOn: '2025-10-28' };
const REJECTED: Said = { outcome: 'rejected', reason: 'AC04' };
const RETURNED: Said = { outcome: 'returned', reason: 'AC04' };
const PERIOD = '2025-10';

let world: World;
let desk: Desk;
let ida: string;
let omar: string;
beforeEach(async () => {
  world = await newWorld();
  desk = new Desk(world);
  ({ ida, omar } = await enrolFamilies(
    world.engine,
    { ida: [child('2020-05')], omar: [child('2021-05')] },
    asdVersions,
  ));
});
afterEach(() => world.end());

/** What the bank says of the payments of October, of each by whose it is. */
async function bankSays(said: Readonly<Record<string, Said>>): Promise<void> {
  const outcomes = answers(world.engine, `asd-${PERIOD}`, (id) => said[id.slice(-36)]);
  await takeInOutcomes(world.engine, { source: 'file', outcomes }, job(world.engine, 'bank'));
  await drain(world.engine);
}

/** October with one payment that failed, closed. */
async function closedOctober(): Promise<string> {
  const { cycleId } = await released(world.engine, PERIOD);
  await bankSays({ [ida]: REJECTED, [omar]: SETTLED });
  await reconcileCycle(world.engine, { cycleId }, as(world.engine, 'finance', 'reconcile'));
  await closeCycle(world.engine, { cycleId }, as(world.engine, 'finance', 'close'));
  return cycleId;
}

test.each<[string, boolean]>([
  ['of the programme', false],
  ['of the household', true],
])('arrears %s for what was paid after all are not approved', async (_, ofOne) => {
  const cycleId = await closedOctober();
  const args = { fromPeriod: PERIOD, ...(ofOne ? { personId: ida } : {}) };
  const { correctionId, contentHash, arrearsCount } = await desk.propose(args);
  expect(arrearsCount).toBe(1);
  await bankSays({ [ida]: SETTLED });
  await countBreaksAsSettled(world.engine, cycleId);
  expect(await codeOf(desk.approve(correctionId, contentHash))).toBe('PAYMENTS_MOVED');
  await desk.reject(correctionId);
  expect(await desk.propose(args)).toMatchObject({ status: 'settled', arrearsCount: 0 });
  expect((await desk.audit()).violations).toEqual([]);
});

test('an overpayment of what came back since is not approved', async () => {
  await closedOctober();
  await desk.enrolment(omar, { type: 'EndEnrolment', lastPeriod: '2025-09', reason: 'moved' });
  const { correctionId, contentHash, overpaidCount } = await desk.propose({ fromPeriod: PERIOD });
  expect(overpaidCount).toBe(1);
  await bankSays({ [omar]: RETURNED });
  expect(await codeOf(desk.approve(correctionId, contentHash))).toBe('PAYMENTS_MOVED');
});

test('what moved of a household that it found nothing for, or before its close, keeps nobody', async () => {
  await closedOctober();
  const november = await released(world.engine, '2025-11');
  const { correctionId, contentHash } = await desk.propose({ fromPeriod: PERIOD });
  await bankSays({ [omar]: RETURNED });
  const said = answers(world.engine, november.cycleId, () => ({ ...REJECTED }));
  await takeInOutcomes(world.engine, { source: 'file', outcomes: said }, job(world.engine, 'bank'));
  await desk.approve(correctionId, contentHash);
  expect((await desk.adjustment(ida)).arrears).toHaveLength(1);
});

describe('what a household owes that moves', () => {
  const THERE = 'MA-12';
  async function moves(personId: string): Promise<void> {
    const { engine } = world;
    const move = { personId, region: THERE, reason: 'new address' };
    await execute(
      engine,
      await movePersonParts(engine.store, move),
      as(engine, 'supervisor', 'move', personId),
    );
  }
  const overpaid = async () => {
    await closedOctober();
    await desk.enrolment(omar, { type: 'EndEnrolment', lastPeriod: '2025-09', reason: 'moved' });
    return desk.propose({ fromPeriod: PERIOD });
  };

  test('moves with it, and is in no other region afterwards', async () => {
    const { correctionId, contentHash } = await overpaid();
    await desk.approve(correctionId, contentHash);
    expect((await desk.recovery(omar)).region).not.toBe(THERE);
    await moves(omar);
    await moves(ida);
    expect((await desk.recovery(omar)).region).toBe(THERE);
    expect((await desk.recovery(ida)).status).toBe('none');
    expect((await desk.audit()).violations).toEqual([]);
  });

  test('is established where it lives by then', async () => {
    const { correctionId, contentHash } = await overpaid();
    await moves(omar);
    await desk.approve(correctionId, contentHash);
    expect(await desk.recovery(omar)).toMatchObject({ status: 'open', region: THERE });
    expect((await desk.audit()).violations).toEqual([]);
  });
});

/** Ida's household is not enrolled any more, and is owed October, which did not arrive. */
async function endedAndOwed(): Promise<void> {
  await closedOctober();
  const { correctionId, contentHash } = await desk.propose({ fromPeriod: PERIOD });
  await desk.approve(correctionId, contentHash);
  await desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod: PERIOD, reason: 'moved' });
}
/** November, which carries what is owed, with one answer of the bank to all of it. */
async function novemberIs(said: Said): Promise<void> {
  const { cycleId } = await released(world.engine, '2025-11');
  const outcomes = answers(world.engine, cycleId, () => said);
  await takeInOutcomes(world.engine, { source: 'file', outcomes }, job(world.engine, 'bank'));
  await drain(world.engine);
}

test('who is owed arrears is erased once they are paid', async () => {
  await endedAndOwed();
  expect(await codeOf(erase(world.engine, ida))).toBe('STILL_OWED');
  await novemberIs({ ...SETTLED, settledOn: '2025-11-28' });
  await erase(world.engine, ida);
  expect((await desk.audit()).violations).toEqual([]);
});

test('nor while a payment carries them that did not arrive', async () => {
  await endedAndOwed();
  await novemberIs(REJECTED);
  const admin = by(world.engine, 'amal', 'administrator', 'erase', ida);
  const { parts } = await erasure(world.engine, { personId: ida, reason: 'asked for' }, admin);
  expect(await codeOf(execute(world.engine, parts, admin))).toBe('STILL_OWED');
});

const closesProgramme = (): Promise<void> => closeProgramme(world.engine);
async function closesNovember(): Promise<void> {
  const cycleId = `${PROGRAMME}-2025-11`;
  const { engine } = world;
  await reconcileCycle(engine, { cycleId }, as(engine, 'finance', 'reconcile', cycleId));
  await closeCycle(engine, { cycleId }, as(engine, 'finance', 'close', cycleId));
}
const asks = async (who: string, forfeitsArrears: boolean) => {
  const admin = by(world.engine, who, 'administrator', 'erase', String(forfeitsArrears));
  const asked = { personId: ida, reason: 'asked', forfeitsArrears };
  const { status, parts } = await erasure(world.engine, asked, admin);
  await execute(world.engine, parts, admin);
  return status;
};

test('a programme is closed once what it owes is paid, and not while a correction may find more', async () => {
  await closedOctober();
  const { correctionId, contentHash } = await desk.propose({ fromPeriod: PERIOD });
  expect(await codeOf(closesProgramme())).toBe('CORRECTION_OPEN');
  await desk.approve(correctionId, contentHash);
  expect(await codeOf(closesProgramme())).toBe('ARREARS_UNPAID');
  await novemberIs({ ...SETTLED, settledOn: '2025-11-28' });
  await closesNovember();
  expect(await codeOf(closesProgramme())).toBe('CORRECTION_DUE');
  await desk.propose({ fromPeriod: PERIOD });
  await closesProgramme();
  expect((await desk.audit()).violations).toEqual([]);
});

test('nor while the payment that carries it did not arrive, given back yet or not', async () => {
  await endedAndOwed();
  await novemberIs(REJECTED);
  await closesNovember();
  expect(await codeOf(closesProgramme())).toBe('ARREARS_UNPAID');
  await drain(world.engine);
  expect(await codeOf(closesProgramme())).toBe('ARREARS_UNPAID');
  expect([await asks('amal', true), await asks('ali', true)]).toEqual(['proposed', 'erased']);
  // The other household's November did not arrive either.
  expect(await codeOf(closesProgramme())).toBe('CORRECTION_DUE');
  expect((await desk.audit()).violations).toEqual([]);
});

test('what comes back of a programme that is closed is forgotten with its person by two only', async () => {
  await endedAndOwed();
  await novemberIs({ ...SETTLED, settledOn: '2025-11-28' });
  await closesNovember();
  expect(await codeOf(closesProgramme())).toBe('CORRECTION_DUE');
  await desk.propose({ fromPeriod: PERIOD });
  await closesProgramme();
  const outcomes = answers(world.engine, `${PROGRAMME}-2025-11`, () => RETURNED);
  await takeInOutcomes(world.engine, { source: 'file', outcomes }, job(world.engine, 'bank'));
  await drain(world.engine);
  expect(await codeOf(erase(world.engine, ida))).toBe('STILL_OWED');
  expect([await asks('amal', true), await asks('ali', true)]).toEqual(['proposed', 'erased']);
  expect((await desk.audit()).violations).toEqual([]);
});

const ends = (lastPeriod: string) =>
  desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod, reason: 'moved' });

test('nor who is owed a month that did not arrive, until a correction made it up', async () => {
  await closedOctober();
  await ends(PERIOD);
  expect(await codeOf(asks('amal', false))).toBe('STILL_OWED');
  const { correctionId, contentHash } = await desk.propose({ fromPeriod: PERIOD });
  await desk.approve(correctionId, contentHash);
  await novemberIs({ ...SETTLED, settledOn: '2025-11-28' });
  expect([await asks('amal', false), await asks('ali', false)]).toEqual(['proposed', 'erased']);
});

test('nor whose last month no cycle has ordered', async () => {
  await released(world.engine, PERIOD);
  await bankSays({ [ida]: SETTLED, [omar]: SETTLED });
  await ends('2025-11');
  expect(await codeOf(asks('amal', false))).toBe('STILL_OWED');
  await novemberIs({ ...SETTLED, settledOn: '2025-11-28' });
  expect(await asks('amal', false)).toBe('proposed');
});

test('and both administrators may give up what nobody can be paid', async () => {
  await endedAndOwed();
  expect(await codeOf(asks('amal', false))).toBe('STILL_OWED');
  expect(await asks('amal', true)).toBe('proposed');
  expect(await asks('amal', true)).toBe('proposed');
  expect(await codeOf(asks('ali', false))).toBe('STILL_OWED');
  expect(await asks('ali', true)).toBe('erased');
  const [last] = (await world.engine.store.readStream(streams.person(ida))).slice(-1);
  expect(last).toMatchObject({ type: 'PersonErased', v: 3, data: { forfeitsArrears: true } });
  expect((await desk.audit()).violations).toEqual([]);
});
