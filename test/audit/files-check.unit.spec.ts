import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { FilesCheck } from '../../src/audit/files-check.js';
import { eventOf, Findings } from './direct.js';

type Step = readonly [EventType, object];
const cycleId = 'asd-2026-01';
const pay = (number: number, messageId = 'M1', more: object = {}): Step => [
  'PaymentInstructed',
  {
    paymentId: `${cycleId}-00000000-0000-4000-8000-00000000000${number}`,
    messageId,
    amountMinor: '100',
    executionDate: '2026-02-25',
    ...more,
  },
];
const again = (number: number, messageId = 'M1'): Step => [
  'PaymentReinstructed',
  pay(number, messageId)[1],
];
const file = (count: number, totalMinor: string, messageId = 'M1') => ({
  messageId,
  count,
  totalMinor,
});
const instructed = (count: number, ...files: readonly object[]): Step => [
  'CycleInstructed',
  { cycleId, count, files },
];
const reinstructed = (...files: readonly object[]): Step => [
  'CycleReinstructed',
  { cycleId, files },
];
const RELEASED: Step = ['CycleReleased', { cycleId, executionDate: '2026-02-25' }];

function foundIn(...log: readonly Step[]): readonly string[] {
  const check = new FilesCheck();
  const { said, found } = new Findings();
  for (const [type, data] of log) check.add(eventOf(type, data), found);
  return said;
}

describe('a file of a bank', () => {
  const two = [pay(1), pay(2)] as const;
  const wrong = (count: number, totalMinor: string, of = '2 of 200') => [
    `I6 a file of ${count} payments of ${totalMinor}; ${of} were instructed under M1`,
  ];

  test('is of all that was instructed under its message', () => {
    expect(foundIn(...two, instructed(2, file(2, '200')))).toEqual([]);
    const parts = [file(1, '100'), file(1, '100', 'M2')];
    expect(foundIn(pay(1), pay(2, 'M2'), instructed(2, ...parts))).toEqual([]);
  });
  test('is of no more, in number or in money', () => {
    expect(foundIn(...two, instructed(2, file(3, '200')))).toEqual(wrong(3, '200'));
    expect(foundIn(...two, instructed(2, file(2, '201')))).toEqual(wrong(2, '201'));
  });
  test('is of no less, where the files are of as many as the cycle', () => {
    expect(foundIn(...two, instructed(2, file(2, '199')))).toEqual(wrong(2, '199'));
    expect(foundIn(...two, instructed(1, file(1, '200')))).toEqual(wrong(1, '200'));
  });
  test('may be of less where some of the cycle are in none, as of who was erased since', () => {
    expect(foundIn(...two, instructed(2, file(1, '100')))).toEqual([]);
  });
  test('is of a message under which something was instructed, and which has no other file', () => {
    const none = ['I6 a file of M2, under which nothing was instructed'];
    expect(foundIn(...two, instructed(2, file(2, '200', 'M2')))).toEqual(none);
    const twice = instructed(4, file(2, '200'), file(2, '200'));
    expect(foundIn(...two, twice)).toEqual(['I6 a file of M1, under which nothing was instructed']);
  });
  test('is of its own cycle', () => {
    const other: Step = [
      'CycleInstructed',
      { cycleId: 'asd-2026-02', count: 2, files: [file(2, '200')] },
    ];
    expect(foundIn(...two, other)).toEqual(['I6 a file of M1, under which nothing was instructed']);
  });
});

describe('a file of what is instructed again', () => {
  test('is of what was, or of less, and of no more', () => {
    expect(foundIn(again(1), again(2), reinstructed(file(2, '200')))).toEqual([]);
    expect(foundIn(again(1), again(2), reinstructed(file(1, '100')))).toEqual([]);
    expect(foundIn(again(1), reinstructed(file(1, '101')))).toEqual([
      'I6 a file of 1 payments of 101; 1 of 100 were instructed under M1',
    ]);
    expect(foundIn(again(1), reinstructed(file(2, '100')))).toEqual([
      'I6 a file of 2 payments of 100; 1 of 100 were instructed under M1',
    ]);
    expect(foundIn(again(1), reinstructed(file(1, '100'), file(1, '100', 'M2')))).toEqual([
      'I6 a file of M2, under which nothing was instructed',
    ]);
  });
});

describe('the day of a payment', () => {
  const late = pay(1, 'M1', { executionDate: '2026-02-26' });
  const other = ['I6 instructed for 2026-02-26; released for 2026-02-25'];
  test('is the one that its cycle was released for', () => {
    expect(foundIn(RELEASED, pay(1))).toEqual([]);
    expect(foundIn(RELEASED, late)).toEqual(other);
    expect(foundIn(late)).toEqual([]);
  });
  test('is its own where it is instructed after the cycle was, or again', () => {
    expect(foundIn(RELEASED, pay(2), instructed(1, file(1, '100')), late)).toEqual([]);
    expect(foundIn(RELEASED, ['PaymentReinstructed', late[1]])).toEqual([]);
  });
});
