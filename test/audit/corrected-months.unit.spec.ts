import { expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { CorrectedMonths } from '../../src/audit/corrected-months.js';
import { eventOf } from './direct.js';

type Step = readonly [EventType, object];
/** Positions are counted by hundreds. */
function after(...log: readonly Step[]): CorrectedMonths {
  const months = new CorrectedMonths();
  log.forEach(([type, data], index) => {
    months.add(eventOf(type, data, { position: index * 100 }));
  });
  return months;
}
const household = { programmeId: 'asd', personId: 'amal' };
const proposed = (dueMinor: string, paidMinor: string, personId = 'amal'): Step => [
  'AdjustmentProposed',
  { ...household, personId, periods: [{ period: '2026-01', dueMinor, paidMinor }] },
];
const ESTABLISHED: Step = ['AdjustmentEstablished', household];
const january = (months: CorrectedMonths) => months.establishedFor('asd-amal', '2026-01');

test('a correction looks at the cycles of its months', () => {
  const months = after([
    'CorrectionStarted',
    { correctionId: 'asd-0001', fromPeriod: '2026-02', toPeriod: '2026-03' },
  ]);
  expect(
    ['2026-01', '2026-02', '2026-03', '2026-04'].map((one) => months.looksAt('asd-0001', one)),
  ).toEqual([false, true, true, false]);
  expect(months.looksAt('asd-0002', '2026-02')).toBe(false);
});

test('what comes onto the account of a household is what was due beyond what was paid', () => {
  expect(january(after(proposed('900', '500'), ESTABLISHED))).toBe(400n);
  expect(january(after(proposed('500', '900'), ESTABLISHED))).toBe(-400n);
  const months = after(proposed('900', '500'), ESTABLISHED);
  expect(months.establishedFor('asd-amal', '2026-02')).toBe(0n);
  expect(months.establishedFor('asd-badr', '2026-01')).toBe(0n);
});

test('it comes with its establishing, once, as it was proposed last', () => {
  expect(january(after(proposed('900', '500')))).toBe(0n);
  expect(january(after(ESTABLISHED))).toBe(0n);
  const lapsed: Step = ['AdjustmentLapsed', household];
  expect(january(after(proposed('900', '500'), lapsed, ESTABLISHED))).toBe(0n);
  expect(january(after(proposed('900', '500'), ESTABLISHED, ESTABLISHED))).toBe(400n);
  expect(january(after(proposed('900', '500'), proposed('700', '500'), ESTABLISHED))).toBe(200n);
  expect(january(after(proposed('900', '500', 'badr'), ESTABLISHED))).toBe(0n);
});

test('what several corrections found adds up', () => {
  expect(
    january(after(proposed('900', '500'), ESTABLISHED, proposed('950', '900'), ESTABLISHED)),
  ).toBe(450n);
});

test('what arrears put on it goes off it again where a payment arrived after all', () => {
  const gone = (correctionId: string): Step => [
    'AdjustmentLapsed',
    { ...household, correctionId, paymentId: 'asd-2026-01-amal' },
  ];
  const on = (correctionId: string): Step => [
    'AdjustmentEstablished',
    { ...household, correctionId },
  ];
  const both = [
    proposed('900', '500'),
    on('asd-0001'),
    proposed('950', '900'),
    on('asd-0002'),
  ] as const;
  expect(january(after(...both, gone('asd-0001')))).toBe(50n);
  expect(january(after(...both, gone('asd-0002')))).toBe(400n);
  expect(january(after(...both, gone('asd-0001'), gone('asd-0001')))).toBe(50n);
  const months = after(...both, gone('asd-0001'));
  expect([399, 400].map((asOf) => months.isKnown('asd-amal', asOf))).toEqual([false, true]);
});

test('it is known which arrears and deductions lapsed, from when on, until they are made again', () => {
  const first = { paymentId: 'asd-2026-01-amal', round: 1 };
  const second = { ...first, round: 2 };
  const months = after(
    ['ArrearsReleased', { ...household, ...first }],
    ['RecoveryDeductionReversed', { recoveryId: 'asd-amal', ...second }],
  );
  const lapsed = (of: CorrectedMonths, asOf: number) => [
    of.hasLapsed('arrears', first, asOf),
    of.hasLapsed('arrears', second, asOf),
    of.hasLapsed('recovery', first, asOf),
    of.hasLapsed('recovery', second, asOf),
  ];
  expect(lapsed(months, -1)).toEqual([false, false, false, false]);
  expect(lapsed(months, 0)).toEqual([true, false, false, false]);
  expect(lapsed(months, 99)).toEqual([true, false, false, false]);
  expect(lapsed(months, 100)).toEqual([true, false, false, true]);
  months.add(eventOf('ArrearsOrdered', { ...household, ...second }));
  months.add(eventOf('RecoveryDeducted', { recoveryId: 'asd-amal', ...first }));
  expect(lapsed(months, 100)).toEqual([true, false, false, true]);
  months.add(eventOf('ArrearsOrdered', { ...household, ...first }));
  expect(lapsed(months, 100)).toEqual([false, false, false, true]);
  months.add(eventOf('RecoveryDeducted', { recoveryId: 'asd-amal', ...second }));
  expect(lapsed(months, 100)).toEqual([false, false, false, false]);
});
