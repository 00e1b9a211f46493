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
const account = (period: string): readonly Recorded[] => {
  const found = { ...household, correctionId: 'asd-0001', differenceMinor: '500' };
  return [
    at('AdjustmentProposed', 40, { ...found, periods: [{ period, items: [] }] }),
    at('AdjustmentEstablished', 50, found),
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

test('what arrived is named once the correction that found the arrears is applied', () => {
  const arrivedOf = (status: CorrectionState['status']) => {
    const own = correction('2025-10', '2025-10', { asOf: 30, correctionId: 'asd-0001' }, status);
    return doubtedCorrections(
      account('2025-10'),
      personId,
      new Map([[paymentOf('2025-10'), [...failed, settled]]]),
      { periods: PERIODS, corrections: [own] },
    ).map(({ waits: isWaiting, arrived }) => [isWaiting, arrived]);
  };
  expect(arrivedOf('applied')).toEqual([[true, paymentOf('2025-10')]]);
  expect(arrivedOf('approved')).toEqual([[true, undefined]]);
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
