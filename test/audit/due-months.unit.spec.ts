import { expect, test } from '@jest/globals';
import {
  FACTS,
  foundIn,
  hashed,
  type Log,
  ordered,
  started,
  STARTED,
  step,
  type Step,
} from './entitled.js';

/** The enrolment is recorded at 200, and what follows at 300, 400 and so on. */
const found = (log: Log, ...steps: readonly Step[]) => foundIn({ ...log, months: true }, ...steps);
const cycle = (period: string, asOf: number): Step => [
  'CyclePreparationStarted',
  { cycleId: `sim-${period}`, asOf },
];
const abandoned = (period: string): Step => ['CycleAbandoned', { cycleId: `sim-${period}` }];
const early = (month: string, from: string) =>
  `I5 ${month} is ordered; this cycle pays from ${from} on, earlier ones before`;
const missing = (month: string) =>
  `I5 ${month} is not ordered, though it is due and no earlier cycle pays it`;

test('an order pays no month after that of its cycle', () => {
  const both = ordered('2026-01', {}, ['2026-01', '2026-02']);
  const wrong = ['I5 2026-02 is ordered by the cycle of 2026-01, before it'];
  expect(found({}, STARTED, both)).toEqual(wrong);
  expect(found({ isNew: false }, STARTED, both)).toEqual(wrong);
  expect(found({}, STARTED, ordered('2026-01', {}, ['2026-02']))).toEqual([
    ...wrong,
    missing('2026-01'),
  ]);
});

test('an order pays the months that no earlier cycle could have paid', () => {
  const both = ordered('2026-02', {}, ['2026-01', '2026-02']);
  expect(found({}, cycle('2026-01', 100), STARTED, both)).toEqual([]);
  expect(found({ asOf: 200 }, STARTED, both)).toEqual([]);
  const looked = [STARTED, cycle('2026-01', 200)] as const;
  expect(found({}, ...looked, both)).toEqual([early('2026-01', '2026-02')]);
  expect(found({ isNew: false }, ...looked, both)).toEqual([]);
  expect(found({}, ...looked, ordered('2026-02'))).toEqual([]);
});

test('not as a later cycle, another programme or one that was given up looked at it', () => {
  const both = ordered('2026-02', {}, ['2026-01', '2026-02']);
  const other: Step = ['CyclePreparationStarted', { cycleId: 'oth-2026-01', asOf: 200 }];
  expect(found({}, STARTED, cycle('2026-03', 200), other, both)).toEqual([]);
  expect(found({}, STARTED, cycle('2026-02', 200), both)).toEqual([]);
  expect(found({}, STARTED, cycle('2026-01', 200), abandoned('2026-01'), both)).toEqual([]);
});

test('as the latest of the earlier cycles looked, whichever month it is of', () => {
  const march = (...months: readonly string[]) => ordered('2026-03', {}, [...months]);
  const cycles = [cycle('2026-01', 250), cycle('2026-02', 150)] as const;
  expect(found({}, STARTED, ...cycles, march('2026-03'))).toEqual([]);
  expect(found({}, STARTED, ...cycles, march('2026-02', '2026-03'))).toEqual([
    early('2026-02', '2026-03'),
  ]);
});

test('and leaves out none of them that is due', () => {
  const own = ordered('2026-03');
  expect(found({}, STARTED, own)).toEqual([missing('2026-01'), missing('2026-02')]);
  expect(found({ isNew: false }, STARTED, own)).toEqual([]);
  const suspended = step('EnrolmentSuspended', { fromPeriod: '2026-01', reason: 'asked' });
  const again = step('EnrolmentReinstated', { fromPeriod: '2026-03' });
  expect(found({}, STARTED, suspended, again, own)).toEqual([]);
  const unpriced = started({ startPeriod: '2025-12' });
  expect(found({}, unpriced, ordered('2026-01'))).toEqual([]);
  const due = step('RecertificationFellDue', { dueOn: '2026-01-31' });
  const ended = step('EnrolmentEnded', { lastPeriod: '2026-02', reason: 'moved' });
  expect(found({}, STARTED, due, ended, ordered('2026-03', {}, ['2026-01']))).toEqual([]);
});

test('but what another payment may have paid, or the account', () => {
  const before = ordered('2026-01');
  expect(found({}, STARTED, before, ordered('2026-02'))).toEqual([]);
  const periods = [{ period: '2026-01', policyVersion: 1, paidMinor: '0', dueMinor: '50000' }];
  const proposed = step('AdjustmentProposed', { correctionId: 'c', periods }, 'adjustment');
  const established = step('AdjustmentEstablished', { correctionId: 'c' }, 'adjustment');
  expect(found({}, STARTED, proposed, established, ordered('2026-02'))).toEqual([]);
  const mine = started({ personId: 'q' });
  const theirs: Step = [mine[0], mine[1], { stream: 'enrolment-sim-q' }];
  const paid = ordered('2026-01', { personId: 'q', paymentId: 'sim-2026-01-q' });
  expect(found({ earlier: ['q'] }, theirs, paid, STARTED, ordered('2026-02'))).toEqual([]);
  expect(found({}, theirs, paid, STARTED, ordered('2026-02'))).toEqual([missing('2026-01')]);
});

test('of each enrolment that is newer than what they looked at, as of its own position', () => {
  const ended = step('EnrolmentEnded', { lastPeriod: '2026-01' });
  const again = started({ startPeriod: '2026-02', ...hashed(FACTS) });
  const three = ordered('2026-03', {}, ['2026-02', '2026-03']);
  const log = [STARTED, cycle('2026-01', 250), ended, again] as const;
  expect(found({}, ...log, three)).toEqual([]);
  expect(found({}, ...log, cycle('2026-02', 500), three)).toEqual([early('2026-02', '2026-03')]);
  expect(found({ asOf: 499 }, ...log, ordered('2026-03', {}, ['2026-02']))).toContainEqual(
    early('2026-02', '2026-03'),
  );
});
