import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { Era } from '../../src/audit/era.js';
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

/** In a log whose first event says how its actor came; every payment is of 100, in M1. */
const foundIn = (...log: readonly Step[]): readonly string[] => foundOf('http', log);
/** In one that an older version began, and wrote. */
const foundInOld = (...log: readonly Step[]): readonly string[] => foundOf(undefined, log);
/** In one that an older version began, and this one wrote. */
const foundInUpgraded = (...log: readonly Step[]): readonly string[] =>
  foundOf(undefined, log, 'automation');

function foundOf(
  channel: 'http' | undefined,
  log: readonly Step[],
  now?: 'automation',
): readonly string[] {
  const meta = now ? { channel: now } : {};
  const era = new Era();
  era.add(eventOf('PersonMoved', {}, channel ? { meta: { channel } } : {}));
  const check = new FilesCheck({ messagesOf: () => ['M0', 'M1'], amountOf: () => 100n }, era);
  const { said, found } = new Findings();
  for (const [type, data] of log) check.add(eventOf(type, data, { meta }), found);
  return said;
}
const erased = (number: number): Step => [
  'PersonErased',
  { personId: `00000000-0000-4000-8000-00000000000${number}` },
];
const none = (messageId: string, count = 1) =>
  `I6 ${count} payments were instructed under ${messageId}, of no file`;

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
  test('may be of less where that is of who was erased since', () => {
    const less = instructed(2, file(1, '100'));
    expect(foundIn(...two, less)).toEqual(wrong(1, '100'));
    expect(foundIn(...two, erased(2), less)).toEqual([]);
    expect(foundIn(...two, less, erased(2))).toEqual(wrong(1, '100'));
    expect(foundIn(...two, erased(2), instructed(2, file(1, '99')))).toEqual(wrong(1, '99'));
    expect(foundIn(...two, erased(2), instructed(3, file(2, '199')))).toEqual(wrong(2, '199'));
    const both = [erased(1), erased(2)] as const;
    expect(foundIn(...two, ...both, instructed(3, file(1, '200')))).toEqual(wrong(1, '200'));
    expect(foundInOld(...two, less)).toEqual([]);
    expect(foundInUpgraded(...two, less)).toEqual(wrong(1, '100'));
    expect(foundInOld(...two, instructed(3, file(2, '199')))).toEqual(wrong(2, '199'));
  });
  test('is of a message under which something was instructed, and which has no other file', () => {
    const nothing = 'I6 a file of M2, under which nothing was instructed';
    expect(foundIn(...two, instructed(2, file(2, '200', 'M2')))).toEqual([nothing, none('M1', 2)]);
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

describe('a message', () => {
  const closed: Step = ['CycleClosed', { cycleId }];
  const elsewhere: Step = ['CycleClosed', { cycleId: 'asd-2026-02' }];
  test('has a file once its cycle is instructed', () => {
    expect(foundIn(pay(1), pay(2, 'M2'), instructed(2, file(1, '100')))).toEqual([none('M2')]);
    expect(foundIn(pay(1), pay(2, 'M2'), instructed(2))).toEqual([none('M1'), none('M2')]);
    expect(foundInOld(pay(1), instructed(1))).toEqual([]);
    expect(foundInUpgraded(pay(1), instructed(1))).toEqual([none('M1')]);
    expect(foundInUpgraded(again(1), instructed(0), closed)).toEqual([none('M1')]);
    expect(foundIn(pay(1), erased(1), instructed(1))).toEqual([]);
    expect(foundIn(pay(1, 'M2'), erased(1), instructed(1))).toEqual([none('M2')]);
  });
  test('or at its end, where more files are named than one event has', () => {
    const numbers = [...Array(2_000).keys()].map(String);
    const many = numbers.map((number) => pay(1, number));
    const files = numbers.map((number) => file(1, '100', number));
    const log = [...many, pay(1, 'last'), instructed(2_001, ...files)] as const;
    expect(foundIn(...log, reinstructed(file(1, '100', 'last')), closed)).toEqual([]);
    expect(foundIn(...log)).toEqual([]);
    expect(foundIn(...log, closed)).toEqual([none('last')]);
  });
  test('of what is instructed again has one at the end of its cycle', () => {
    const log = [pay(1), again(1, 'R1')] as const;
    expect(foundIn(...log, instructed(1, file(1, '100')))).toEqual([]);
    expect(foundIn(...log, instructed(1, file(1, '100')), elsewhere)).toEqual([]);
    expect(foundIn(...log, instructed(1, file(1, '100')), closed)).toEqual([none('R1')]);
    const both = [instructed(1, file(1, '100')), reinstructed(file(1, '100', 'R1'))] as const;
    expect(foundIn(...log, ...both, closed)).toEqual([]);
  });
});

describe('a file of what is instructed again', () => {
  test('is of what was, and of no more or less', () => {
    const wrong = (count: number, totalMinor: string, of: string) => [
      `I6 a file of ${count} payments of ${totalMinor}; ${of} were instructed under M1`,
    ];
    expect(foundIn(again(1), again(2), reinstructed(file(2, '200')))).toEqual([]);
    expect(foundIn(again(1), again(2), reinstructed(file(1, '100')))).toEqual(
      wrong(1, '100', '2 of 200'),
    );
    expect(foundIn(again(1), again(2), erased(1), reinstructed(file(1, '100')))).toEqual([]);
    expect(foundIn(again(1), reinstructed(file(1, '101')))).toEqual(wrong(1, '101', '1 of 100'));
    expect(foundIn(again(1), reinstructed(file(2, '100')))).toEqual(wrong(2, '100', '1 of 100'));
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
