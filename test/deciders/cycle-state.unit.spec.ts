import { expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { cycleDecider } from '../../src/cycle/cycle.decider.js';
import { isPrepared } from '../../src/cycle/cycle.state.js';
import { fold } from '../../src/kernel/decider.js';
import { eventOf } from '../audit/direct.js';

type Told = readonly [EventType, object, string?];
const after = (...events: readonly Told[]) =>
  fold(
    cycleDecider,
    events.map(([type, data, actor = 'somebody']) => eventOf(type, data, { meta: { actor } })),
  );

const cycleId = 'asd-2026-01';
const of = { cycleId, programmeId: 'asd', period: '2026-01', currency: 'MAD', policyVersion: 3 };
const opened: Told = ['CycleOpened', of];
const begun = (round = 1): Told => ['CyclePreparationStarted', { round, asOf: 7 }, 'farid'];
const set = { count: 2, totalMinor: '100', contentHash: 'h' };
const prepared: Told = ['CyclePrepared', set, 'omar'];
const leftOut: Told = ['CycleHouseholdsLeftOut', { count: 3 }];
const approved: Told = ['CycleApproved', {}, 'kenza'];

test('a cycle is what was opened, prepared and left out, by whom', () => {
  expect(after(opened, begun(), leftOut, prepared, approved)).toMatchObject({
    ...of,
    ...set,
    status: 'approved',
    round: 1,
    asOf: 7,
    leftOut: 3,
    preparers: ['farid', 'omar'],
    approver: 'kenza',
    checker: '',
  });
});

test('a cycle that was only opened is prepared, checked, approved and reconciled by nobody', () => {
  expect(after(opened)).toEqual({
    ...of,
    status: 'open',
    round: 0,
    asOf: -1,
    count: 0,
    totalMinor: '0',
    contentHash: '',
    leftOut: 0,
    later: {},
    reinstructing: {},
    preparers: [],
    approver: '',
    checkedHash: '',
    checkedAsOf: -1,
    checker: '',
    findings: [],
    overridden: {},
    openFindings: [],
    reinstructed: [],
    figures: undefined,
  });
});

test('what is sent back or given up is approved by nobody, and begins anew', () => {
  const back = [opened, begun(), leftOut, prepared, approved, ['CycleReturned', {}]] as const;
  expect(after(...back)).toMatchObject({ status: 'returned', approver: '' });
  expect(after(...back, ['CycleAbandoned', {}])).toMatchObject({
    status: 'abandoned',
    approver: '',
  });
  expect(after(opened, begun(), prepared, approved, ['CycleAbandoned', {}]).approver).toBe('');
  expect(after(...back, begun(2))).toMatchObject({
    status: 'preparing',
    round: 2,
    leftOut: 0,
    preparers: ['farid'],
  });
});

test('each later cycle, each run and each answer is remembered beside the others', () => {
  const later = (laterCycleId: string): Told => ['LaterCycleStarted', { laterCycleId, round: 1 }];
  expect(after(opened, later('a'), later('b')).later).toEqual({ a: 1, b: 1 });
  const run = (runId: string): Told => ['CycleReinstructionStarted', { runId }];
  const reconciled: Told = ['CycleReconciled', { openBreaks: 0 }];
  const running = after(opened, reconciled, run('a'), run('b'));
  expect(Object.keys(running.reinstructing)).toEqual(['a', 'b']);
  expect(running.figures).toBeUndefined();
  const findings = ['a', 'b', 'c'].map((findingId) => ({ findingId, level: 'block' }));
  const answer = (findingId: string): Told => ['CycleFindingOverridden', { findingId }, 'kenza'];
  const checked: Told = ['CycleChecked', { contentHash: 'h', asOf: 9, findings }];
  expect(after(opened, checked, answer('a'), answer('b'))).toMatchObject({
    overridden: { a: 'kenza', b: 'kenza' },
    openFindings: ['c'],
  });
});

test('a cycle is prepared from then on, unless it is sent back or given up', () => {
  const is = (...events: readonly Told[]) => isPrepared(after(...events));
  const ready = [opened, begun(), prepared] as const;
  expect([is(), is(opened), is(opened, begun())]).toEqual([false, false, false]);
  expect([is(...ready), is(...ready, approved)]).toEqual([true, true]);
  expect([is(...ready, ['CycleReturned', {}]), is(...ready, ['CycleAbandoned', {}])]).toEqual([
    false,
    false,
  ]);
});
