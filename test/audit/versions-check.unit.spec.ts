import { expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { VersionsCheck } from '../../src/audit/versions-check.js';
import { eventOf, Findings } from './direct.js';

type Written = readonly [v: number, time: string, type?: EventType];
function foundIn(...log: readonly Written[]): readonly string[] {
  const check = new VersionsCheck();
  const { said, found } = new Findings();
  for (const [v, time, type = 'PolicyPublished'] of log)
    check.add(eventOf(type, {}, { v, time }), found);
  return said;
}
const FIRST: Written = [1, '2026-01-01T00:00:00.000Z'];
const NEWER: Written = [2, '2026-01-02T00:00:00.000Z'];
const LOWERED = ['I8 PolicyPublished of version 1, after version 2'];

test('an older version is written for a day after the first newer one, to the millisecond', () => {
  expect(foundIn(FIRST, NEWER, [1, '2026-01-03T00:00:00.000Z'])).toEqual([]);
  expect(foundIn(FIRST, NEWER, [1, '2026-01-03T00:00:00.001Z'])).toEqual(LOWERED);
});

test('the day is counted from the first event of the newer version, not from the last', () => {
  const later: Written = [2, '2026-02-01T00:00:00.000Z'];
  expect(foundIn(FIRST, NEWER, later)).toEqual([]);
  expect(foundIn(FIRST, NEWER, later, [1, '2026-02-01T00:00:00.001Z'])).toEqual(LOWERED);
});

test('what is found once is found each time, and the newest stays the newest', () => {
  const late: Written = [1, '2026-03-01T00:00:00.000Z'];
  expect(foundIn(FIRST, NEWER, late, late)).toEqual([...LOWERED, ...LOWERED]);
  expect(foundIn([2, NEWER[1]], [3, '2026-02-01T00:00:00.000Z'], late)).toEqual([
    'I8 PolicyPublished of version 1, after version 3',
  ]);
});

test('each type has versions of its own', () => {
  expect(foundIn(NEWER, [1, '2026-03-01T00:00:00.000Z', 'PaymentSettled'])).toEqual([]);
});
