import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { streams } from '../../src/kernel/ids.js';
import { recoveryDecider } from '../../src/recovery/recovery.decider.js';
import { approveCorrection } from '../../src/use-cases/corrections/decide-correction.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { erasure } from '../../src/use-cases/persons/erase-person.js';
import { execute } from '../../src/write-side/execute.js';
import { part } from '../../src/write-side/unit.js';
import { countBreaksAsSettled } from './breaks.js';
import { FailedMonths, REJECTED, settledIn } from './failed-months.js';
import { child } from './families.js';
import { PROGRAMME } from './month.js';
import { as, by, drain, job } from './world.js';

/** What is set against a debt is of the months that it is of, and nobody waits for others. */
const OCTOBER = '2025-10';
const NOVEMBER = '2025-11';
const DECEMBER = '2025-12';
const JANUARY = '2026-01';
/** A fourth child is due 136.00 more in October, and 286.00 from November on. */
const FOUR = ['2020-05', '2021-05', '2022-05', '2023-05'].map((month) => child(month));
const ONE = [child('2020-05')];

let months: FailedMonths;
beforeEach(async () => {
  months = await FailedMonths.from('2025-10-05');
});
afterEach(async () => {
  expect((await months.desk.audit()).violations).toEqual([]);
  await months.world.end();
});
const certified = (fromPeriod: string, children: typeof FOUR) =>
  months.desk.certify(months.ida, children, fromPeriod, '2027-12-31');
async function waived(amountMinor: string): Promise<void> {
  const stream = streams.recovery(`${PROGRAMME}-${months.ida}`);
  const waive = { type: 'WaiveOverpayment', amountMinor, reason: 'hardship' } as const;
  for (const who of ['releaser', 'controller'] as const)
    await execute(
      months.world.engine,
      [part(stream, recoveryDecider, waive)],
      as(months.world.engine, who, 'waive', amountMinor),
    );
}

test('what was let off of a month is not paid again, also where arrears were paid for it before', async () => {
  await months.closed(OCTOBER, settledIn(OCTOBER));
  await certified(OCTOBER, FOUR);
  await months.corrected(OCTOBER);
  await months.closed(NOVEMBER, settledIn(NOVEMBER));
  await certified(OCTOBER, ONE);
  expect(await months.corrected(OCTOBER)).toEqual({ arrearsMinor: '0', overpaidMinor: '42200' });
  await waived('27200');
  await certified(OCTOBER, FOUR);
  await months.corrected(OCTOBER);
  expect(await months.orderedIn(DECEMBER)).toBe(78_600n);
});

test('what was let off of a month is not kept back from another, whose excess was never owed', async () => {
  await certified(OCTOBER, FOUR);
  await months.closed(OCTOBER, settledIn(OCTOBER));
  await certified(OCTOBER, ONE);
  await months.corrected(OCTOBER);
  await waived('13600');
  await months.closed(NOVEMBER, REJECTED);
  await certified(DECEMBER, FOUR);
  await months.closed(DECEMBER, settledIn(DECEMBER));
  await certified(DECEMBER, ONE);
  // What December has too much is set against November in the same correction.
  expect(await months.corrected(NOVEMBER)).toEqual({ arrearsMinor: '21400', overpaidMinor: '0' });
  await certified(DECEMBER, FOUR);
  await months.corrected(NOVEMBER);
  // January is due 936.00, and November 500.00.
  expect(await months.orderedIn(JANUARY)).toBe(93_600n + 50_000n);
});

test('nobody’s arrears wait for what a correction found of somebody else', async () => {
  const { engine } = months.world;
  await months.closed(OCTOBER, REJECTED);
  await months.corrected(OCTOBER);
  await months.desk.certify(months.omar, FOUR, OCTOBER, '2027-12-31');
  const { correctionId, contentHash: found } = await months.desk.propose({
    fromPeriod: OCTOBER,
    personId: months.omar,
  });
  await approveCorrection(
    engine,
    { correctionId, contentHash: found },
    as(engine, 'controller', 'approve', correctionId),
  );
  const november = { programmeId: PROGRAMME, period: NOVEMBER };
  const { cycleId, contentHash } = await prepareCycle(engine, november, job(engine, 'finance'));
  const approved = { cycleId, contentHash };
  await approveCycle(engine, approved, as(engine, 'controller', 'approve', cycleId));
  const release = { ...approved, executionDate: `${NOVEMBER}-28` };
  await releaseCycle(engine, release, as(engine, 'releaser', 'release'));
  await drain(engine);
  expect(await months.payment(NOVEMBER)).toMatchObject({
    status: 'instructed',
    amountMinor: '100000',
  });
});

test('a month that no cycle pays keeps no debt from being recovered', async () => {
  await certified(OCTOBER, FOUR);
  await months.closed(OCTOBER, settledIn(OCTOBER));
  await months.closed(DECEMBER, settledIn(DECEMBER));
  await certified(DECEMBER, ONE);
  expect(await months.corrected(DECEMBER)).toEqual({ arrearsMinor: '0', overpaidMinor: '28600' });
  await months.plan(50);
  expect(await months.orderedIn(JANUARY)).toBe(50_000n - 25_000n);
});

test('who was paid twice is not erased before a correction has asked it back', async () => {
  const { engine } = months.world;
  await months.closed(OCTOBER, REJECTED);
  await months.corrected(OCTOBER);
  await months.closed(NOVEMBER, settledIn(NOVEMBER));
  await months.bankSays(OCTOBER, settledIn(OCTOBER));
  await countBreaksAsSettled(engine, `${PROGRAMME}-${OCTOBER}`);
  await drain(engine);
  const ended = { type: 'EndEnrolment', lastPeriod: NOVEMBER, reason: 'left' } as const;
  await months.desk.enrolment(months.ida, ended);
  for (const forfeitsArrears of [false, true]) {
    const admin = by(engine, 'amal', 'administrator', 'erase', String(forfeitsArrears));
    const asked = { personId: months.ida, reason: 'asked', forfeitsArrears };
    const { parts } = await erasure(engine, asked, admin);
    await expect(execute(engine, parts, admin)).rejects.toMatchObject({ code: 'STILL_OWES' });
  }
});
