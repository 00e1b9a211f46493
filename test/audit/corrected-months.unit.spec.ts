import { expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { CorrectedMonths } from '../../src/audit/corrected-months.js';
import { eventOf } from './direct.js';

type Step = readonly [EventType, object];
function after(...log: readonly Step[]): CorrectedMonths {
  const months = new CorrectedMonths();
  for (const [type, data] of log) months.add(eventOf(type, data));
  return months;
}
const household = { programmeId: 'asd', personId: 'amal' };
const proposed = (dueMinor: string, paidMinor: string, personId = 'amal'): Step => [
  'AdjustmentProposed',
  { ...household, personId, periods: [{ period: '2026-01', dueMinor, paidMinor }] },
];
const ESTABLISHED: Step = ['AdjustmentEstablished', household];
const january = (months: CorrectedMonths) => months.establishedFor('asd-amal', '2026-01');

test('a correction looks at cycles until its last month', () => {
  const months = after(['CorrectionStarted', { correctionId: 'asd-0001', toPeriod: '2026-03' }]);
  expect(months.until('asd-0001')).toBe('2026-03');
  expect(months.until('asd-0002')).toBe('');
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
  expect(january(after(proposed('900', '500'), ESTABLISHED, ESTABLISHED))).toBe(400n);
  expect(january(after(proposed('900', '500'), proposed('700', '500'), ESTABLISHED))).toBe(200n);
  expect(january(after(proposed('900', '500', 'badr'), ESTABLISHED))).toBe(0n);
});

test('what several corrections found adds up', () => {
  expect(
    january(after(proposed('900', '500'), ESTABLISHED, proposed('950', '900'), ESTABLISHED)),
  ).toBe(450n);
});

test('it is known whose arrears or deduction lapsed', () => {
  const months = after(
    ['ArrearsReleased', household],
    ['RecoveryDeductionReversed', { recoveryId: 'asd-badr' }],
    ['CorrectionStarted', { correctionId: 'asd-chama', toPeriod: '2026-03' }],
    proposed('900', '500', 'chama'),
  );
  expect(['asd-amal', 'asd-badr', 'asd-chama'].map((one) => months.hasLapsed(one))).toEqual([
    true,
    true,
    false,
  ]);
});
