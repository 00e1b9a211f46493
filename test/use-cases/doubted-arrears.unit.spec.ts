import { expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import {
  correctionDecider,
  type CorrectionState,
} from '../../src/correction/correction.decider.js';
import type { Recorded } from '../../src/kernel/decider.js';
import {
  doubtedCorrections,
  isFreedByPayer,
  stoodInFor,
} from '../../src/use-cases/cycles/doubted-arrears.rule.js';
import { uuid } from '../deciders/given.js';
import { eventOf } from '../audit/direct.js';

const personId = uuid(2);
const household = { programmeId: 'asd', personId };
const paymentOf = (period: string): string => `asd-${period}-${personId}`;
const at = (type: EventType, position: number, data: object): Recorded =>
  eventOf(type, data, { position });
const PERIODS = ['2025-09', '2025-10', '2025-11', '2025-12'];

/** Arrears of a month, on the account since position 50. */
const account = (period: string, dueMinor = '500', offsetMinor = '0'): readonly Recorded[] => {
  const found = { ...household, correctionId: 'asd-0001', differenceMinor: dueMinor };
  const items = [{ code: 'child', paidMinor: '0', dueMinor }];
  return [
    at('AdjustmentProposed', 40, { ...found, periods: [{ period, items }] }),
    at('AdjustmentEstablished', 50, { ...found, offsetMinor }),
  ];
};
/** A payment of October that paid September too, and failed. */
const failed = [
  at('PaymentOrdered', 10, {
    paymentId: paymentOf('2025-10'),
    amountMinor: '1000',
    items: [
      { code: 'child', period: '2025-09', amountMinor: '500' },
      { code: 'child', period: '2025-10', amountMinor: '500' },
    ],
  }),
  at('PaymentRejected', 20, { attempt: 1 }),
];
const settled = at('PaymentSettled', 60, { attempt: 1 });

const correction = (
  fromPeriod: string,
  toPeriod: string,
  more: Partial<NonNullable<CorrectionState['started']>> = {},
  status: CorrectionState['status'] = 'applied',
): CorrectionState => ({
  ...correctionDecider.initialState,
  status,
  started: {
    correctionId: 'asd-0002',
    programmeId: 'asd',
    basis: 'first-paid',
    reason: 'late',
    fromPeriod,
    toPeriod,
    asOf: 70,
    ...more,
  },
});

const waits = (
  month: string,
  payment: readonly Recorded[],
  corrections: readonly CorrectionState[] = [],
): boolean =>
  doubtedCorrections(
    account(month),
    paymentOf('2026-01'),
    new Map([[paymentOf('2025-10'), payment]]),
    { periods: PERIODS, corrections },
  ).some((one) => one.waits);

test('arrears may stand in for the payments of their month and of later ones', () => {
  const named = (month: string) =>
    stoodInFor(account(month), paymentOf('2026-01'), { periods: PERIODS });
  expect(named('2025-11')).toEqual(['2025-11', '2025-12'].map(paymentOf));
  expect(named('2025-09')).toEqual(PERIODS.map(paymentOf));
});

test('they wait where a payment that paid their month arrived after all', () => {
  for (const month of ['2025-09', '2025-10']) {
    expect(waits(month, failed)).toBe(false);
    expect(waits(month, [...failed, settled])).toBe(true);
  }
  expect(waits('2025-11', [...failed, settled])).toBe(false);
});

test('until a correction looked at all their months, which the payment was seen to have paid', () => {
  const arrived = [...failed, settled];
  const after = (...args: Parameters<typeof correction>) =>
    waits('2025-10', arrived, [correction(...args)]);
  expect(after('2025-10', '2025-10')).toBe(false);
  expect(after('2025-09', '2025-12', { personId })).toBe(false);
  expect(after('2025-09', '2025-12', {}, 'settled')).toBe(false);
  expect(after('2025-11', '2025-12')).toBe(true);
  expect(after('2025-08', '2025-09')).toBe(true);
  expect(after('2025-09', '2025-12', { personId: uuid(3) })).toBe(true);
  expect(after('2025-09', '2025-12', { asOf: 59 })).toBe(true);
  expect(after('2025-09', '2025-12', {}, 'approved')).toBe(true);
});

/** Which payment arrears are said to lapse for, which wait for it; of payments by their month. */
function arrivedOf(
  events: readonly Recorded[],
  payments: Readonly<Record<string, readonly Recorded[]>>,
  status: CorrectionState['status'] = 'applied',
) {
  const own = correction('2025-10', '2025-10', { asOf: 30, correctionId: 'asd-0001' }, status);
  const byId = Object.entries(payments).map(([period, of]) => [paymentOf(period), of] as const);
  const seen = { periods: PERIODS, corrections: [own] };
  const doubted = doubtedCorrections(events, personId, new Map(byId), seen);
  return doubted.map(({ waits: isWaiting, arrived }) => [isWaiting, arrived]);
}
const OCTOBER = '2025-10';
const october = { [OCTOBER]: [...failed, settled] };

test('what arrived is named once the correction that found the arrears is applied', () => {
  expect(arrivedOf(account(OCTOBER), october)).toEqual([[true, paymentOf(OCTOBER)]]);
  expect(arrivedOf(account(OCTOBER), october, 'approved')).toEqual([[true, undefined]]);
});

test('and where they are what it was ordered for, and nothing else', () => {
  const more = account(OCTOBER, '501');
  const partOf = account(OCTOBER, '500', '1');
  const deducting = failed.map((event) =>
    event.type === 'PaymentOrdered'
      ? at('PaymentOrdered', 10, {
          ...event.data,
          items: [...event.data.items, { code: 'recovery', period: OCTOBER, amountMinor: '-100' }],
        })
      : event,
  );
  const waiting = [[true, undefined]];
  expect(arrivedOf(more, october)).toEqual(waiting);
  expect(arrivedOf(partOf, october)).toEqual(waiting);
  expect(arrivedOf(account(OCTOBER), { [OCTOBER]: [...deducting, settled] })).toEqual(waiting);
  const carrier = [
    at('PaymentOrdered', 52, { paymentId: paymentOf('2025-11'), amountMinor: '900', items: [] }),
    at('PaymentRejected', 53, { attempt: 1 }),
    at('PaymentSettled', 60, { attempt: 1 }),
  ];
  const carried = { paymentId: paymentOf('2025-11'), round: 1, correctionIds: ['asd-0001'] };
  const gaveBack = [
    ...account(OCTOBER),
    at('ArrearsOrdered', 51, carried),
    at('ArrearsReleased', 54, carried),
  ];
  const arrived = [[true, paymentOf('2025-11')]];
  expect(arrivedOf(gaveBack, { '2025-11': carrier })).toEqual(arrived);
});

test('they wait for payments to others who had the identity, too', () => {
  const other = uuid(3);
  const others = new Map([[personId, [other]]]);
  const seen = { periods: PERIODS, corrections: [], others };
  const theirs = `asd-${OCTOBER}-${other}`;
  expect(stoodInFor(account(OCTOBER), personId, seen)).toContain(theirs);
  const paid = new Map([[theirs, [...failed, settled]]]);
  expect(doubtedCorrections(account(OCTOBER), personId, paid, seen)).toMatchObject([
    { waits: true, arrived: undefined },
  ]);
});

test('a look at it before it failed sees nothing of that', () => {
  const [ordered] = failed;
  const paidOnce = [
    ordered!,
    at('PaymentSettled', 12, { attempt: 1 }),
    at('PaymentReturned', 20, { attempt: 1, reason: 'AC04' }),
    settled,
  ];
  expect(waits('2025-10', paidOnce, [correction('2025-10', '2025-10', { asOf: 15 })])).toBe(true);
});

test('who took away what stood against them pays them not, nor who computed or approved them', () => {
  const freed = {
    correctionId: 'asd-0001',
    waits: false,
    arrived: undefined,
    clearedBy: ['Nadia'],
    correctors: ['omar'],
  };
  expect(isFreedByPayer(freed, ['farid', 'rachid'])).toBe(false);
  expect(isFreedByPayer(freed, ['farid', 'nadia'])).toBe(true);
  expect(isFreedByPayer({ ...freed, correctors: ['NADIA'] }, ['farid'])).toBe(true);
});
