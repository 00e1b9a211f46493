import { expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { beginsNothing } from '../../src/use-cases/applications/enrolment-start.rule.js';
import { eventOf } from '../audit/direct.js';

const begun = (applicationId: string, position: number) =>
  eventOf('EnrolmentStarted', { applicationId, startPeriod: '2026-01' }, { position });
const then = (type: EventType, position: number) =>
  eventOf(type, { lastPeriod: '2026-02', fromPeriod: '2026-02', reason: 'x' }, { position });
const b = (approvedAt: number) => ({ applicationId: 'b', approvedAt });

test('an approval begins nothing where another application’s enrolment began after it', () => {
  expect(beginsNothing([begun('a', 12)], b(11))).toBe(true);
  expect(beginsNothing([begun('a', 12), then('EnrolmentEnded', 20)], b(11))).toBe(true);
});

test('nor where one went on when it was given, whatever became of it since', () => {
  expect(beginsNothing([begun('a', 12)], b(13))).toBe(true);
  const suspended = [begun('a', 12), then('EnrolmentSuspended', 13)];
  expect(beginsNothing([...suspended, then('EnrolmentEnded', 20)], b(14))).toBe(true);
});

test('it begins one where none was, the one before was over, or its own was begun', () => {
  expect(beginsNothing([], b(11))).toBe(false);
  expect(beginsNothing([begun('a', 5), then('EnrolmentEnded', 8)], b(11))).toBe(false);
  expect(beginsNothing([begun('b', 12)], b(11))).toBe(false);
  expect(beginsNothing([begun('b', 12), then('EnrolmentEnded', 20)], b(14))).toBe(false);
});
