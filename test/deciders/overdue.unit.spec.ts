import { expect, test } from '@jest/globals';
import { isOverdue, type EnrolmentState } from '../../src/enrolment/enrolment.state.js';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import { overdueReason } from '../../src/enrolment/overdue-reason.rule.js';
import { fallsDue, stopsPaying } from '../../src/enrolment/overdue.rule.js';
import { fold } from '../../src/kernel/decider.js';
import { due, started } from './enrolment.fixtures.js';

const enrolment = (more: Partial<EnrolmentState> = {}): EnrolmentState => ({
  ...enrolmentDecider.initialState,
  status: 'active',
  startPeriod: '2025-10',
  dueOn: '2026-03-15',
  ...more,
});
const reason = overdueReason('2026-03-15');

test('an enrolment that nobody recertified is due, and is suspended from the month after', () => {
  expect(fallsDue(enrolment(), '2026-04')).toEqual({
    type: 'MarkRecertificationDue',
    dueOn: '2026-03-15',
  });
  expect(stopsPaying(enrolment(), '2026-04')).toEqual({
    type: 'SuspendEnrolment',
    fromPeriod: '2026-04',
    reason,
  });
});

test('one that was said to be due is only suspended, and never from before it starts', () => {
  const said = enrolment({ recertificationDue: true, startPeriod: '2026-05' });
  expect(fallsDue(said, '2026-06')).toBeUndefined();
  expect(stopsPaying(said, '2026-06')).toMatchObject({ fromPeriod: '2026-05' });
});

test('one that was held for another reason is suspended from where it is paid again', () => {
  const payable = [
    { fromPeriod: '2025-10', payable: true },
    { fromPeriod: '2026-01', payable: false },
    { fromPeriod: '2026-06', payable: true },
  ];
  expect(stopsPaying(enrolment({ payable }), '2026-06')).toMatchObject({ fromPeriod: '2026-06' });
});

test('one whose suspension is still to come is suspended from the month after it was due', () => {
  const later = [
    { fromPeriod: '2025-10', payable: true },
    { fromPeriod: '2026-09', payable: false },
  ];
  const state = enrolment({ status: 'suspended', payable: later });
  expect(fallsDue(state, '2026-06')).toMatchObject({ dueOn: '2026-03-15' });
  expect(stopsPaying(state, '2026-06')).toEqual({
    type: 'SuspendEnrolment',
    fromPeriod: '2026-04',
    reason,
  });
  const held = [
    later[0]!,
    { fromPeriod: '2026-01', payable: false },
    { fromPeriod: '2026-06', payable: true },
    later[1]!,
  ];
  const heldBefore = enrolment({ status: 'suspended', payable: held });
  expect(stopsPaying(heldBefore, '2026-07')).toMatchObject({ fromPeriod: '2026-06' });
  expect(stopsPaying(state, '2026-09')).toBeUndefined();
});

test.each([
  ['in the month in which it is due', enrolment(), '2026-03'],
  ['that has no day', enrolment({ dueOn: undefined }), '2026-04'],
  ['that is suspended', enrolment({ status: 'suspended' }), '2026-04'],
  ['that is over', enrolment({ status: 'ended', lastPeriod: '2026-02' }), '2026-04'],
])('nothing is done of one %s', (_what, state, period) => {
  expect([fallsDue(state, period), stopsPaying(state, period)]).toEqual([undefined, undefined]);
});

test('an enrolment is overdue after the month in which it was due', () => {
  const state = fold(enrolmentDecider, [started, due]);
  expect(['2026-12', '2027-01'].map((period) => isOverdue(state, period))).toEqual([false, true]);
  expect(isOverdue(fold(enrolmentDecider, [started]), '2099-01')).toBe(false);
});
