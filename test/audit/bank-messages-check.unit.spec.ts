import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { Era } from '../../src/audit/era.js';
import { BankMessagesCheck } from '../../src/audit/bank-messages-check.js';
import type { Role } from '../../src/kernel/decider.js';
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

describe('what a person records as the word of a bank', () => {
  const TYPES = [...OUTCOMES, 'PaymentBooked', 'PaymentBreakRecorded'] as const;
  const none = ["I2 a person's word under camt.053, and no file is being applied"];
  interface By {
    readonly source?: string;
    readonly role?: Role;
    readonly isNew?: boolean;
  }
  function foundBy(
    type: EventType,
    { source = 'camt.053', role = 'finance-officer', isNew = true }: By,
    ...before: readonly Step[]
  ): readonly string[] {
    const era = new Era();
    if (isNew) era.add(eventOf('PersonMoved'));
    const check = new BankMessagesCheck(era);
    const { said, found } = new Findings();
    for (const [one, data] of before) check.add(eventOf(one, data), found);
    check.add(eventOf(type, { source }, { meta: { role } }), found);
    return said;
  }
  test.each(TYPES)('is of a file that is being applied: %s', (type) => {
    expect(foundBy(type, {})).toEqual(none);
    expect(foundBy(type, {}, received)).toEqual([]);
    expect(foundBy(type, {}, received, applied({}))).toEqual(none);
    expect(
      foundBy(type, {}, received, applied({}), ['BankMessageReceived', { sha256: 'b' }]),
    ).toEqual([]);
    const quarantined: Step = ['BankMessageQuarantined', { sha256: 'a' }];
    const released: Step = ['BankMessageReleased', { sha256: 'a' }];
    expect(foundBy(type, {}, received, quarantined)).toEqual(none);
    expect(foundBy(type, {}, received, quarantined, released)).toEqual([]);
  });
  test.each(['http', 'file', 'operator'])('is not what is their own: %s', (source) => {
    expect(foundBy('PaymentSettled', { source })).toEqual([]);
  });
  test('nor what a payment system says, nor what older versions wrote', () => {
    expect(foundBy('PaymentSettled', { role: 'payment-system' })).toEqual([]);
    expect(foundBy('PaymentSettled', { role: 'automation' })).toEqual([]);
    expect(foundBy('PaymentSettled', { role: 'finance-controller' })).toEqual(none);
    expect(foundBy('PaymentSettled', { isNew: false })).toEqual([]);
  });
});

describe('of an entry that waits', () => {
  const origin = (log: readonly Step[], data: object, role: Role = 'payment-system') => {
    const check = new BankMessagesCheck();
    const { said, found } = new Findings();
    for (const [type, more] of log) check.add(eventOf(type, more), found);
    check.add(eventOf('BankEntryQuarantined', data, { meta: { role } }), found);
    return said;
  };
  test('it is of a file', () => {
    expect(origin([], { family: 'camt.053', sha256: 'a' })).toEqual([]);
  });
  const answer = { family: 'govstack', paymentId: 'p', messageId: 'M' };
  test.each(['PaymentInstructed', 'PaymentReinstructed'] as const)(
    'or a payments block answered of what was instructed: %s',
    (type) => {
      const instructed: Step = [type, { messageId: 'M' }];
      expect(origin([instructed], answer)).toEqual([]);
      const unknown = ['I2 an answer of a payments block about what was not instructed'];
      expect(origin([], answer)).toEqual(unknown);
      expect(origin([[type, { messageId: 'N' }]], answer)).toEqual(unknown);
      expect(origin([instructed], { family: 'govstack', messageId: 'M' })).toEqual(unknown);
      expect(origin([instructed], { family: 'govstack', paymentId: 'p' })).toEqual(unknown);
      expect(origin([instructed], answer, 'finance-officer')).toEqual([
        'I2 an answer that no payments block gave',
      ]);
      expect(origin([instructed], { ...answer, family: 'pain.002' })).toEqual([
        'I2 an entry under pain.002, and of no file',
      ]);
      expect(origin([received], { ...answer, sha256: 'a' })).toEqual([
        'I2 an answer of a payments block, and of a file',
      ]);
    },
  );
});
