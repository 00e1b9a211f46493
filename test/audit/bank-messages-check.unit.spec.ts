import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { BankMessagesCheck } from '../../src/audit/bank-messages-check.js';
import { eventOf, Findings } from './direct.js';

type Step = readonly [EventType, object?];
function foundIn(...log: readonly Step[]): readonly string[] {
  const check = new BankMessagesCheck();
  const { said, found } = new Findings();
  for (const [type, data] of log) check.add(eventOf(type, data), found);
  return said;
}
const received: Step = ['BankMessageReceived', { sha256: 'a' }];
const applied = (more: object, sha256 = 'a'): Step => [
  'BankMessageApplied',
  {
    sha256,
    outcomes: { read: 0, applied: 0, unchanged: 0, breaks: 0, refused: 0, ...more },
  },
];
const OUTCOMES = [
  'PaymentAccepted',
  'PaymentSettled',
  'PaymentRejected',
  'PaymentReturned',
  'PaymentOutcomeUnknown',
] as const;

describe('of a file of a bank', () => {
  test.each(['applied', 'unchanged', 'refused'])('what was read became something: %s', (what) => {
    const had: readonly Step[] = [received, ['PaymentSettled'], ['PaymentSettled']];
    expect(foundIn(...had, applied({ read: 2, [what]: 2 }))).toEqual([]);
    expect(foundIn(...had, applied({ read: 3, [what]: 2 }))).toEqual([
      'I2 3 read; 2 of them accounted for',
    ]);
    expect(foundIn(...had, applied({ read: 1, [what]: 2 }))).toEqual([
      'I2 1 read; 2 of them accounted for',
    ]);
  });
  test('breaks are of what was read', () => {
    const had: readonly Step[] = [received, ['PaymentBreakRecorded']];
    expect(foundIn(...had, applied({ read: 1, breaks: 1 }))).toEqual([]);
    expect(foundIn(...had, applied({ read: 2, breaks: 1 }))).toEqual([
      'I2 2 read; 1 of them accounted for',
    ]);
    const all = { read: 10, applied: 0, unchanged: 4, breaks: 1, refused: 5 };
    expect(foundIn(...had, applied(all))).toEqual([]);
  });
  test.each(OUTCOMES)('no more was applied than the log has since it came: %s', (type) => {
    const one = applied({ read: 1, applied: 1 });
    expect(foundIn(received, [type], one)).toEqual([]);
    const none = ['I2 1 said to be applied; the log has 0'];
    expect(foundIn(received, one)).toEqual(none);
    expect(foundIn([type], received, one)).toEqual(none);
    expect(foundIn(received, ['PaymentBreakRecorded'], one)).toEqual(none);
  });
  test('there are no more breaks than the log has since it came', () => {
    const one = applied({ read: 1, breaks: 1 });
    const none = ['I2 1 said to be breaks; the log has 0'];
    const broken: Step = ['PaymentBreakRecorded'];
    expect(foundIn(received, one)).toEqual(none);
    expect(foundIn(broken, received, one)).toEqual(none);
    expect(foundIn(received, ['PaymentSettled'], one)).toEqual(none);
    expect(foundIn(broken, received, broken, one)).toEqual([]);
  });
  test('each is counted by itself, and once', () => {
    const other: Step = ['BankMessageReceived', { sha256: 'b' }];
    const one = { read: 1, applied: 1 };
    expect(foundIn(received, ['PaymentSettled'], other, applied(one, 'b'))).toHaveLength(1);
    expect(foundIn(received, ['PaymentSettled'], other, applied(one))).toEqual([]);
    // That it is applied twice, or never came, is found in the order of its stream.
    const twice = { read: 2, applied: 2 };
    expect(foundIn(received, ['PaymentSettled'], applied(one), applied(twice))).toEqual([]);
    expect(foundIn(applied(one))).toEqual([]);
  });
});
