import { describe, test } from '@jest/globals';
import {
  budgetDecider,
  BUDGET_REFUSALS,
  type BudgetCommand,
} from '../../src/budget/budget.decider.js';
import { by, scenarios, was } from './given.js';

const { given } = scenarios(budgetDecider, BUDGET_REFUSALS, {
  AllotBudget: true,
  AdjustBudget: true,
  ReserveBudget: 'fewer roles',
  ReleaseReservation: 'fewer roles',
  SpendBudget: true,
  RefundBudget: true,
});
const officer = by('farid', 'finance-officer');
const controller = by('kenza', 'finance-controller');
const automation = by('automation', 'automation');
const of = { programmeId: 'asd', fiscalYear: 2026 };
const cycleId = 'asd-2026-01';
const allot: BudgetCommand = {
  type: 'AllotBudget',
  ...of,
  currency: 'MAD',
  amountMinor: '100000',
  reference: 'LF 2026',
};
const allotted = was('BudgetAllotted', {
  ...of,
  currency: 'MAD',
  amountMinor: '100000',
  reference: 'LF 2026',
});
const reserved = was('BudgetReserved', { ...of, cycleId, amountMinor: '60000' });
const spent = was('BudgetSpent', {
  ...of,
  cycleId,
  amountMinor: '50000',
  count: 1,
  throughPosition: 40,
});
const refunded = was('BudgetRefunded', {
  ...of,
  cycleId,
  amountMinor: '50000',
  count: 1,
  throughPosition: 50,
});

describe('allotting', () => {
  test('happens once, of more than nothing, in a known currency', () => {
    given().when(allot, officer).then({ type: 'BudgetAllotted', data: allotted.data });
    given(allotted).when(allot, officer).thenRefused('BUDGET_ALREADY_ALLOTTED');
    given()
      .when({ ...allot, amountMinor: '0' }, officer)
      .thenRefused('AMOUNT_NOT_POSITIVE', 'amountMinor');
    given()
      .when({ ...allot, currency: 'ABC' }, officer)
      .thenRefused('UNKNOWN_CURRENCY', 'currency');
    given()
      .when({ ...allot, programmeCurrency: 'XOF' }, officer)
      .thenRefused('CURRENCY_DIFFERS', 'currency');
    given().when(allot, controller).thenRefused('ROLE_NOT_ALLOWED');
  });
  test('is of no more than 18 digits, also with what is added', () => {
    const most = '999999999999999999';
    given()
      .when({ ...allot, amountMinor: `${most}0` }, officer)
      .thenRefused('BUDGET_TOO_LARGE', 'amountMinor');
    given(was('BudgetAllotted', { ...allotted.data, amountMinor: most }))
      .when({ type: 'AdjustBudget', deltaMinor: '1', reason: 'more' }, officer)
      .thenRefused('BUDGET_TOO_LARGE', 'deltaMinor');
    given(was('BudgetAllotted', { ...allotted.data, amountMinor: most }))
      .when({ type: 'AdjustBudget', deltaMinor: '-1', reason: 'less' }, officer)
      .thenOne('BudgetAdjusted');
  });
  test('can be adjusted down to what is committed, not a centime further', () => {
    given(allotted, reserved)
      .when({ type: 'AdjustBudget', deltaMinor: '-40000', reason: 'cut' }, officer)
      .then({ type: 'BudgetAdjusted', data: { ...of, deltaMinor: '-40000', reason: 'cut' } });
    given(allotted, reserved)
      .when({ type: 'AdjustBudget', deltaMinor: '-40001', reason: 'cut' }, officer)
      .thenRefused('BUDGET_BELOW_COMMITMENTS', 'deltaMinor');
    given(allotted)
      .when({ type: 'AdjustBudget', deltaMinor: '0', reason: 'nothing' }, officer)
      .thenRefused('AMOUNT_NOT_POSITIVE', 'deltaMinor');
    given(allotted)
      .when({ type: 'AdjustBudget', deltaMinor: '1', currency: 'EUR', reason: 'more' }, officer)
      .thenRefused('CURRENCY_DIFFERS', 'currency');
    given()
      .when({ type: 'AdjustBudget', deltaMinor: '1', reason: 'more' }, officer)
      .thenRefused('BUDGET_NOT_FOUND');
  });
});

describe('reserving', () => {
  test('takes what is free, to the centime', () => {
    given(allotted)
      .when({ type: 'ReserveBudget', cycleId, amountMinor: '100000', currency: 'MAD' }, controller)
      .then({ type: 'BudgetReserved', data: { ...of, cycleId, amountMinor: '100000' } });
    given(allotted)
      .when({ type: 'ReserveBudget', cycleId, amountMinor: '100001' }, controller)
      .thenRefused('BUDGET_EXCEEDED', 'amountMinor');
    given(allotted, reserved)
      .when({ type: 'ReserveBudget', cycleId: 'asd-2026-02', amountMinor: '40001' }, controller)
      .thenRefused('BUDGET_EXCEEDED');
    given(allotted, reserved, spent)
      .when({ type: 'ReserveBudget', cycleId: 'asd-2026-02', amountMinor: '40001' }, controller)
      .thenRefused('BUDGET_EXCEEDED');
    given(allotted, reserved, was('BudgetAdjusted', { ...of, deltaMinor: '1', reason: 'more' }))
      .when({ type: 'ReserveBudget', cycleId: 'asd-2026-02', amountMinor: '40001' }, controller)
      .thenOne('BudgetReserved');
  });
  test('is of more than nothing, once a cycle, in the budget’s currency', () => {
    given(allotted).when({ type: 'ReserveBudget', cycleId, amountMinor: '0' }, controller).then();
    given(allotted)
      .when({ type: 'ReserveBudget', cycleId, amountMinor: '-5' }, controller)
      .thenRefused('AMOUNT_NOT_POSITIVE');
    given(allotted)
      .when({ type: 'ReserveBudget', cycleId, amountMinor: '5', currency: 'EUR' }, controller)
      .thenRefused('CURRENCY_DIFFERS', 'currency');
    given(allotted, reserved)
      .when({ type: 'ReserveBudget', cycleId, amountMinor: '5' }, controller)
      .thenRefused('ALREADY_RESERVED', 'cycleId');
  });
  test('is undone in part or whole, and then is free again', () => {
    given(allotted, reserved)
      .when(
        { type: 'ReleaseReservation', cycleId, amountMinor: 'all', reason: 'returned' },
        controller,
      )
      .then({
        type: 'BudgetReservationReleased',
        data: { ...of, cycleId, amountMinor: '60000', reason: 'returned' },
      });
    given(allotted, reserved)
      .when(
        { type: 'ReleaseReservation', cycleId, amountMinor: '60001', reason: 'returned' },
        controller,
      )
      .thenRefused('RESERVATION_TOO_SMALL', 'amountMinor');
    given(allotted)
      .when(
        { type: 'ReleaseReservation', cycleId, amountMinor: 'all', reason: 'returned' },
        controller,
      )
      .then();
    given(
      allotted,
      reserved,
      was('BudgetReservationReleased', {
        ...of,
        cycleId,
        amountMinor: '60000',
        reason: 'returned',
      }),
    )
      .when({ type: 'ReserveBudget', cycleId, amountMinor: '100000' }, controller)
      .thenOne('BudgetReserved');
  });
});

describe('spending and refunding', () => {
  const spend: BudgetCommand = {
    type: 'SpendBudget',
    cycleId,
    amountMinor: '50000',
    count: 1,
    throughPosition: 40,
  };
  const refund: BudgetCommand = {
    type: 'RefundBudget',
    cycleId,
    amountMinor: '50000',
    count: 1,
    throughPosition: 50,
  };
  test('spends what is reserved for the cycle', () => {
    given(allotted, reserved)
      .when(spend, automation)
      .then({ type: 'BudgetSpent', data: spent.data });
    given(allotted, reserved).when(spend, officer).thenRefused('ROLE_NOT_ALLOWED');
  });
  test('takes what is not reserved, because the cycle was closed before the money left, from what is free', () => {
    given(allotted, reserved)
      .when({ ...spend, amountMinor: '60001' }, automation)
      .then(
        { type: 'BudgetReserved', data: { ...of, cycleId, amountMinor: '1' } },
        {
          type: 'BudgetSpent',
          data: { ...of, cycleId, amountMinor: '60001', count: 1, throughPosition: 40 },
        },
      );
  });
  test('overdraws a budget that has nothing free: the money has left, and a person covers it', () => {
    const late = 'asd-2026-02';
    const overdrawn = was('BudgetOverdrawn', { ...of, cycleId: late, amountMinor: '1' });
    const lateReserved = was('BudgetReserved', { ...of, cycleId: late, amountMinor: '40001' });
    const lateSpent = was('BudgetSpent', {
      ...of,
      cycleId: late,
      amountMinor: '40001',
      count: 1,
      throughPosition: 40,
    });
    given(allotted, reserved)
      .when({ ...spend, cycleId: late, amountMinor: '40001' }, automation)
      .then(
        { type: 'BudgetOverdrawn', data: overdrawn.data },
        { type: 'BudgetReserved', data: lateReserved.data },
        { type: 'BudgetSpent', data: lateSpent.data },
      );
    const after = [allotted, reserved, overdrawn, lateReserved, lateSpent];
    given(...after)
      .when({ ...spend, cycleId: late, amountMinor: '7', throughPosition: 60 }, automation)
      .then(
        { type: 'BudgetOverdrawn', data: { ...of, cycleId: late, amountMinor: '7' } },
        { type: 'BudgetReserved', data: { ...of, cycleId: late, amountMinor: '7' } },
        {
          type: 'BudgetSpent',
          data: { ...of, cycleId: late, amountMinor: '7', count: 1, throughPosition: 60 },
        },
      );
    given(...after)
      .when({ type: 'ReserveBudget', cycleId: 'asd-2026-03', amountMinor: '1' }, controller)
      .thenRefused('BUDGET_EXCEEDED');
    given(...after)
      .when({ type: 'AdjustBudget', deltaMinor: '1', reason: 'cover' }, officer)
      .thenOne('BudgetAdjusted', { deltaMinor: '1' });
    given(...after)
      .when({ type: 'AdjustBudget', deltaMinor: '-1', reason: 'cut' }, officer)
      .thenRefused('BUDGET_BELOW_COMMITMENTS');
  });
  test('counts every settlement once, whatever is delivered again', () => {
    given(allotted, reserved, spent).when(spend, automation).then();
    given(allotted, reserved, spent)
      .when({ ...spend, throughPosition: 39 }, automation)
      .then();
    given(allotted, reserved, spent, refunded).when(refund, automation).then();
  });
  test('takes back what was spent and no more', () => {
    given(allotted, reserved, spent)
      .when(refund, automation)
      .then({ type: 'BudgetRefunded', data: refunded.data });
    given(allotted, reserved, spent)
      .when({ ...refund, amountMinor: '50001' }, automation)
      .thenRefused('REFUND_TOO_LARGE', 'amountMinor');
    given(allotted, reserved, spent, refunded)
      .when({ ...spend, throughPosition: 60, amountMinor: '60000' }, automation)
      .thenOne('BudgetSpent');
  });
});

describe('to the centime, and from the first position on', () => {
  const other = (amountMinor: string) =>
    was('BudgetReserved', { ...of, cycleId: 'asd-2026-02', amountMinor });
  const flow = (amountMinor: string) => ({ cycleId, amountMinor, count: 1, throughPosition: 0 });

  test('a budget has at most 18 digits', () => {
    const most = '9'.repeat(18);
    given()
      .when({ ...allot, amountMinor: most }, officer)
      .thenOne('BudgetAllotted', { amountMinor: most });
    given()
      .when({ ...allot, amountMinor: `1${'0'.repeat(18)}` }, officer)
      .thenRefused('BUDGET_TOO_LARGE', 'amountMinor');
  });

  test('what is overdrawn may be covered in parts', () => {
    given(allotted, other('150000'))
      .when({ type: 'AdjustBudget', deltaMinor: '1', reason: 'covered' }, officer)
      .thenOne('BudgetAdjusted', { deltaMinor: '1' });
  });

  test('a cycle has its reservation once, and whoever prepares, approves or pays gives it back', () => {
    const least = was('BudgetReserved', { ...of, cycleId, amountMinor: '1' });
    given(allotted, least)
      .when({ type: 'ReserveBudget', cycleId, amountMinor: '5' }, controller)
      .thenRefused('ALREADY_RESERVED', 'cycleId');
    for (const who of [officer, controller, automation])
      given(allotted, least)
        .when({ type: 'ReleaseReservation', cycleId, amountMinor: '1', reason: 'returned' }, who)
        .thenOne('BudgetReservationReleased');
  });

  test('what left without a reservation takes what is free, and overdraws by the rest', () => {
    const spend = (amountMinor: string): BudgetCommand => ({
      type: 'SpendBudget',
      ...flow(amountMinor),
    });
    given(allotted, other('99999'))
      .when(spend('1'), automation)
      .then(
        { type: 'BudgetReserved', data: { ...of, cycleId, amountMinor: '1' } },
        { type: 'BudgetSpent', data: { ...of, ...flow('1') } },
      );
    given(allotted, other('99999'))
      .when(spend('5'), automation)
      .then(
        { type: 'BudgetOverdrawn', data: { ...of, cycleId, amountMinor: '4' } },
        { type: 'BudgetReserved', data: { ...of, cycleId, amountMinor: '5' } },
        { type: 'BudgetSpent', data: { ...of, ...flow('5') } },
      );
  });

  test('no more comes back than was spent, of no cycle that spent nothing', () => {
    const refund: BudgetCommand = { type: 'RefundBudget', ...flow('1') };
    given(allotted).when(refund, automation).thenRefused('REFUND_TOO_LARGE', 'amountMinor');
    given(allotted, reserved, spent).when(refund, automation).thenOne('BudgetRefunded');
  });
});
