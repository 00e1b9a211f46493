import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import type { ReportedOutcome } from '../../src/payment/reported-outcome.js';
import { bankEntryDecider, type BankEntryCommand } from '../../src/statement/entry.decider.js';
import { assessApplications } from '../../src/use-cases/applications/assess-applications.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { paymentsLeftOut } from '../../src/use-cases/instructions/left-out.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import { erasure } from '../../src/use-cases/persons/erase-person.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { appliesAtCounter, approveAll, registerAgain } from './again.js';
import { countBreaksAsSettled } from './breaks.js';
import { Desk } from './correction-desk.js';
import { child, enrolFamilies } from './families.js';
import { FREED_BY_PAYER, forgeriesOf, OVER_BREAK_OR_ENTRY } from './forged-clearing.js';
import { answers, PROGRAMME, released } from './month.js';
import { as, by, drain, job, newWorld, type World } from './world.js';

/**
 * September and October were paid in one payment, which failed; its household was ended, and the
 * same identity is enrolled again: its first payment pays those months, unless the bank booked them
 * after all.
 */
type Said = Omit<ReportedOutcome, 'paymentId'>;
const SETTLED: Said = { outcome: 'settled', settledOn: '2025-10-28' };
const SETTLED_LATER: Said = { outcome: 'settled', settledOn: '2026-01-12' };
const OCTOBER = `${PROGRAMME}-2025-10`;
const NOVEMBER = `${PROGRAMME}-2025-11`;
const FAMILIES = { ida: [child('2020-05')], omar: [child('2021-05')] };

let world: World;
let desk: Desk;
let ida: string;
let failed: string;

async function octoberSays(ofIda: Said, ofOthers?: Said): Promise<void> {
  const { engine } = world;
  const said = answers(engine, OCTOBER, (id) => (id === failed ? ofIda : ofOthers));
  await takeInOutcomes(engine, { source: 'file', outcomes: said }, job(engine, 'bank'));
  await drain(engine);
}
beforeEach(async () => {
  world = await newWorld();
  const { engine } = world;
  desk = new Desk(world);
  ({ ida } = await enrolFamilies(engine, FAMILIES, asdVersions, '2025-09-05'));
  failed = `${OCTOBER}-${ida}`;
  await released(engine, '2025-10');
  await octoberSays({ outcome: 'rejected', reason: 'AC04' }, SETTLED);
  const cycle = { cycleId: OCTOBER };
  await reconcileCycle(engine, cycle, as(engine, 'finance', 'reconcile', OCTOBER));
  await closeCycle(engine, cycle, as(engine, 'finance', 'close', OCTOBER));
  await drain(engine);
});
afterEach(() => world.end());

const ends = (lastPeriod: string) =>
  desk.enrolment(ida, { type: 'EndEnrolment', lastPeriod, reason: 'left' });

/** Erased by two who give up what is owed, and registered again. */
async function anotherPerson(): Promise<string> {
  const { engine } = world;
  await ends('2025-10');
  for (const who of ['amal', 'ali']) {
    const admin = by(engine, who, 'administrator', 'erase', who);
    const asked = { personId: ida, reason: 'asked', forfeitsArrears: true };
    const { parts } = await erasure(engine, asked, admin);
    await execute(engine, parts, admin);
  }
  await drain(engine);
  const n = await rowOf(ida);
  const again = { n, reference: 'Z-1', receivedOn: '2025-09-05', children: FAMILIES.ida };
  await registerAgain(engine, again);
  return enrolledNow(ida);
}
/** Ended looking back, and enrolled again under the same registration. */
async function samePerson(): Promise<string> {
  await ends('2025-08');
  await appliesAtCounter(world.engine, ida, '2025-09-05');
  await assessApplications(world.engine, { programmeId: PROGRAMME }, job(world.engine, 'officer'));
  await approveAll(world.engine);
  return ida;
}
async function rowOf(personId: string): Promise<number> {
  const persons = await personsEnrolled();
  return persons.indexOf(personId);
}
async function personsEnrolled(): Promise<readonly string[]> {
  const { events } = await world.engine.store.readAll(-1, 10_000);
  return events.flatMap((event) =>
    event.type === 'EnrolmentStarted' ? [event.data.personId] : [],
  );
}
async function enrolledNow(but: string): Promise<string> {
  const last = (await personsEnrolled()).at(-1)!;
  expect(last).not.toBe(but);
  return last;
}

/** November is prepared and approved, and released after something was said. */
async function novemberAfter(who: string, said: () => Promise<unknown>) {
  const { engine } = world;
  const command = { programmeId: PROGRAMME, period: '2025-11' };
  const { contentHash } = await prepareCycle(engine, command, job(engine, 'finance'));
  const approved = { cycleId: NOVEMBER, contentHash };
  await approveCycle(engine, approved, as(engine, 'controller', 'approve'));
  await said();
  const executionDate = '2026-01-12';
  const release = { ...approved, executionDate };
  await releaseCycle(engine, release, by(engine, 'rachid', 'finance-controller', 'release'));
  await drain(engine);
  const payment = await engine.store.readStream(streams.payment(`${NOVEMBER}-${who}`));
  const ordered = payment.find((event) => event.type === 'PaymentOrdered');
  const months = [...new Set(ordered!.data.items.map(({ period }) => period))];
  const statusOf = async () =>
    foldPayment(await engine.store.readStream(streams.payment(`${NOVEMBER}-${who}`))).status;
  const leftOut = async () => {
    const codes: string[] = [];
    for await (const page of paymentsLeftOut(engine, NOVEMBER))
      codes.push(...page.map(({ code }) => code));
    return codes;
  };
  const again = (officer: string) =>
    reinstructPayments(
      engine,
      { cycleId: NOVEMBER, executionDate },
      by(engine, officer, 'finance-officer', 'again', officer),
    );
  return { months, statusOf, leftOut, again };
}

const booked = () => octoberSays(SETTLED);
async function resolvedBy(who: string): Promise<void> {
  const stream = streams.payment(failed);
  const events = await world.engine.store.readStream(stream);
  const { breakId } = events.find((event) => event.type === 'PaymentBreakRecorded')!.data;
  const resolve = part(stream, paymentDecider, {
    type: 'ResolveBreak',
    breakId,
    resolution: 'no-effect',
    reason: 'the bank erred',
  });
  await execute(world.engine, [resolve], by(world.engine, who, 'finance-officer', 'resolve', who));
}
const entry = (command: BankEntryCommand, who: 'bank' | 'finance') =>
  execute(
    world.engine,
    [part(streams.entry(uuidOf(failed)), bankEntryDecider, command)],
    who === 'bank'
      ? as(world.engine, who, command.type)
      : by(world.engine, 'nadia', 'finance-officer', command.type),
  );
/** What the bank booked, and nobody can read, names the payment that failed. */
const named = () =>
  entry(
    {
      type: 'QuarantineEntry',
      entryId: uuidOf(failed),
      paymentId: failed,
      sha256: '0'.repeat(64),
      number: 1,
      detail: 'Its amount cannot be read.',
      family: 'camt.054',
      scope: 'transaction',
      code: 'ENTRY_INVALID',
    },
    'bank',
  );
const dismissed = () =>
  entry({ type: 'DismissEntry', kind: 'fee', reason: 'the bank says so' }, 'finance');

describe.each([
  ['registered again', anotherPerson],
  ['enrolled again', samePerson],
] as const)(
  'somebody %s, whose first payment pays months that an earlier one failed to',
  (_, again) => {
    test('is paid them with the cycle where nothing was said since', async () => {
      const { months, statusOf, leftOut } = await novemberAfter(
        await again(),
        async () => undefined,
      );
      expect(months).toEqual(['2025-09', '2025-10', '2025-11']);
      expect([await statusOf(), await leftOut()]).toEqual(['instructed', []]);
      expect((await desk.audit()).violations).toEqual([]);
    });

    test.each([
      ['booked that', booked, () => resolvedBy('nadia')],
      ['booked what cannot be read, and names that', named, dismissed],
    ] as const)('waits at the release where the bank %s', async (_said, said, cleared) => {
      const november = await novemberAfter(await again(), said);
      const { statusOf, leftOut } = november;
      expect([await statusOf(), await leftOut()]).toEqual(['ordered', ['ARREARS_IN_DOUBT']]);
      expect(await november.again('farid')).toMatchObject({ instructed: 0, waiting: 1 });
      await cleared();
      expect(await leftOut()).toEqual(['READY']);
      expect(await november.again('nadia')).toMatchObject({ instructed: 0, waiting: 1 });
      expect(await november.again('farid')).toMatchObject({ instructed: 1, waiting: 0 });
      expect(await statusOf()).toBe('instructed');
      expect((await desk.audit()).violations).toEqual([]);
      const forged = await forgeriesOf(world.engine);
      expect(forged.byInstructing()).toEqual(FREED_BY_PAYER);
      expect(forged.byNobody()).toEqual(OVER_BREAK_OR_ENTRY);
    });

    test('stays out where it was paid after all', async () => {
      const november = await novemberAfter(await again(), booked);
      await countBreaksAsSettled(world.engine, OCTOBER);
      expect(await november.leftOut()).toEqual(['ARREARS_IN_DOUBT']);
      expect(await november.again('nadia')).toMatchObject({ instructed: 0, waiting: 1 });
    });

    test('is not paid with the cycle where who releases it took away what stood against it', async () => {
      const { statusOf, leftOut } = await novemberAfter(await again(), async () => {
        await booked();
        await resolvedBy('rachid');
      });
      expect([await statusOf(), await leftOut()]).toEqual(['ordered', ['READY']]);
    });
  },
);

/** What a bank says of November, by whom, and its closing. */
async function novemberCloses(who: string, ofWho: Said): Promise<void> {
  const { engine } = world;
  await novemberAfter(who, () => Promise.resolve());
  const said = answers(engine, NOVEMBER, (id) => (id.endsWith(who) ? ofWho : SETTLED_LATER));
  await takeInOutcomes(engine, { source: 'file', outcomes: said }, job(engine, 'bank'));
  await drain(engine);
  const cycle = { cycleId: NOVEMBER };
  await reconcileCycle(engine, cycle, as(engine, 'finance', 'reconcile', NOVEMBER));
  await closeCycle(engine, cycle, as(engine, 'finance', 'close', NOVEMBER));
  await drain(engine);
}
async function corrected() {
  const found = await desk.propose({ fromPeriod: '2025-09' });
  if (found.status === 'proposed') await desk.approve(found.correctionId, found.contentHash);
  const { arrearsMinor, overpaidMinor } = found;
  return { arrearsMinor, overpaidMinor };
}
async function instructed(period: string, who: string) {
  await released(world.engine, period);
  const stream = streams.payment(`${PROGRAMME}-${period}-${who}`);
  const { status, amountMinor } = foldPayment(await world.engine.store.readStream(stream));
  return [status, amountMinor];
}
const FOUR = ['2020-05', '2021-05', '2022-05', '2023-05'].map((month) => child(month));

test('arrears in place of what the earlier registration was paid wait by themselves, until a correction has looked', async () => {
  const who = await anotherPerson();
  await novemberCloses(who, { outcome: 'rejected', reason: 'AC04' });
  await corrected();
  // September and October arrive, of three months that the account has.
  await booked();
  await countBreaksAsSettled(world.engine, OCTOBER);
  await drain(world.engine);
  expect(await instructed('2025-12', who)).toEqual(['instructed', '50000']);
  await corrected();
  expect(await instructed('2026-01', who)).toEqual(['instructed', '100000']);
  expect((await desk.audit()).violations).toEqual([]);
});

test('nothing is approved that was computed before the earlier registration was paid', async () => {
  const who = await anotherPerson();
  await novemberCloses(who, { outcome: 'rejected', reason: 'AC04' });
  const { correctionId, contentHash } = await desk.propose({ fromPeriod: '2025-09' });
  await booked();
  await countBreaksAsSettled(world.engine, OCTOBER);
  await expect(desk.approve(correctionId, contentHash)).rejects.toMatchObject({
    code: 'PAYMENTS_MOVED',
  });
});

test('what the earlier registration may have been paid makes nobody owe it', async () => {
  const who = await anotherPerson();
  await novemberCloses(who, SETTLED_LATER);
  await desk.certify(who, FOUR, '2025-11', '2027-12-31');
  await corrected();
  await booked();
  expect(await corrected()).toEqual({ arrearsMinor: '0', overpaidMinor: '0' });
});

test('months that both registrations were paid are owed by the present one, whatever else differs', async () => {
  const who = await anotherPerson();
  await novemberCloses(who, SETTLED_LATER);
  await booked();
  await countBreaksAsSettled(world.engine, OCTOBER);
  await drain(world.engine);
  expect(await corrected()).toEqual({ arrearsMinor: '0', overpaidMinor: '100000' });
  expect((await desk.audit()).violations).toEqual([]);
});

test('arrears in place of a payment to the earlier registration go off the account by a correction only', async () => {
  const { engine } = world;
  const who = await anotherPerson();
  await novemberCloses(who, { outcome: 'rejected', reason: 'AC04' });
  // September and October are exactly what the earlier payment was for.
  for (const fromPeriod of ['2025-11', '2025-09']) {
    const found = await desk.propose({ fromPeriod });
    await desk.approve(found.correctionId, found.contentHash);
  }
  await prepareCycle(engine, { programmeId: PROGRAMME, period: '2025-12' }, job(engine, 'finance'));
  await booked();
  await countBreaksAsSettled(engine, OCTOBER);
  await drain(engine);
  await released(engine, '2025-12');
  const cancel = part(streams.payment(`${PROGRAMME}-2025-12-${who}`), paymentDecider, {
    type: 'CancelPayment',
    reason: 'waits',
  });
  await execute(engine, [cancel], as(engine, 'finance', 'cancel'));
  await drain(engine);
  expect((await desk.adjustment(who)).lapsed).toEqual([]);
  expect((await desk.audit()).violations).toEqual([]);
  expect(await corrected()).toEqual({ arrearsMinor: '0', overpaidMinor: '50000' });
});
