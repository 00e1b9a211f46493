import { expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { TwoPeopleCheck } from '../../src/audit/two-people-check.js';
import { eventOf, Findings } from './direct.js';

type Step = readonly [EventType, data?: object];
const paymentId = 'asd-2026-01-00000000-0000-4000-8000-000000000001';

/** What is found where two people give an entry to a payment as settled, and this is applied. */
function foundIn(...applied: readonly Step[]): readonly string[] {
  const check = new TwoPeopleCheck();
  const { said, found } = new Findings();
  const add = (type: EventType, actor: string, data: object = {}, command = 'c'): void => {
    const stream = type.startsWith('Bank') ? 'entry-1' : `payment-${paymentId}`;
    const all = { paymentId, attempt: 1, source: 'operator', ...data };
    const meta = { actor, command, role: 'finance-officer' } as const;
    check.add(eventOf(type, all, { stream, v: 2, meta }), found);
  };
  add('BankEntryQuarantined', 'farid', { sha256: 'a' });
  add('BankEntryAssignmentProposed', 'farid', { outcome: 'settled' });
  for (const [type, data] of applied) add(type, 'hind', data, 'assign');
  add('BankEntryAssigned', 'hind', { outcome: 'settled', proposedBy: 'farid' }, 'assign');
  check.finish((detail) => said.push(detail));
  return said;
}
const other = (outcome: string, attempt = 1): string[] => [
  `I4 an entry was given as settled of attempt 1; ${outcome} of ${attempt} was applied`,
];

test('what two people said of an entry is what is applied', () => {
  expect(foundIn(['PaymentSettled'])).toEqual([]);
  expect(foundIn(['PaymentReturned'])).toEqual(other('returned'));
  expect(foundIn(['PaymentRejected'])).toEqual(other('rejected'));
  expect(foundIn(['PaymentSettled', { attempt: 2 }])).toEqual(other('settled', 2));
  expect(foundIn(['PaymentReturned'], ['PaymentSettled'])).toEqual(other('returned'));
  expect(foundIn(['PaymentSettled'], ['PaymentReturned'])).toEqual(other('returned'));
});

test('also where it is a break, or was booked once more', () => {
  const broken = (reported: string): Step => ['PaymentBreakRecorded', { reported }];
  const booked = (outcome: string): Step => ['PaymentBooked', { outcome }];
  expect(foundIn(broken('settled'))).toEqual([]);
  expect(foundIn(broken('returned'))).toEqual(other('returned'));
  expect(foundIn(booked('settled'))).toEqual([]);
  expect(foundIn(booked('returned'))).toEqual(other('returned'));
});

test('an entry that changed nothing is given all the same', () => {
  expect(foundIn()).toEqual([]);
});
