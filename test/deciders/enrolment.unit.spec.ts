import { describe, expect, test } from '@jest/globals';
import {
  enrolmentDecider,
  ENROLMENT_REFUSALS,
  type EnrolmentCommand,
} from '../../src/enrolment/enrolment.decider.js';
import { overdueReason } from '../../src/enrolment/overdue-reason.rule.js';
import { isOverdue } from '../../src/enrolment/enrolment.state.js';
import { fold } from '../../src/kernel/decider.js';
import {
  due,
  ended,
  of,
  recertificationProposed,
  reinstated,
  reinstatementProposed,
  revised,
  revision,
  revisionProposed,
  start,
  started,
  suspended,
} from './enrolment.fixtures.js';
import { by, HASH, scenarios, uuid, was } from './given.js';

const { given } = scenarios(enrolmentDecider, ENROLMENT_REFUSALS, {
  StartEnrolment: true,
  ReviseEntitlement: true,
  SuspendEnrolment: true,
  ReinstateEnrolment: true,
  MarkRecertificationDue: true,
  RecertifyEnrolment: true,
  EndEnrolment: true,
  MoveEnrolment: true,
  WithdrawProposal: true,
});
const automation = by('automation', 'automation');
const supervisor = by('salma', 'supervisor');
const second = by('nadia', 'supervisor');
describe('an enrolment', () => {
  test('moves with its person, and is then decided on where they live', () => {
    const move: EnrolmentCommand = { type: 'MoveEnrolment', region: 'MA-03' };
    const moved = { ...of, fromRegion: 'MA-06', region: 'MA-03' };
    given(started).when(move, supervisor).then({ type: 'EnrolmentMoved', data: moved });
    given(started, ended).when(move, supervisor).then({ type: 'EnrolmentMoved', data: moved });
    given(started)
      .when(move, by('salma', 'supervisor', 'MA-06'))
      .thenRefused('REGION_NOT_ALLOWED');
    given(started).when(move, by('omar', 'case-officer')).thenRefused('ROLE_NOT_ALLOWED');
    given(started, was('EnrolmentMoved', moved)).when(move, supervisor).then();
    const stop = { type: 'SuspendEnrolment', fromPeriod: '2026-03', reason: 'not seen' } as const;
    given(started, was('EnrolmentMoved', moved))
      .when(stop, by('salma', 'supervisor', 'MA-06'))
      .thenRefused('REGION_NOT_ALLOWED');
    given(started, was('EnrolmentMoved', moved))
      .when(stop, by('sara', 'supervisor', 'MA-03'))
      .thenOne('EnrolmentSuspended', { fromPeriod: '2026-03' });
  });
  test('starts once a person and programme', () => {
    given()
      .when({ type: 'StartEnrolment', ...start }, automation)
      .then({ type: 'EnrolmentStarted', data: start });
    given(started)
      .when({ type: 'StartEnrolment', ...start }, automation)
      .then();
    given(started)
      .when({ type: 'StartEnrolment', ...start, applicationId: uuid(3) }, automation)
      .thenRefused('ALREADY_ENROLLED', 'personId');
    given(started, suspended)
      .when({ type: 'StartEnrolment', ...start, applicationId: uuid(3) }, automation)
      .thenRefused('ALREADY_ENROLLED', 'personId');
    given()
      .when({ type: 'StartEnrolment', ...start }, by('ines', 'intake'))
      .thenRefused('ROLE_NOT_ALLOWED');
    given()
      .when({ type: 'StartEnrolment', ...start, startPeriod: '2026-1' }, automation)
      .thenRefused('INVALID_PERIOD', 'startPeriod');
  });
  test('starts again after it ended, for months that the first did not pay', () => {
    given(started, ended)
      .when(
        { type: 'StartEnrolment', ...start, applicationId: uuid(3), startPeriod: '2026-04' },
        automation,
      )
      .thenRefused('PERIOD_BEFORE_START', 'startPeriod');
    given(started, ended)
      .when(
        { type: 'StartEnrolment', ...start, applicationId: uuid(3), startPeriod: '2026-05' },
        automation,
      )
      .thenOne('EnrolmentStarted', { startPeriod: '2026-05' });
  });
  test('is revised from a month on by two who say the same, the same once', () => {
    const revise: EnrolmentCommand = {
      type: 'ReviseEntitlement',
      ...revision,
      reason: 'a child was born',
    };
    given(started)
      .when(revise, supervisor)
      .then({ type: 'EntitlementRevisionProposed', data: revised.data });
    given(started, revisionProposed).when(revise, supervisor).then();
    given(started, revisionProposed).when(revise, by('SALMA', 'supervisor')).then();
    given(started, revisionProposed)
      .when({ ...revise, reason: 'the register says so' }, second)
      .then({
        type: 'EntitlementRevised',
        data: { ...revised.data, reason: 'the register says so' },
      });
    given(started, revisionProposed)
      .when({ ...revise, fromPeriod: '2026-02' }, second)
      .thenOne('EntitlementRevisionProposed', { fromPeriod: '2026-02' });
    given(started, revisionProposed)
      .when({ ...revise, contentHash: HASH }, second)
      .thenOne('EntitlementRevisionProposed', { contentHash: HASH });
    given(started, revisionProposed, revised).when(revise, second).then();
    given(started, revisionProposed).when(revise, automation).thenRefused('ROLE_NOT_ALLOWED');
    given(started)
      .when({ ...revise, fromPeriod: '2025-12' }, supervisor)
      .thenRefused('PERIOD_BEFORE_START', 'fromPeriod');
    given().when(revise, supervisor).thenRefused('ENROLMENT_NOT_FOUND', 'personId');
    given(started)
      .when(revise, by('salma', 'supervisor', 'MA-01'))
      .thenRefused('REGION_NOT_ALLOWED');
  });
  test('is not revised on a word that its author replaced, or that others answered', () => {
    const revise: EnrolmentCommand = { type: 'ReviseEntitlement', ...revision, reason: 'news' };
    const other = { ...revisionProposed.data, contentHash: HASH };
    given(started, revisionProposed, was('EntitlementRevisionProposed', other, 'salma'))
      .when(revise, second)
      .thenOne('EntitlementRevisionProposed');
    given(
      started,
      revisionProposed,
      was('EntitlementRevised', { ...revised.data, contentHash: HASH }, 'omar', 'supervisor'),
    )
      .when(revise, second)
      .thenOne('EntitlementRevisionProposed');
  });
  test('is suspended, reinstated and ended by a person', () => {
    given(started)
      .when({ type: 'SuspendEnrolment', fromPeriod: '2026-03', reason: 'not seen' }, supervisor)
      .then({ type: 'EnrolmentSuspended', data: suspended.data });
    given(started, suspended)
      .when({ type: 'SuspendEnrolment', fromPeriod: '2026-03', reason: 'not seen' }, supervisor)
      .thenRefused('ENROLMENT_STATUS');
    given(started, suspended)
      .when({ type: 'ReinstateEnrolment', fromPeriod: '2026-05', reason: 'seen' }, supervisor)
      .then({ type: 'EnrolmentReinstatementProposed', data: reinstated.data });
    given(started)
      .when({ type: 'ReinstateEnrolment', fromPeriod: '2026-05', reason: 'seen' }, supervisor)
      .thenRefused('ENROLMENT_STATUS');
    given(started, suspended)
      .when({ type: 'ReinstateEnrolment', fromPeriod: '2026-05', reason: 'seen' }, automation)
      .thenRefused('ROLE_NOT_ALLOWED');
    given(started)
      .when({ type: 'EndEnrolment', lastPeriod: '2026-04', reason: 'moved abroad' }, supervisor)
      .then({ type: 'EnrolmentEnded', data: ended.data });
    given(started, ended)
      .when({ type: 'EndEnrolment', lastPeriod: '2026-04', reason: 'moved abroad' }, supervisor)
      .thenRefused('ENROLMENT_STATUS');
  });
  test('ends sooner than was said, and not later', () => {
    const end = (lastPeriod: string): EnrolmentCommand => ({
      type: 'EndEnrolment',
      lastPeriod,
      reason: 'died',
    });
    given(started, was('EnrolmentEnded', { ...of, lastPeriod: '2062-04', reason: 'mistyped' }))
      .when(end('2026-04'), supervisor)
      .then({ type: 'EnrolmentEnded', data: { ...of, lastPeriod: '2026-04', reason: 'died' } });
    given(started, ended).when(end('2026-04'), supervisor).thenRefused('ENROLMENT_STATUS');
    given(started, ended).when(end('2026-05'), supervisor).thenRefused('ENROLMENT_STATUS');
  });
  test('is overdue also where its end is still to come', () => {
    const far = was('EnrolmentEnded', { ...of, lastPeriod: '2027-06', reason: 'moves abroad' });
    const state = fold(enrolmentDecider, [started, due, far]);
    const months = ['2026-12', '2027-01', '2027-06', '2027-07'];
    expect(months.map((period) => isOverdue(state, period))).toEqual([false, true, true, false]);
  });
  test('is recertified', () => {
    given(started)
      .when({ type: 'MarkRecertificationDue', dueOn: '2026-12-31' }, automation)
      .then({ type: 'RecertificationFellDue', data: due.data });
    const recertified = was('EnrolmentRecertified', {
      ...of,
      ...revision,
      nextDueOn: '2026-12-31',
    });
    given(started, recertified)
      .when({ type: 'MarkRecertificationDue', dueOn: '2099-12-31' }, by('omar', 'case-officer'))
      .thenOne('RecertificationFellDue', { dueOn: '2026-12-31' });
    given(started, due)
      .when({ type: 'MarkRecertificationDue', dueOn: '2026-12-31' }, automation)
      .thenRefused('RECERTIFICATION_ALREADY_DUE');
    const recertify: EnrolmentCommand = {
      type: 'RecertifyEnrolment',
      ...revision,
      nextDueOn: '2027-12-31',
    };
    const data = { ...of, ...revision, nextDueOn: '2027-12-31' };
    given(started, due)
      .when(recertify, supervisor)
      .then({ type: 'EnrolmentRecertificationProposed', data });
    given(started, due, recertificationProposed(data)).when(recertify, supervisor).then();
    given(started, due, recertificationProposed(data))
      .when({ ...recertify, nextDueOn: '2099-12-31' }, second)
      .thenOne('EnrolmentRecertificationProposed', { nextDueOn: '2099-12-31' });
    given(started, due, recertificationProposed(data))
      .when({ type: 'ReviseEntitlement', ...revision, reason: 'news' }, second)
      .thenOne('EntitlementRevisionProposed');
    given(started, due, recertificationProposed(data))
      .when(recertify, second)
      .then({ type: 'EnrolmentRecertified', data });
    given(
      started,
      due,
      was('EnrolmentRecertified', { ...of, ...revision, nextDueOn: '2027-12-31' }),
    )
      .when({ type: 'MarkRecertificationDue', dueOn: '2027-12-31' }, automation)
      .thenOne('RecertificationFellDue');
  });
});

describe('an enrolment that may not be paid any more', () => {
  const unmet = ['income', 'residence'];
  const ineligible = was('EnrolmentSuspended', {
    ...of,
    fromPeriod: '2026-03',
    reason: 'Not eligible any more: income, residence.',
  });
  const overdue = was('EnrolmentSuspended', {
    ...of,
    fromPeriod: '2027-01',
    reason: overdueReason('2026-12-31'),
  });
  const late = { ...revision, fromPeriod: '2027-03' };

  test('is suspended by facts that are not eligible, and the criteria are named', () => {
    given(started, revisionProposed)
      .when({ type: 'ReviseEntitlement', ...revision, unmet, reason: 'a child was born' }, second)
      .then(
        { type: 'EntitlementRevised', data: revised.data },
        { type: 'EnrolmentSuspended', data: ineligible.data },
      );
    given(started, recertificationProposed({ ...of, ...revision, nextDueOn: '2027-12-31' }))
      .when({ type: 'RecertifyEnrolment', ...revision, unmet, nextDueOn: '2027-12-31' }, second)
      .then(
        {
          type: 'EnrolmentRecertified',
          data: { ...of, ...revision, nextDueOn: '2027-12-31' },
        },
        { type: 'EnrolmentSuspended', data: ineligible.data },
      );
  });

  test('is suspended from the month on in which a later version does not take its facts', () => {
    const inLaterMonth = { unmet, unmetFrom: '2026-05' };
    const suspendedLater = { ...ineligible.data, fromPeriod: '2026-05' };
    const reason = 'a child was born';
    given(started, revisionProposed)
      .when({ type: 'ReviseEntitlement', ...revision, ...inLaterMonth, reason }, second)
      .then(
        { type: 'EntitlementRevised', data: revised.data },
        { type: 'EnrolmentSuspended', data: suspendedLater },
      );
    const data = { ...of, ...late, nextDueOn: '2027-12-31' };
    const recertify = { type: 'RecertifyEnrolment', ...late, nextDueOn: '2027-12-31' } as const;
    given(started, due, overdue, recertificationProposed(data))
      .when({ ...recertify, unmet, unmetFrom: '2027-06' }, second)
      .then(
        { type: 'EnrolmentRecertified', data },
        {
          type: 'EnrolmentReinstated',
          data: { ...of, fromPeriod: '2027-03', reason: 'Recertified.' },
        },
        { type: 'EnrolmentSuspended', data: { ...suspendedLater, fromPeriod: '2027-06' } },
      );
  });

  test('is revised for the months that it was paid where it is over, and may end sooner', () => {
    const revise = { type: 'ReviseEntitlement', ...revision, reason: 'born in March' } as const;
    const data = { ...of, ...revision, reason: 'born in March' };
    given(started, ended)
      .when(revise, supervisor)
      .then({ type: 'EntitlementRevisionProposed', data });
    const asked = given(started, ended, revisionProposed);
    asked.when(revise, second).then({ type: 'EntitlementRevised', data });
    asked.when({ ...revise, unmet }, second).then(
      { type: 'EntitlementRevised', data },
      {
        type: 'EnrolmentEnded',
        data: { ...of, lastPeriod: '2026-02', reason: ineligible.data.reason },
      },
    );
    asked
      .when({ ...revise, unmet, unmetFrom: '2026-05' }, second)
      .then({ type: 'EntitlementRevised', data });
    given(started, ended)
      .when({ ...revise, fromPeriod: '2026-05' }, supervisor)
      .thenRefused('ENROLMENT_STATUS', 'fromPeriod');
    given(started, ended)
      .when({ type: 'RecertifyEnrolment', ...late, nextDueOn: '2027-12-31' }, supervisor)
      .thenRefused('ENROLMENT_STATUS');
  });

  test('is reinstated once the facts are mended, and not before', () => {
    const reinstate: EnrolmentCommand = {
      type: 'ReinstateEnrolment',
      fromPeriod: '2026-05',
      reason: 'seen',
    };
    given(started, revised, ineligible).when(reinstate, supervisor).thenRefused('NOT_ELIGIBLE');
    given(started, revised, ineligible, revised)
      .when(reinstate, supervisor)
      .then({ type: 'EnrolmentReinstatementProposed', data: reinstated.data });
  });

  test('is reinstated by two supervisors, on a suspension that is still the same', () => {
    const reinstate = (reason: string, fromPeriod = '2026-05'): EnrolmentCommand => ({
      type: 'ReinstateEnrolment',
      fromPeriod,
      reason,
    });
    const asked = given(started, suspended, reinstatementProposed);
    asked.when(reinstate('seen'), by('SALMA', 'supervisor')).then();
    asked.when(reinstate('seen by me, too'), second).then({
      type: 'EnrolmentReinstated',
      data: { ...reinstated.data, reason: 'seen by me, too' },
    });
    asked.when(reinstate('seen', '2026-04'), second).thenOne('EnrolmentReinstatementProposed');
    given(started, suspended, reinstatementProposed, reinstated, suspended)
      .when(reinstate('seen'), second)
      .thenOne('EnrolmentReinstatementProposed');
    given(started, suspended, reinstatementProposed, revised)
      .when(reinstate('seen'), second)
      .thenOne('EnrolmentReinstatementProposed');
  });

  test('is paid again from its recertification where that came late, and not where it is held', () => {
    const recertify: EnrolmentCommand = {
      type: 'RecertifyEnrolment',
      ...late,
      nextDueOn: '2027-12-31',
    };
    const data = { ...of, ...late, nextDueOn: '2027-12-31' };
    given(started, due, overdue, recertificationProposed(data))
      .when(recertify, second)
      .then(
        { type: 'EnrolmentRecertified', data },
        {
          type: 'EnrolmentReinstated',
          data: { ...of, fromPeriod: '2027-03', reason: 'Recertified.' },
        },
      );
    given(started, due, suspended, recertificationProposed(data))
      .when(recertify, second)
      .then({ type: 'EnrolmentRecertified', data });
  });

  test('falls due for recertification in no month before the one it was certified from', () => {
    const fallDue = (dueOn: string): EnrolmentCommand => ({
      type: 'MarkRecertificationDue',
      dueOn,
    });
    const officer = by('omar', 'case-officer');
    given(started).when(fallDue('2025-12-31'), officer).thenRefused('PERIOD_BEFORE_START', 'dueOn');
    given(started).when(fallDue('2026-01-31'), officer).thenOne('RecertificationFellDue');
    given(started).when(fallDue('2026-02-30'), officer).thenRefused('INVALID_DATE', 'dueOn');
    const certified = was('EnrolmentRecertified', {
      ...of,
      ...late,
      nextDueOn: '2028-03-31',
    });
    given(started, certified)
      .when(fallDue('2026-03-31'), officer)
      .thenRefused('PERIOD_BEFORE_START', 'dueOn');
    const recertify = { type: 'RecertifyEnrolment', ...late } as const;
    given(started)
      .when({ ...recertify, nextDueOn: '2026-12-31' }, supervisor)
      .thenRefused('PERIOD_BEFORE_START', 'nextDueOn');
    given(started)
      .when({ ...recertify, nextDueOn: '2027-03-31' }, supervisor)
      .thenOne('EnrolmentRecertificationProposed');
  });

  test('is changed by nobody’s word that was taken back', () => {
    const withdraw: EnrolmentCommand = { type: 'WithdrawProposal', reason: 'the wrong child' };
    const taken = { ...of, reason: 'the wrong child' };
    const withdrawn = was('EnrolmentProposalWithdrawn', taken, 'Salma');
    given(started, revisionProposed).when(withdraw, second).thenRefused('NOTHING_PROPOSED');
    given(started, revisionProposed)
      .when(withdraw, supervisor)
      .then({ type: 'EnrolmentProposalWithdrawn', data: taken });
    given(started, revisionProposed, withdrawn)
      .when({ type: 'ReviseEntitlement', ...revision, reason: 'born' }, second)
      .thenOne('EntitlementRevisionProposed');
  });
});
