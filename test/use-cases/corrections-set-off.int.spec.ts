import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { countBreaksAsSettled, resolveBreaks } from './breaks.js';
import { FailedMonths, REJECTED, settledIn } from './failed-months.js';
import { child } from './families.js';

/**
 * What a household is owed and what it has too much are set against each other: neither is a month
 * paid again that turned out to be paid, nor is one lost that was found beside it.
 */
const OCTOBER = '2025-10';
const NOVEMBER = '2025-11';
const DECEMBER = '2025-12';
const MONTHLY = 50_000n;
/** A fourth child is due 136.00 more. */
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
const balance = async (): Promise<{ readonly due: bigint; readonly owed: bigint }> => {
  const { arrears } = await months.desk.adjustment(months.ida);
  const { overpaidMinor, waivedMinor, deductions } = await months.desk.recovery(months.ida);
  const given = Object.values(deductions).reduce((sum, one) => sum + one.amountMinor, 0n);
  const due = arrears.reduce(
    (sum, { proposal, offsetMinor }) => sum + BigInt(proposal.differenceMinor) - offsetMinor,
    0n,
  );
  return { due, owed: overpaidMinor - waivedMinor - given };
};

test('of two months that failed, the one that did not arrive is paid', async () => {
  await months.closed(OCTOBER, REJECTED);
  await months.closed(NOVEMBER, REJECTED);
  await months.corrected(OCTOBER);
  await months.arrives(OCTOBER);
  expect(await balance()).toEqual({ due: 2n * MONTHLY, owed: 0n });
  expect(await months.orderedIn(DECEMBER)).toBe(MONTHLY);
  expect(await months.corrected(OCTOBER)).toEqual({ arrearsMinor: '0', overpaidMinor: '50000' });
  expect(await balance()).toEqual({ due: MONTHLY, owed: 0n });
  expect(await months.orderedIn('2026-01')).toBe(2n * MONTHLY);
  expect(await months.corrected(OCTOBER)).toEqual(NOTHING);
});

test('what was due beside a month that failed is paid where it arrived', async () => {
  await months.closed(OCTOBER, REJECTED);
  await certified(OCTOBER);
  const { arrearsMinor } = await months.corrected(OCTOBER);
  const beside = BigInt(arrearsMinor) - MONTHLY;
  expect(beside).toBeGreaterThan(0n);
  await months.arrives(OCTOBER);
  await months.corrected(OCTOBER);
  expect(await balance()).toEqual({ due: beside, owed: 0n });
});

test('nor do arrears of other corrections lapse with it', async () => {
  await months.closed(OCTOBER, REJECTED);
  await months.corrected(OCTOBER);
  await certified(OCTOBER);
  const { arrearsMinor } = await months.corrected(OCTOBER);
  await months.arrives(OCTOBER);
  expect(await balance()).toEqual({ due: BigInt(arrearsMinor), owed: 0n });
});

test('arrears beside a debt of another month are not paid where theirs arrived; the debt stands', async () => {
  await certified(OCTOBER);
  await months.closed(OCTOBER, settledIn(OCTOBER));
  await certified(OCTOBER, [child('2020-05')]);
  const { overpaidMinor } = await months.corrected(OCTOBER);
  const debt = BigInt(overpaidMinor);
  await months.closed(NOVEMBER, REJECTED);
  await months.corrected(OCTOBER);
  expect(await balance()).toEqual({ due: MONTHLY, owed: debt });
  await months.arrives(NOVEMBER);
  await months.corrected(OCTOBER);
  expect(await balance()).toEqual({ due: 0n, owed: debt });
  expect(await months.orderedIn(DECEMBER)).toBe(MONTHLY);
  expect(await months.corrected(OCTOBER)).toEqual(NOTHING);
});

test('a month that may have been paid beside its arrears is no overpayment, whatever it turns out to be', async () => {
  const cycleId = await months.closed(OCTOBER, REJECTED);
  await months.corrected(OCTOBER);
  await months.bankSays(OCTOBER, settledIn(OCTOBER));
  expect(await months.corrected(OCTOBER)).toEqual(NOTHING);
  await resolveBreaks(months.world.engine, cycleId, 'no-effect');
  expect(await months.orderedIn(NOVEMBER)).toBe(2n * MONTHLY);
  expect(await months.corrected(OCTOBER)).toEqual(NOTHING);
});

test('nor is one of which less is due now, until it is known to have been paid', async () => {
  await certified(OCTOBER);
  const cycleId = await months.closed(OCTOBER, REJECTED);
  await certified(OCTOBER, [child('2020-05')]);
  await months.bankSays(OCTOBER, settledIn(OCTOBER));
  expect(await months.corrected(OCTOBER)).toEqual(NOTHING);
  await countBreaksAsSettled(months.world.engine, cycleId);
  const { arrearsMinor, overpaidMinor } = await months.corrected(OCTOBER);
  expect(arrearsMinor).toBe('0');
  expect(BigInt(overpaidMinor)).toBeGreaterThan(0n);
});

test('an overpayment is set against arrears first, and the rest is owed', async () => {
  await months.closed(OCTOBER, settledIn(OCTOBER));
  await certified(OCTOBER);
  const { arrearsMinor } = await months.corrected(OCTOBER);
  await certified(OCTOBER, []);
  const { overpaidMinor } = await months.corrected(OCTOBER);
  const owed = BigInt(overpaidMinor) - BigInt(arrearsMinor);
  expect(await balance()).toEqual({ due: 0n, owed });
});

test('a deduction of a payment that arrived after all counts once', async () => {
  await certified(OCTOBER);
  await months.closed(OCTOBER, settledIn(OCTOBER));
  await certified(OCTOBER, [child('2020-05')]);
  await months.corrected(OCTOBER);
  const debt = (await balance()).owed;
  expect(debt).toBeGreaterThan(0n);
  await months.plan(50);
  await months.closed(NOVEMBER, REJECTED);
  const deducted = MONTHLY - BigInt((await months.payment(NOVEMBER)).amountMinor);
  expect(deducted).toBeGreaterThan(0n);
  await months.corrected(OCTOBER);
  await months.arrives(NOVEMBER);
  await months.corrected(OCTOBER);
  const { due, owed } = await balance();
  expect(owed - due).toBe(debt - deducted);
});
