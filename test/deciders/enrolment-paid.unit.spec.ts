import { describe, expect, test } from '@jest/globals';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import { factsIn, payableIn, type EnrolmentEvent } from '../../src/enrolment/enrolment.state.js';
import { fold, type Foldable } from '../../src/kernel/decider.js';
import {
  ended,
  of,
  reinstated,
  revised,
  revision,
  started,
  suspended,
} from './enrolment.fixtures.js';
import { HASH, OTHER_HASH, was } from './given.js';

describe('what is paid', () => {
  const paid = (...events: readonly Foldable<EnrolmentEvent>[]): string[] => {
    const state = fold(enrolmentDecider, events);
    return ['2025-12', '2026-01', '2026-02', '2026-03', '2026-04', '2026-05', '2026-06'].filter(
      (period) => payableIn(state, period),
    );
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
