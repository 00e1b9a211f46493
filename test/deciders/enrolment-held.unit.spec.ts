import { expect, test } from '@jest/globals';
import { enrolmentDecider, type EnrolmentCommand } from '../../src/enrolment/enrolment.decider.js';
import { isOverdue, type EnrolmentEvent } from '../../src/enrolment/enrolment.state.js';
import { overdueReason } from '../../src/enrolment/overdue-reason.rule.js';
import { fold, type Context, type Foldable } from '../../src/kernel/decider.js';
import { due, of, recertificationProposed, revision, started } from './enrolment.fixtures.js';
import { by, was } from './given.js';

type Log = readonly Foldable<EnrolmentEvent>[];
const supervisor = by('sara', 'supervisor');
const officer = by('omar', 'case-officer');

/** What is decided, each with its month or day; or the code of the refusal. */
function decided(log: Log, command: EnrolmentCommand, context: Context): unknown {
  try {
    return enrolmentDecider
      .decide(fold(enrolmentDecider, log), command, context)
      .map(({ type, data }) => [
        type,
        'fromPeriod' in data ? data.fromPeriod : 'dueOn' in data && data.dueOn,
      ]);
  } catch (error) {
    return (error as { code: string }).code;
  }
}
const held = (fromPeriod: string, reason: string) =>
  was('EnrolmentSuspended', { ...of, fromPeriod, reason });
const later = held('2027-06', 'goes abroad');
const overdue = held('2027-01', overdueReason('2026-12-31'));
const fellDue = (dueOn: string) => was('RecertificationFellDue', { ...of, dueOn });

test('an enrolment is overdue also where its suspension is still to come', () => {
  const months = ['2026-12', '2027-01', '2027-05', '2027-06'];
  const over = (...log: Log) =>
    months.filter((period) => isOverdue(fold(enrolmentDecider, log), period));
  expect(over(started, due, later)).toEqual(['2027-01', '2027-05']);
  expect(over(started, due, later, fellDue('2027-03-31'))).toEqual(['2027-05']);
});

test('it is suspended sooner than was said, and not later', () => {
  const suspend = (fromPeriod: string, ...log: Log): unknown =>
    decided(log, { type: 'SuspendEnrolment', fromPeriod, reason: 'not seen' }, supervisor);
  expect(suspend('2027-02', started, later)).toEqual([['EnrolmentSuspended', '2027-02']]);
  for (const month of ['2027-06', '2027-07'])
    expect(suspend(month, started, later)).toBe('ENROLMENT_STATUS');
  const sooner = held('2027-02', 'not seen');
  expect(suspend('2027-03', started, later, sooner)).toBe('ENROLMENT_STATUS');
});

test('it is due sooner than was said, also by one person, and not later', () => {
  const mark = (dueOn: string, ...log: Log): unknown =>
    decided(log, { type: 'MarkRecertificationDue', dueOn }, officer);
  const mistyped = fellDue('2099-12-31');
  expect(mark('2026-12-31', started, mistyped)).toEqual([['RecertificationFellDue', '2026-12-31']]);
  for (const day of ['2099-12-31', '2100-01-01'])
    expect(mark(day, started, mistyped)).toBe('RECERTIFICATION_ALREADY_DUE');
});

test('a late recertification pays it again only where nothing else holds it', () => {
  const late = { ...revision, fromPeriod: '2027-03', nextDueOn: '2027-12-31' };
  const recertified = ['EnrolmentRecertified', '2027-03'];
  const again = ['EnrolmentReinstated', '2027-03'];
  const asked = (...log: Log): unknown =>
    decided(
      [...log, recertificationProposed({ ...of, ...late })],
      { type: 'RecertifyEnrolment', ...late },
      supervisor,
    );
  expect(asked(started, due, overdue)).toEqual([recertified, again]);
  expect(asked(started, due, overdue, fellDue('2026-11-30'))).toEqual([recertified, again]);
  expect(asked(started, due, later, overdue)).toEqual([recertified]);
  expect(asked(started, due, overdue, held('2026-11', 'not seen'))).toEqual([recertified]);
  const back = was('EnrolmentReinstated', { ...of, fromPeriod: '2026-05', reason: 'seen' });
  expect(asked(started, later, back, due, overdue)).toEqual([recertified, again]);
});

test('facts that are not eligible are not paid again because something else holds it too', () => {
  const notEligible = held('2027-06', 'Not eligible any more: income.');
  const reinstate = { type: 'ReinstateEnrolment', fromPeriod: '2027-03', reason: 'seen' } as const;
  expect(decided([started, due, notEligible, overdue], reinstate, supervisor)).toBe('NOT_ELIGIBLE');
  expect(decided([started, due, later, overdue], reinstate, supervisor)).toEqual([
    ['EnrolmentReinstatementProposed', '2027-03'],
  ]);
});
