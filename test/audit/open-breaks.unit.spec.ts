import { expect, test } from '@jest/globals';
import { OpenBreaks } from '../../src/audit/open-breaks.js';
import { eventOf } from './direct.js';

const cycleId = 'asd-2026-01';
const ofCycle = (id: string): string => `${id}-00000000-0000-4000-8000-000000000001`;
const broken = (breakId: string, cycle = cycleId, time = '2026-01-15T12:00:00.000Z') =>
  eventOf('PaymentBreakRecorded', { breakId, paymentId: ofCycle(cycle), attempt: 1 }, { time });

test('a break is open from its record to its end', () => {
  const breaks = new OpenBreaks();
  expect(breaks.take('b')).toBeUndefined();
  expect(breaks.add(broken('b'))).toBe(true);
  expect(breaks.add(broken('b'))).toBe(false);
  expect(breaks.take('b')).toMatchObject({ breakId: 'b', attempt: 1 });
  expect(breaks.take('b')).toBeUndefined();
  expect(breaks.add(broken('b'))).toBe(true);
});

test('who closes a cycle has seen its breaks of more than an hour before', () => {
  const breaks = new OpenBreaks();
  breaks.add(broken('b'));
  breaks.add(broken('c'));
  breaks.add(broken('d', 'asd-2026-02'));
  breaks.add(broken('e', cycleId, '2026-01-15T12:00:00.001Z'));
  expect(breaks.seenIn(cycleId, '2026-01-15T13:00:00.000Z')).toBe(0);
  expect(breaks.seenIn(cycleId, '2026-01-15T13:00:00.001Z')).toBe(2);
  expect(breaks.seenIn('asd-2026-02', '2026-01-15T14:00:00.000Z')).toBe(1);
  breaks.take('c');
  expect(breaks.seenIn(cycleId, '2026-01-15T13:00:00.001Z')).toBe(1);
});
