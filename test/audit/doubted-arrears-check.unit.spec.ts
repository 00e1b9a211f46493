import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { DoubtedArrearsCheck, type Positions } from '../../src/audit/doubted-arrears-check.js';
import { eventOf, Findings } from './direct.js';

const personId = '00000000-0000-4000-8000-000000000001';
const household = { programmeId: 'asd', personId };
const paymentOf = (period: string): string => `asd-${period}-${personId}`;
const OVER_A_BREAK = ['I2 arrears are ordered of what may have been paid: a break of it is open'];
const ARRIVED = ['I2 arrears are ordered of what was paid after all: no correction looked since'];

type Step = readonly [EventType, object, number];
interface Log {
  /** Of these, a break is open as of position 40. */
  readonly doubted?: readonly string[];
  /** These failed at 10, and were paid at a position by which nobody who looked had seen it. */
  readonly arrived?: Readonly<Record<string, number>>;
  readonly orderedBy?: string;
}

/** The correction asd-0001 of October and November was computed as of 15, and established at 20. */
const BEFORE: readonly Step[] = [
  [
    'CorrectionStarted',
    {
      ...household,
      correctionId: 'asd-0001',
      fromPeriod: '2025-10',
      toPeriod: '2025-11',
      asOf: 15,
    },
    16,
  ],
  [
    'AdjustmentProposed',
    {
      ...household,
      correctionId: 'asd-0001',
      periods: [{ period: '2025-10' }, { period: '2025-11' }],
    },
    17,
  ],
  ['AdjustmentProposed', { ...household, correctionId: 'asd-0002', periods: [] }, 18],
  ['AdjustmentEstablished', { ...household, correctionId: 'asd-0001' }, 20],
  ['CorrectionApplied', { correctionId: 'asd-0001' }, 21],
];

/** What is said of an order of these arrears as of position 40: December's cycle paid both. */
function saidOf({ doubted = [], arrived = {}, orderedBy = '2026-01' }: Log, ...before: Step[]) {
  const { said, found } = new Findings();
  const check = new DoubtedArrearsCheck();
  const paying: Readonly<Record<string, readonly string[]>> = {
    '2025-10': ['2025-12', '2025-10'],
    '2025-11': ['2025-12'],
  };
  const payments = {
    cyclesPaying: (whose: string, month: string, asOf: number) =>
      whose === `asd-${personId}` && asOf === 40 ? (paying[month] ?? []) : [],
    isInDoubt: (paymentId: string, asOf: number) => asOf === 40 && doubted.includes(paymentId),
    hasArrived: (paymentId: string, { since, lookedAt, asOf }: Positions) => {
      const at = arrived[paymentId] ?? Infinity;
      return asOf === 40 && since < at && lookedAt < at && at <= asOf;
    },
  };
  const carried = { ...household, correctionIds: ['asd-0001'] };
  const ordered: Step = ['ArrearsOrdered', { ...carried, paymentId: paymentOf(orderedBy) }, 41];
  for (const [type, data, position] of [...BEFORE, ...before, ordered])
    check.add(eventOf(type, data, { position }), { payment: () => 40 }, payments, found);
  return said;
}
const back = (correctionId: string, position: number, period = '2025-09'): Step => [
  'ArrearsReleased',
  { ...household, correctionIds: [correctionId], paymentId: paymentOf(period) },
  position,
];

describe('arrears are not ordered over an open break', () => {
  test('of a payment of one of their months, whichever cycle ordered it', () => {
    expect(saidOf({})).toEqual([]);
    expect(saidOf({ doubted: [paymentOf('2025-10')] })).toEqual(OVER_A_BREAK);
    expect(saidOf({ doubted: [paymentOf('2025-12')] })).toEqual(OVER_A_BREAK);
    expect(saidOf({ doubted: [paymentOf('2025-11'), paymentOf('2026-01')] })).toEqual([]);
    expect(saidOf({ doubted: [paymentOf('2025-12')], orderedBy: '2025-12' })).toEqual([]);
  });
  test('of a payment that carried them and gave them back', () => {
    const doubted = [paymentOf('2025-09')];
    expect(saidOf({ doubted })).toEqual([]);
    expect(saidOf({ doubted }, back('asd-0001', 30))).toEqual(OVER_A_BREAK);
    expect(saidOf({ doubted }, back('asd-0002', 30))).toEqual([]);
    expect(saidOf({ doubted }, back('asd-0001', 41))).toEqual([]);
    const both = [back('asd-0001', 30), back('asd-0001', 31, '2025-08')] as const;
    expect(saidOf({ doubted }, ...both)).toEqual(OVER_A_BREAK);
    expect(saidOf({ doubted: [paymentOf('2025-08')] }, ...both)).toEqual(OVER_A_BREAK);
  });
});

test('of what no correction found, another part of the check has something to say', () => {
  const unknown = { ...household, correctionIds: ['asd-0009'], paymentId: paymentOf('2026-02') };
  const doubted = [paymentOf('2025-09')];
  const given: Step = ['ArrearsReleased', { ...unknown, paymentId: doubted[0] }, 30];
  expect(saidOf({ doubted }, given, ['ArrearsOrdered', unknown, 31])).toEqual([]);
});

describe('nor of what was paid after all', () => {
  const october = { arrived: { [paymentOf('2025-10')]: 25 } };
  const started = (data: object = {}): Step => [
    'CorrectionStarted',
    {
      ...household,
      personId: undefined,
      correctionId: 'asd-0003',
      fromPeriod: '2025-10',
      toPeriod: '2025-12',
      asOf: 26,
      ...data,
    },
    27,
  ];
  const applied = (position = 30): Step => [
    'CorrectionApplied',
    { correctionId: 'asd-0003' },
    position,
  ];

  test('since they were put on the account, or were given back', () => {
    expect(saidOf(october)).toEqual(ARRIVED);
    expect(saidOf({ arrived: { [paymentOf('2025-10')]: 19 } })).toEqual([]);
    const carrier = { arrived: { [paymentOf('2025-09')]: 33 } };
    expect(saidOf(carrier, back('asd-0001', 32))).toEqual(ARRIVED);
    expect(saidOf(carrier, back('asd-0001', 34))).toEqual([]);
    expect(saidOf({ ...october, orderedBy: '2025-10' })).toEqual([]);
  });
  test('unless a correction looked at their months since, and came to its end', () => {
    expect(saidOf(october, started())).toEqual(ARRIVED);
    expect(saidOf(october, started(), applied())).toEqual([]);
    expect(saidOf(october, started(), applied(40))).toEqual([]);
    expect(saidOf(october, started(), applied(41))).toEqual(ARRIVED);
    expect(saidOf(october, started({ asOf: 24 }), applied())).toEqual(ARRIVED);
    const found = (arrearsCount: number, overpaidCount: number): Step => [
      'CorrectionProposed',
      { correctionId: 'asd-0003', arrearsCount, overpaidCount },
      29,
    ];
    expect(saidOf(october, started(), found(0, 0))).toEqual([]);
    expect(saidOf(october, started(), found(1, 0))).toEqual(ARRIVED);
    expect(saidOf(october, started(), found(0, 1))).toEqual(ARRIVED);
    const other = { correctionId: 'asd-0004', asOf: 24 };
    const second: Step = ['CorrectionApplied', { correctionId: 'asd-0004' }, 31];
    expect(saidOf(october, started(), applied(), started(other), second)).toEqual([]);
  });
  test('at all of them, of the household or of all of the programme', () => {
    expect(saidOf(october, started({ personId }), applied())).toEqual([]);
    expect(saidOf(october, started({ personId: 'other' }), applied())).toEqual(ARRIVED);
    expect(saidOf(october, started({ programmeId: 'oth' }), applied())).toEqual(ARRIVED);
    expect(saidOf(october, started({ fromPeriod: '2025-11' }), applied())).toEqual(ARRIVED);
    expect(saidOf(october, started({ toPeriod: '2025-10' }), applied())).toEqual(ARRIVED);
    expect(saidOf(october, started({ toPeriod: '2025-11' }), applied())).toEqual([]);
  });
  test('and what it found of the household did not lapse', () => {
    const whose = { ...household, correctionId: 'asd-0003' };
    const proposed: Step = ['AdjustmentProposed', { ...whose, periods: [] }, 28];
    const lapsed = (position: number): Step => ['AdjustmentLapsed', whose, position];
    expect(saidOf(october, started(), proposed, applied())).toEqual([]);
    expect(saidOf(october, started(), proposed, lapsed(29), applied())).toEqual(ARRIVED);
    expect(saidOf(october, started(), proposed, applied(), lapsed(40))).toEqual(ARRIVED);
    expect(saidOf(october, started(), proposed, applied(), lapsed(41))).toEqual([]);
  });
});

describe('arrears go off an account', () => {
  const lapsed = (period: string): Step => [
    'AdjustmentLapsed',
    { ...household, correctionId: 'asd-0001', paymentId: paymentOf(period) },
    40,
  ];
  const said = (log: Log, ...steps: Step[]) =>
    saidOf(log, ...steps).filter((one) => one.startsWith('I6'));

  test('for a payment that they stood in for, and that arrived since', () => {
    const arrived = { [paymentOf('2025-10')]: 30, [paymentOf('2025-09')]: 30 };
    expect(said({ arrived }, lapsed('2025-10'))).toEqual([]);
    expect(said({ arrived }, back('asd-0001', 29), lapsed('2025-09'))).toEqual([]);
    for (const [log, period] of [
      [{}, '2025-10'],
      [{ arrived: { [paymentOf('2025-10')]: 19 } }, '2025-10'],
      [{ arrived }, '2025-12'],
      [{ arrived }, '2025-09'],
    ] as const)
      expect(said(log, lapsed(period))).toEqual([
        `I6 arrears lapsed for ${paymentOf(period)}, which did not arrive`,
      ]);
  });
});
