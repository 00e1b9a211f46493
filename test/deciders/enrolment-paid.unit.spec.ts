import { describe, expect, test } from '@jest/globals';
import { enrolmentDecider, type EnrolmentCommand } from '../../src/enrolment/enrolment.decider.js';
import { overdueReason } from '../../src/enrolment/overdue-reason.rule.js';
import { factsIn, payableIn, type EnrolmentEvent } from '../../src/enrolment/enrolment.state.js';
import { fold, type Foldable } from '../../src/kernel/decider.js';
import {
  due,
  ended,
  of,
  recertificationProposed,
  reinstated,
  revised,
  revision,
  started,
  suspended,
} from './enrolment.fixtures.js';
import { by, HASH, OTHER_HASH, was } from './given.js';

describe('what is paid', () => {
  const paid = (...events: readonly Foldable<EnrolmentEvent>[]): string[] => {
    const state = fold(enrolmentDecider, events);
    return ['2025-12', '2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06'].filter(
      (period) => payableIn(state, period),
    );
  };
  /** What the second of two supervisors has recorded. */
  const decisionsOn = (
    before: readonly Foldable<EnrolmentEvent>[],
    command: EnrolmentCommand,
  ): readonly Foldable<EnrolmentEvent>[] => {
    const { actor } = by('sara', 'supervisor');
    const context = { actor, now: '2027-02-01T00:00:00.000Z' };
    return enrolmentDecider
      .decide(fold(enrolmentDecider, before), command, context)
      .map((draft) => ({
        ...draft,
        meta: { actor: actor.id, role: actor.role },
        time: context.now,
      }));
  };
  test('is every month from the start to the last, but those suspended', () => {
    expect(paid()).toEqual([]);
    expect(paid(started)).toEqual([
      '2026-01',
      '2026-02',
      '2026-03',
      '2026-04',
      '2026-05',
      '2026-06',
    ]);
    expect(paid(started, suspended)).toEqual(['2026-01', '2026-02']);
    expect(paid(started, suspended, reinstated)).toEqual([
      '2026-01',
      '2026-02',
      '2026-05',
      '2026-06',
    ]);
    expect(paid(started, ended)).toEqual(['2026-01', '2026-02', '2026-03', '2026-04']);
    expect(paid(started, suspended, ended)).toEqual(['2026-01', '2026-02']);
  });
  test.each([
    ['eligible', {}],
    ['not eligible later', { unmet: ['score'], unmetFrom: '2027-03' }],
  ])('is no month for which it was held before a late recertification, %s', (_what, unmet) => {
    const overdue = was('EnrolmentSuspended', {
      ...of,
      fromPeriod: '2027-01',
      reason: overdueReason(due.data.dueOn),
    });
    const data = { ...of, ...revision, fromPeriod: '2026-02', nextDueOn: '2027-12-31' };
    const before = [started, suspended, reinstated, due, overdue, recertificationProposed(data)];
    const { programmeId: _programme, personId: _person, ...facts } = data;
    const recertify: EnrolmentCommand = { type: 'RecertifyEnrolment', ...facts, ...unmet };
    const decided = decisionsOn(before, recertify);
    const state = fold(enrolmentDecider, [...before, ...decided]);
    expect(paid(...before, ...decided)).toEqual(['2026-01', '2026-02', '2026-05', '2026-06']);
    expect(['2026-12', '2027-01', '2027-02'].map((month) => payableIn(state, month))).toEqual([
      true,
      true,
      true,
    ]);
    expect(payableIn(state, '2027-03')).toBe(!('unmet' in unmet));
  });
  test('is for the household as it was that month, as far as is known now', () => {
    const state = fold(enrolmentDecider, [started, revised]);
    expect(factsIn(state, '2026-02').contentHash).toBe(HASH);
    expect(factsIn(state, '2026-03').contentHash).toBe(OTHER_HASH);
    const corrected = fold(enrolmentDecider, [
      started,
      revised,
      was('EntitlementRevised', {
        ...of,
        ...revision,
        fromPeriod: '2026-02',
        contentHash: 'c'.repeat(64),
        reason: 'born earlier',
      }),
    ]);
    expect(factsIn(corrected, '2026-04').contentHash).toBe('c'.repeat(64));
  });
});
