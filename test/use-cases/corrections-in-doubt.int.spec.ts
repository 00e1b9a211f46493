import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { streams, uuidOf } from '../../src/kernel/ids.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import { bankEntryDecider, type BankEntryCommand } from '../../src/statement/entry.decider.js';
import { approveCorrection } from '../../src/use-cases/corrections/decide-correction.js';
import { proposeCorrection } from '../../src/use-cases/corrections/propose-correction.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { returnCycle } from '../../src/use-cases/cycles/return-cycle.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { paymentsLeftOut } from '../../src/use-cases/instructions/left-out.js';
import { reinstructPayments } from '../../src/use-cases/instructions/reinstruct-payments.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { countBreaksAsSettled, resolveBreaks } from './breaks.js';
import type { Desk } from './correction-desk.js';
import { FailedMonths, REJECTED, settledIn } from './failed-months.js';
import { child } from './families.js';
import { FREED_BY_PAYER, forgeriesOf, OVER_BREAK_OR_ENTRY } from './forged-clearing.js';
import { PROGRAMME, released } from './month.js';
import { as, by, drain, job, type World } from './world.js';

/**
 * A payment that failed, and that the bank booked after its cycle had closed: until somebody has
 * resolved that, neither a correction nor a cycle pays it again.
 */
const OCTOBER = '2025-10';
const SETTLED = settledIn(OCTOBER);
const MONTHLY = 50_000n;

let months: FailedMonths;
let world: World;
let desk: Desk;
let ida: string;
async function worldOf(receivedOn: string): Promise<void> {
  months = await FailedMonths.from(receivedOn);
  ({ world, desk, ida } = months);
}
beforeEach(() => worldOf('2025-10-05'));
afterEach(() => world.end());

const bankSays: FailedMonths['bankSays'] = (...said) => months.bankSays(...said);
const closed: FailedMonths['closed'] = (...said) => months.closed(...said);
const orderedIn = (period: string) => months.orderedIn(period);
const proposes = () => desk.propose({ fromPeriod: OCTOBER });
async function corrects(): Promise<void> {
  const { correctionId, contentHash } = await proposes();
  await desk.approve(correctionId, contentHash);
}

test('no correction pays what may have been paid; once it is known to be lost, it does', async () => {
  const cycleId = await closed(OCTOBER, REJECTED);
  await bankSays(OCTOBER, SETTLED);
  expect(await proposes()).toMatchObject({ arrearsCount: 0, overpaidCount: 0 });
  await resolveBreaks(world.engine, cycleId, 'no-effect');
  expect(await proposes()).toMatchObject({ arrearsCount: 1, arrearsMinor: String(MONTHLY) });
  expect((await desk.audit()).violations).toEqual([]);
});

test('what else is due for its month is found beside it', async () => {
  await closed(OCTOBER, REJECTED);
  await bankSays(OCTOBER, SETTLED);
  const children = ['2020-05', '2021-05', '2022-05', '2023-05'].map((month) => child(month));
  await desk.certify(ida, children, OCTOBER, '2027-12-31');
  const { correctionId, contentHash } = await proposes();
  const { pending } = await desk.adjustment(ida);
  expect(pending!.periods).toMatchObject([{ period: OCTOBER, paidMinor: String(MONTHLY) }]);
  await desk.approve(correctionId, contentHash);
  expect((await desk.audit()).violations).toEqual([]);
});

test('nor once it is known to have been paid', async () => {
  const cycleId = await closed(OCTOBER, REJECTED);
  await bankSays(OCTOBER, SETTLED);
  await countBreaksAsSettled(world.engine, cycleId);
  expect(await proposes()).toMatchObject({ arrearsCount: 0, overpaidCount: 0 });
});

test('arrears that were approved before wait, and the month itself is paid', async () => {
  const cycleId = await closed(OCTOBER, REJECTED);
  await corrects();
  await bankSays(OCTOBER, SETTLED);
  expect(await orderedIn('2025-11')).toBe(MONTHLY);
  await resolveBreaks(world.engine, cycleId, 'no-effect');
  expect(await orderedIn('2025-12')).toBe(2n * MONTHLY);
  expect((await desk.audit()).violations).toEqual([]);
});

test('and go off the account where it was paid after all', async () => {
  const cycleId = await closed(OCTOBER, REJECTED);
  await corrects();
  await bankSays(OCTOBER, SETTLED);
  await countBreaksAsSettled(world.engine, cycleId);
  await drain(world.engine);
  expect(await desk.adjustment(ida)).toMatchObject({ arrears: [], established: [] });
  expect(await orderedIn('2025-11')).toBe(MONTHLY);
  expect(await proposes()).toMatchObject({ arrearsCount: 0, overpaidCount: 0 });
  expect((await desk.audit()).violations).toEqual([]);
});

test('what a correction found of an account that they went off meanwhile lapses', async () => {
  const cycleId = await closed(OCTOBER, REJECTED);
  await corrects();
  await bankSays(OCTOBER, SETTLED);
  await countBreaksAsSettled(world.engine, cycleId);
  // Nothing has acted on it yet: October counts as paid by the payment and by the account.
  const { correctionId, contentHash, overpaidMinor } = await proposes();
  expect(overpaidMinor).toBe(String(MONTHLY));
  await desk.approve(correctionId, contentHash);
  expect((await desk.recovery(ida)).status).toBe('none');
  expect(await desk.adjustment(ida)).toMatchObject({ arrears: [], established: [] });
  expect((await desk.audit()).violations).toEqual([]);
});

test('a correction of other months frees nothing of what was paid after all', async () => {
  const cycleId = await closed(OCTOBER, REJECTED);
  await corrects();
  await bankSays(OCTOBER, SETTLED);
  await countBreaksAsSettled(world.engine, cycleId);
  await closed('2025-11', settledIn('2025-11'));
  const children = ['2020-05', '2021-05', '2022-05', '2023-05'].map((month) => child(month));
  await desk.certify(ida, children, '2025-11', '2027-12-31');
  const { correctionId, contentHash } = await desk.propose({ fromPeriod: '2025-11' });
  await desk.approve(correctionId, contentHash);
  await released(world.engine, '2025-12');
  const december = streams.payment(`${PROGRAMME}-2025-12-${ida}`);
  const ordered = (await world.engine.store.readStream(december)).find(
    (event) => event.type === 'PaymentOrdered',
  );
  const arrears = ordered!.data.items.filter(({ code }) => code === 'arrears');
  expect(new Set(arrears.map(({ period }) => period))).toEqual(new Set(['2025-11']));
  expect(await proposes()).toMatchObject({ arrearsCount: 0, overpaidCount: 0 });
});

test('what carried arrears and gave them back is not carried again while the bank says it paid', async () => {
  await closed(OCTOBER, REJECTED);
  await corrects();
  const november = await closed('2025-11', REJECTED);
  expect((await desk.adjustment(ida)).arrears).toMatchObject([{ orderedBy: undefined }]);
  await bankSays('2025-11', settledIn('2025-11'));
  expect(await orderedIn('2025-12')).toBe(MONTHLY);
  await countBreaksAsSettled(world.engine, november);
  await drain(world.engine);
  expect((await desk.adjustment(ida)).arrears).toEqual([]);
  expect(await orderedIn('2026-01')).toBe(MONTHLY);
  expect(await proposes()).toMatchObject({ arrearsCount: 0, overpaidCount: 0 });
  expect((await desk.audit()).violations).toEqual([]);
});

test('arrears of a month that an earlier payment paid with its own wait for that payment', async () => {
  await world.end();
  await worldOf('2025-09-05');
  const { engine } = world;
  const cycleId = await closed(OCTOBER, REJECTED);
  await desk.enrolment(ida, {
    type: 'EndEnrolment',
    lastPeriod: '2025-09',
    reason: 'moved abroad',
  });
  const { correctionId, contentHash } = await desk.propose({ fromPeriod: '2025-09' });
  await desk.approve(correctionId, contentHash);
  const { arrears } = await desk.adjustment(ida);
  expect(arrears[0]!.proposal.periods.map(({ period }) => period)).toEqual(['2025-09']);
  await bankSays(OCTOBER, SETTLED);
  await released(engine, '2025-11');
  expect((await desk.adjustment(ida)).arrears).toMatchObject([{ orderedBy: undefined }]);
  await resolveBreaks(engine, cycleId, 'no-effect');
  await released(engine, '2025-12');
  expect((await desk.adjustment(ida)).arrears).toMatchObject([{ orderedBy: { round: 1 } }]);
});

/** A month is prepared and approved, and released after something was said; ida's payment of it. */
async function releasedAfter(period: string, said: () => Promise<unknown>) {
  const { engine } = world;
  const { cycleId, contentHash } = await prepareCycle(
    engine,
    { programmeId: PROGRAMME, period },
    job(engine, 'finance'),
  );
  await approveCycle(engine, { cycleId, contentHash }, as(engine, 'controller', 'approve'));
  await said();
  const executionDate = '2026-01-12';
  const releasing = by(engine, 'rachid', 'finance-controller', 'release');
  await releaseCycle(engine, { cycleId, contentHash, executionDate }, releasing);
  await drain(engine);
  const statusOf = async () =>
    foldPayment(await engine.store.readStream(streams.payment(`${cycleId}-${ida}`))).status;
  const leftOut = async () => {
    const codes: string[] = [];
    for await (const page of paymentsLeftOut(engine, cycleId))
      codes.push(...page.map(({ code }) => code));
    return codes;
  };
  const again = (who = 'farid') =>
    reinstructPayments(
      engine,
      { cycleId, executionDate },
      by(engine, who, 'finance-officer', 'again', who),
    );
  return { statusOf, leftOut, again };
}

/** What the bank booked, and nobody can read, waits; or somebody dismisses it. */
const entry = (type: 'QuarantineEntry' | 'DismissEntry', paymentId: string, who = 'nadia') => {
  const entryId = uuidOf(paymentId);
  const command: BankEntryCommand =
    type === 'DismissEntry'
      ? { type, kind: 'fee', reason: 'the bank says so' }
      : {
          type,
          entryId,
          paymentId,
          sha256: '0'.repeat(64),
          number: 1,
          detail: 'Its amount cannot be read.',
          family: 'camt.054',
          scope: 'transaction',
          code: 'ENTRY_INVALID',
        };
  const { engine } = world;
  return execute(
    engine,
    [part(streams.entry(entryId), bankEntryDecider, command)],
    type === 'DismissEntry' ? by(engine, who, 'finance-officer', type) : as(engine, 'bank', type),
  );
};

test.each([
  [
    'said that it paid what they stand in for',
    () => bankSays(OCTOBER, SETTLED),
    () => resolveBreaks(world.engine, `${PROGRAMME}-${OCTOBER}`, 'no-effect'),
  ],
  [
    'booked what cannot be read, and names what they stand in for',
    () => entry('QuarantineEntry', `${PROGRAMME}-${OCTOBER}-${ida}`),
    () => entry('DismissEntry', `${PROGRAMME}-${OCTOBER}-${ida}`),
  ],
] as const)(
  'what was ordered before the bank %s waits at its release',
  async (_, said, cleared) => {
    await closed(OCTOBER, REJECTED);
    await corrects();
    const { statusOf, leftOut, again } = await releasedAfter('2025-11', said);
    expect([await statusOf(), await leftOut()]).toEqual(['ordered', ['ARREARS_IN_DOUBT']]);
    expect(await again()).toMatchObject({ instructed: 0, waiting: 1 });
    await cleared();
    expect(await leftOut()).toEqual(['READY']);
    expect(await again()).toMatchObject({ instructed: 1, waiting: 0 });
    expect(await statusOf()).toBe('instructed');
    expect((await desk.audit()).violations).toEqual([]);
    const forged = await forgeriesOf(world.engine);
    expect(forged.byInstructing()).toEqual(FREED_BY_PAYER);
    expect(forged.byNobody()).toEqual(OVER_BREAK_OR_ENTRY);
  },
);

describe('who took away what stood against paying a month', () => {
  const resolvedBy = async (who: string): Promise<void> => {
    const stream = streams.payment(`${PROGRAMME}-${OCTOBER}-${ida}`);
    const events = await world.engine.store.readStream(stream);
    const { breakId } = events.find((event) => event.type === 'PaymentBreakRecorded')!.data;
    await execute(
      world.engine,
      [
        part(stream, paymentDecider, {
          type: 'ResolveBreak',
          breakId,
          resolution: 'no-effect',
          reason: 'the bank erred',
        }),
      ],
      by(world.engine, who, 'finance-officer', 'resolve', who),
    );
  };
  const dismissedBy = (who: string) => entry('DismissEntry', `${PROGRAMME}-${OCTOBER}-${ida}`, who);
  const booked = () => bankSays(OCTOBER, SETTLED);
  const named = () => entry('QuarantineEntry', `${PROGRAMME}-${OCTOBER}-${ida}`);

  test.each([
    ['resolved the break and prepares', booked, resolvedBy, 'farid'],
    ['dismissed the entry and prepares', named, dismissedBy, 'Farid'],
    ['resolved the break and releases', booked, resolvedBy, 'rachid'],
  ] as const)('who %s pays none of its arrears', async (_, said, clear, who) => {
    await closed(OCTOBER, REJECTED);
    await corrects();
    await said();
    await clear(who);
    const { statusOf, leftOut, again } = await releasedAfter('2025-11', () => Promise.resolve());
    expect([await statusOf(), await leftOut()]).toEqual(['ordered', ['READY']]);
    expect(await again(who)).toMatchObject({ instructed: 0, waiting: 1 });
    expect(await again('nadia')).toMatchObject({ instructed: 1, waiting: 0 });
    expect((await desk.audit()).violations).toEqual([]);
  });

  test('another who does is paid with the cycle', async () => {
    await closed(OCTOBER, REJECTED);
    await corrects();
    await booked();
    await resolvedBy('nadia');
    const { statusOf, leftOut } = await releasedAfter('2025-11', () => Promise.resolve());
    expect([await statusOf(), await leftOut()]).toEqual(['instructed', []]);
    const forged = await forgeriesOf(world.engine);
    for (const who of ['rachid', 'farid', 'FARID']) expect(forged.by(who)).toEqual(FREED_BY_PAYER);
    expect(forged.byNobody()).toEqual(OVER_BREAK_OR_ENTRY);
  });

  test.each([
    ['finds', 'nadia', 'xavier'],
    ['approves', 'omar', 'nadia'],
  ])(
    'who %s the arrears in a correction does not have them paid',
    async (_, proposer, approver) => {
      await closed(OCTOBER, REJECTED);
      await booked();
      await resolvedBy('nadia');
      const { engine } = world;
      const { correctionId, contentHash } = await proposeCorrection(
        engine,
        { programmeId: PROGRAMME, reason: 'failed', fromPeriod: OCTOBER },
        by(engine, proposer, 'finance-officer', 'propose'),
      );
      const approving = by(engine, approver, 'finance-controller', 'approve', correctionId);
      await approveCorrection(engine, { correctionId, contentHash }, approving);
      await drain(engine);
      const { leftOut, again } = await releasedAfter('2025-11', () => Promise.resolve());
      expect(await leftOut()).toEqual(['READY']);
      expect(await again('nadia')).toMatchObject({ instructed: 0, waiting: 1 });
      expect(await again('yasmine')).toMatchObject({ instructed: 1, waiting: 0 });
      expect((await desk.audit()).violations).toEqual([]);
    },
  );
});

test('an order that is made again without arrears that wait releases them, in an event', async () => {
  const { engine } = world;
  await closed(OCTOBER, REJECTED);
  await closed('2025-11', settledIn('2025-11'));
  await corrects();
  const children = ['2020-05', '2021-05', '2022-05', '2023-05'].map((month) => child(month));
  await desk.certify(ida, children, '2025-11', '2027-12-31');
  await corrects();
  const command = { programmeId: PROGRAMME, period: '2025-12' };
  const { cycleId } = await prepareCycle(engine, command, job(engine, 'finance'));
  const [october, november] = (await desk.adjustment(ida)).arrears;
  expect(november).toMatchObject({ orderedBy: { round: 1 } });
  await bankSays(OCTOBER, SETTLED);
  await returnCycle(
    engine,
    { cycleId, reason: 'look again' },
    as(engine, 'controller', 'return', cycleId),
  );
  await prepareCycle(engine, command, job(engine, 'finance'));
  const events = await engine.store.readStream(streams.adjustment(PROGRAMME, ida));
  const ids = [october, november].map((one) => one!.proposal.correctionId);
  expect(events.slice(-3)).toMatchObject([
    { type: 'ArrearsOrdered', data: { round: 1, correctionIds: ids } },
    {
      type: 'ArrearsReleased',
      data: { round: 1, correctionIds: ids },
      meta: { role: 'automation' },
    },
    { type: 'ArrearsOrdered', data: { round: 2, correctionIds: [ids[1]] } },
  ]);
  await drain(engine);
  expect((await desk.audit()).violations).toEqual([]);
});
