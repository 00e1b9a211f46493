import { describe, expect, test } from '@jest/globals';
import {
  again,
  dismissed,
  foundIn,
  instructed,
  paymentId,
  RUN,
  type Step,
  waits,
} from './entries.js';

const SELF = 'I4 paid again by who took away what stood against it';
const UNSAID = 'I4 paid again, and not said who took away what stood against it';
const MADE_UP = 'I4 paid again, and said that somebody took away what stood against it who did not';
const found = (...log: readonly Step[]) => foundIn(false, instructed(), ...log);
const resolved = (by: string, data: object = {}): Step => ['PaymentBreakResolved', data, { by }];

describe('who took away what stood against a payment', () => {
  test('and resolved a break of it, is named and does not pay it again', () => {
    expect(found(resolved('farid'), RUN, again(['farid']))).toEqual([]);
    expect(found(resolved('farid'), RUN, again(['farid'], 'Farid'))).toEqual([SELF]);
    expect(found(resolved('farid'), RUN, again([]))).toEqual([UNSAID]);
    expect(found(resolved('farid'), RUN, again(undefined, 'farid'))).toEqual([SELF, UNSAID]);
    expect(found(resolved('farid', { paymentId: 'other' }), RUN, again([]))).toEqual([]);
    // The payment's own stream has it, whenever the run began.
    expect(found(RUN, resolved('farid'), again([]))).toEqual([UNSAID]);
  });
  test('or had proposed that', () => {
    const two = resolved('said', { proposedBy: 'farid' });
    expect(found(two, RUN, again(['farid', 'said']))).toEqual([]);
    expect(found(two, RUN, again(['said']))).toEqual([UNSAID]);
    expect(found(two, RUN, again(['farid', 'said'], 'farid'))).toEqual([SELF]);
    const more = [resolved('said'), resolved('farid')] as const;
    expect(found(...more, RUN, again(['farid']))).toEqual([UNSAID]);
  });
  test('or dismissed an entry that names it', () => {
    const log = [waits({ paymentId }), dismissed('farid'), RUN] as const;
    expect(found(...log, again(['farid']))).toEqual([]);
    expect(found(...log, again([]))).toEqual([UNSAID]);
    expect(found(...log, again(['farid'], 'farid'))).toEqual([SELF]);
    const other = [waits({ paymentId: 'other' }), dismissed('farid'), RUN] as const;
    expect(found(...other, again([]))).toEqual([]);
    const two = [waits({ paymentId }, 'f'), dismissed('said', 'f'), ...log] as const;
    expect(found(...two, again(['said']))).toEqual([UNSAID]);
    expect(found(...two, again(['farid']))).toEqual([UNSAID]);
  });
  test('or one that names a message it was instructed in', () => {
    const log = (messageId: string) => [waits({ messageId }), dismissed('farid'), RUN] as const;
    expect(found(...log('M1'), again([]))).toEqual([UNSAID]);
    expect(found(...log('M2'), again([]))).toEqual([]);
    expect(found(RUN, again([]), ...log('M2'), again([]))).toEqual([UNSAID]);
    const named = waits({ messageId: 'M1', paymentId: 'other' });
    expect(found(named, dismissed('farid'), RUN, again([]))).toEqual([]);
  });
  test('as far as who pays again could have seen it', () => {
    const late = [waits({ paymentId }), RUN, dismissed('farid')] as const;
    expect(found(...late, again([]))).toEqual([]);
    expect(found(...late, again(['farid']))).toEqual([]);
    expect(found(...late, again([], 'farid'))).toEqual([]);
  });
  test('and not an entry by which no money moved', () => {
    for (const outcome of ['accepted', 'unknown'])
      expect(
        found(waits({ paymentId, outcome }), dismissed('farid'), RUN, again([], 'farid')),
      ).toEqual([]);
  });
  test('is nobody who did not', () => {
    expect(found(RUN, again(['farid']))).toEqual([MADE_UP]);
    expect(found(RUN, again(['hind']))).toEqual([SELF, MADE_UP]);
    const assigned: Step = ['BankEntryAssigned', {}, { by: 'farid' }];
    expect(found(waits({ paymentId }), assigned, RUN, again(['farid']))).toEqual([MADE_UP]);
  });
  test('may be who pays again before versions that looked at it', () => {
    expect(found(resolved('farid'), RUN, again(undefined, 'farid', 1))).toEqual([]);
  });
});
