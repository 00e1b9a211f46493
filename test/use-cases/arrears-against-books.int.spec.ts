import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { assessApplications } from '../../src/use-cases/applications/assess-applications.js';
import { approveCycle } from '../../src/use-cases/cycles/approve-cycle.js';
import { prepareCycle } from '../../src/use-cases/cycles/prepare-cycle.js';
import { releaseCycle } from '../../src/use-cases/cycles/release-cycle.js';
import { paymentsLeftOut } from '../../src/use-cases/instructions/left-out.js';
import { appliesAtCounter, approveAll } from './again.js';
import { FailedMonths, REJECTED, settledIn } from './failed-months.js';
import { child } from './families.js';
import { PROGRAMME } from './month.js';
import { as, drain, job } from './world.js';

/**
 * Arrears are not paid, and nothing is deducted, on what turned out otherwise: whatever corrections
 * looked at since, a household's months are held against what it was paid and what its accounts
 * say.
 */
const OCTOBER = '2025-10';
const NOVEMBER = '2025-11';
const DECEMBER = '2025-12';
const JANUARY = '2026-01';
const MONTHLY = 50_000n;
/** A fourth child is due 136.00 more than the least. */
const FOUR = ['2020-05', '2021-05', '2022-05', '2023-05'].map((month) => child(month));
const NOTHING = { arrearsMinor: '0', overpaidMinor: '0' };

let months: FailedMonths;
beforeEach(async () => {
  months = await FailedMonths.from('2025-10-05');
});
afterEach(async () => {
  expect((await months.desk.audit()).violations).toEqual([]);
  await months.world.end();
});

const certified = (fromPeriod: string, children = FOUR) =>
  months.desk.certify(months.ida, children, fromPeriod, '2027-12-31');
const owed = async (): Promise<bigint> => {
  const { overpaidMinor, waivedMinor, deductions } = await months.desk.recovery(months.ida);
  const given = Object.values(deductions).reduce((sum, one) => sum + one.amountMinor, 0n);
  return overpaidMinor - waivedMinor - given;
};

describe('a payment that carries arrears of a month which arrived since it was prepared', () => {
  const engine = () => months.world.engine;
  async function prepared(period: string) {
    const { cycleId, contentHash } = await prepareCycle(
      engine(),
      { programmeId: PROGRAMME, period },
      job(engine(), 'finance'),
    );
    await approveCycle(
      engine(),
      { cycleId, contentHash },
      as(engine(), 'controller', 'approve', cycleId),
    );
    return { cycleId, contentHash, executionDate: `${period}-28` };
  }
  const leftOut = async (cycleId: string): Promise<readonly string[]> => {
    const codes: string[] = [];
    for await (const page of paymentsLeftOut(engine(), cycleId))
      codes.push(...page.map(({ code }) => code));
    return codes;
  };

  test.each(['before', 'after'])(
    'stays out where a correction looks %s the release, and nothing is owed for it',
    async (when) => {
      await months.closed(OCTOBER, REJECTED);
      await months.corrected(OCTOBER);
      const november = await prepared(NOVEMBER);
      await months.arrives(OCTOBER);
      if (when === 'before') await months.corrected(OCTOBER);
      await releaseCycle(engine(), november, as(engine(), 'releaser', 'release'));
      await drain(engine());
      if (when === 'after') await months.corrected(OCTOBER);
      expect(await leftOut(november.cycleId)).toEqual(['ARREARS_IN_DOUBT']);
      expect((await months.payment(NOVEMBER)).status).toBe('ordered');
      expect(await owed()).toBe(0n);
    },
  );
});

test('months that come to nothing together free no arrears for a correction of some of them', async () => {
  await months.closed(OCTOBER, REJECTED);
  await months.closed(NOVEMBER, REJECTED);
  await months.corrected(OCTOBER);
  await months.closed(DECEMBER, REJECTED);
  await months.arrives(OCTOBER);
  expect(await months.corrected(OCTOBER)).toEqual(NOTHING);
  expect(await months.corrected(DECEMBER)).toEqual({ arrearsMinor: '50000', overpaidMinor: '0' });
  expect(await months.orderedIn(JANUARY)).toBe(MONTHLY);
  expect(await months.corrected(OCTOBER)).toEqual({ arrearsMinor: '0', overpaidMinor: '50000' });
  expect(await months.orderedIn('2026-02')).toBe(3n * MONTHLY);
  expect(await owed()).toBe(0n);
});

test('a correction that looked at no month of a new enrolment frees no arrears of the old one', async () => {
  const { engine } = months.world;
  await months.closed(OCTOBER, REJECTED);
  await months.closed(NOVEMBER, REJECTED);
  await months.corrected(OCTOBER);
  await months.desk.enrolment(months.ida, {
    type: 'EndEnrolment',
    lastPeriod: '2025-09',
    reason: 'left',
  });
  await appliesAtCounter(engine, months.ida, '2025-10-05');
  await assessApplications(engine, { programmeId: PROGRAMME }, job(engine, 'officer'));
  await approveAll(engine);
  await months.arrives(OCTOBER);
  expect(await months.corrected(OCTOBER)).toEqual(NOTHING);
  expect(await months.orderedIn(DECEMBER)).toBe(MONTHLY);
});

test('what was paid too much is set against arrears of its own month first', async () => {
  await months.closed(OCTOBER, REJECTED);
  await months.closed(NOVEMBER, REJECTED);
  await certified(OCTOBER);
  const november = BigInt((await months.corrected(NOVEMBER)).arrearsMinor);
  const october = BigInt((await months.corrected(OCTOBER)).arrearsMinor);
  await months.arrives(OCTOBER);
  await months.corrected(OCTOBER);
  const { arrears } = await months.desk.adjustment(months.ida);
  expect(
    arrears.map(({ proposal, offsetMinor }) => BigInt(proposal.differenceMinor) - offsetMinor),
  ).toEqual([november, october - MONTHLY]);
  await months.bankSays(NOVEMBER, settledIn(NOVEMBER));
  // December is due as much as November, and October what is left of it.
  expect(await months.orderedIn(DECEMBER)).toBe(november + october - MONTHLY);
});

describe('a debt', () => {
  beforeEach(async () => {
    await certified(OCTOBER);
    await months.closed(OCTOBER, settledIn(OCTOBER));
    await certified(OCTOBER, [child('2020-05')]);
    const { overpaidMinor } = await months.corrected(OCTOBER);
    expect(overpaidMinor).toBe('13600');
    await months.plan(50);
  });

  test('is not deducted again once a payment that deducted it arrived after all', async () => {
    await months.closed(NOVEMBER, REJECTED);
    expect((await months.payment(NOVEMBER)).amountMinor).toBe('36400');
    await months.arrives(NOVEMBER);
    expect(await months.orderedIn(DECEMBER)).toBe(MONTHLY);
    await months.corrected(OCTOBER);
    expect(await owed()).toBe(0n);
    expect(await months.orderedIn(JANUARY)).toBe(MONTHLY);
  });

  test('is not deducted once what was paid too much came back', async () => {
    await months.bankSays(OCTOBER, { outcome: 'returned', reason: 'AC04' });
    expect(await months.orderedIn(NOVEMBER)).toBe(MONTHLY);
    await months.corrected(OCTOBER);
    expect(await owed()).toBe(0n);
  });
});
