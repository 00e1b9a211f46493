import { describe, expect, test } from '@jest/globals';
import type { EventData, EventType } from '../../events/generated.js';
import { BreaksCheck } from '../../src/audit/breaks-check.js';
import { Era } from '../../src/audit/era.js';
import { endToEndIdOf } from '../../src/payment/instruction-ids.rule.js';
import { eventOf, FAR_STREAMS, Findings } from './direct.js';

const paymentId = 'asd-2026-01-00000000-0000-4000-8000-000000000001';
type Break = EventData['PaymentBreakRecorded'];
type Kind = Break['kind'];
type Reported = Break['reported'];
type Step = readonly [EventType, object, number?];

/** What is found of a payment of 100 that was instructed so often. */
function foundIn(attempts: number, ...log: readonly Step[]): readonly string[] {
  return foundOf(true, attempts, ...log);
}
function foundOf(isNew: boolean, attempts: number, ...log: readonly Step[]): readonly string[] {
  const era = new Era();
  if (isNew) era.add(eventOf('PersonMoved'));
  const payments = { attempt: () => attempts, amount: () => 100n };
  const check = new BreaksCheck(payments, era);
  const { said, found } = new Findings();
  for (const [type, data, stream = 1] of log) check.add(eventOf(type, data), stream, found);
  return said;
}
const broken = (kind: Kind, reported: Reported, data: object = {}): Step => {
  const { attempt = 1 }: { attempt?: number } = data;
  const endToEndId = endToEndIdOf(paymentId, attempt);
  const said = { paymentId, breakId: 'b', attempt, endToEndId, kind, reported };
  return ['PaymentBreakRecorded', { ...said, ...data }];
};
const is = (outcome: 'Settled' | 'Rejected' | 'Returned', attempt = 1, stream = 1): Step => [
  `Payment${outcome}`,
  { attempt },
  stream,
];
const resolved = (resolution: string, breakId = 'b'): Step => [
  'PaymentBreakResolved',
  { breakId, resolution },
];
const wrong = (kind: Kind, reported: Reported, last: string) => [
  `I2 a break, ${kind}, of what was said to be ${reported} and was ${last}`,
];
const DATE = { reportedOn: '2026-01-15' };

describe('a break is of what the payment was', () => {
  const after = { Settled: 'settled', Rejected: 'rejected', Returned: 'returned' } as const;
  test.each([
    ['settled-after-rejected', 'settled', 'Rejected'],
    ['settled-after-returned', 'settled', 'Returned'],
    ['rejected-after-settled', 'rejected', 'Settled'],
    ['returned-after-rejected', 'returned', 'Rejected'],
  ] as const)('%s', (kind, reported, before) => {
    expect(foundIn(1, is(before), broken(kind, reported))).toEqual([]);
    expect(foundIn(1, broken(kind, reported))).toEqual(wrong(kind, reported, 'none'));
    expect(foundOf(false, 1, broken(kind, reported))).toEqual([]);
    expect(foundIn(1, is(before), broken(kind, 'accepted'))).toEqual(
      wrong(kind, 'accepted', after[before]),
    );
    for (const other of ['Settled', 'Rejected', 'Returned'] as const)
      if (other !== before)
        expect(foundIn(1, is(before), is(other), broken(kind, reported))).toEqual(
          wrong(kind, reported, after[other]),
        );
  });
  test('settled on an earlier attempt', () => {
    const kind = 'settled-on-earlier-attempt';
    expect(foundIn(2, broken(kind, 'settled'))).toEqual([]);
    expect(foundIn(1, broken(kind, 'settled'))).toEqual(wrong(kind, 'settled', 'none'));
    expect(foundIn(2, broken(kind, 'returned'))).toEqual(wrong(kind, 'returned', 'none'));
    expect(foundIn(2, is('Rejected'), broken(kind, 'settled'))).toEqual(
      wrong(kind, 'settled', 'rejected'),
    );
  });
  test('booked twice', () => {
    const kind = 'booked-twice';
    expect(foundIn(1, is('Settled'), broken(kind, 'settled'))).toEqual([]);
    expect(foundIn(1, is('Settled'), is('Returned'), broken(kind, 'settled'))).toEqual([]);
    expect(foundIn(1, is('Returned'), broken(kind, 'returned'))).toEqual([]);
    expect(foundIn(1, is('Settled'), broken(kind, 'returned'))).toEqual(
      wrong(kind, 'returned', 'settled'),
    );
    expect(foundIn(1, is('Rejected'), broken(kind, 'rejected'))).toEqual(
      wrong(kind, 'rejected', 'rejected'),
    );
    const contradiction = broken('settled-after-rejected', 'settled');
    expect(foundIn(1, is('Rejected'), contradiction, broken(kind, 'settled'))).toEqual([]);
  });
  test('of a day that cannot be', () => {
    const kind = 'date-implausible';
    const live = (reported: Reported) => broken(kind, reported, DATE);
    expect(foundIn(1, live('settled'))).toEqual([]);
    expect(foundIn(1, broken(kind, 'settled', { booking: { valueOn: '2026-01-15' } }))).toEqual([]);
    expect(foundIn(1, broken(kind, 'settled'))).toEqual(wrong(kind, 'settled', 'none'));
    expect(foundIn(2, live('settled'))).toEqual(wrong(kind, 'settled', 'none'));
    expect(foundIn(1, is('Settled'), live('returned'))).toEqual([]);
    expect(foundIn(1, is('Settled'), live('settled'))).toEqual([]);
    expect(foundIn(2, is('Settled'), live('settled'))).toEqual([]);
    expect(foundIn(1, is('Settled'), live('rejected'))).toEqual(wrong(kind, 'rejected', 'settled'));
    expect(foundIn(1, is('Rejected'), live('returned'))).toEqual(
      wrong(kind, 'returned', 'rejected'),
    );
    expect(foundIn(1, is('Rejected'), live('settled'))).toEqual(wrong(kind, 'settled', 'rejected'));
  });
  test('other contradictions', () => {
    const kind = 'other-contradiction';
    expect(foundIn(1, is('Settled'), broken(kind, 'returned'))).toEqual([]);
    expect(foundIn(1, is('Returned'), broken(kind, 'returned'))).toEqual([]);
    expect(foundIn(1, is('Returned'), broken(kind, 'rejected'))).toEqual([]);
    expect(foundIn(2, broken(kind, 'accepted'))).toEqual([]);
    expect(foundIn(1, is('Returned'), broken(kind, 'settled'))).toEqual(
      wrong(kind, 'settled', 'returned'),
    );
    expect(foundIn(1, broken(kind, 'returned'))).toEqual(wrong(kind, 'returned', 'none'));
    expect(foundIn(2, broken(kind, 'settled'))).toEqual(wrong(kind, 'settled', 'none'));
    expect(foundIn(1, is('Settled'), broken(kind, 'rejected'))).toEqual(
      wrong(kind, 'rejected', 'settled'),
    );
    expect(foundIn(2, is('Rejected'), broken(kind, 'returned'))).toEqual(
      wrong(kind, 'returned', 'rejected'),
    );
  });
  test('and never of a kind that only older versions wrote', () => {
    for (const kind of ['settled-after-cancelled', 'outcome-before-instruction'] as const) {
      expect(foundIn(1, broken(kind, 'settled'))).toEqual(wrong(kind, 'settled', 'none'));
      expect(foundOf(false, 1, broken(kind, 'settled'))).toEqual([]);
    }
  });
});

describe('what an attempt was', () => {
  const late = broken('settled-after-rejected', 'settled');
  test('is its own', () => {
    expect(foundIn(2, is('Rejected', 2), late)).toEqual(
      wrong('settled-after-rejected', 'settled', 'none'),
    );
    const second = broken('settled-after-rejected', 'settled', { attempt: 2 });
    expect(foundIn(2, is('Rejected', 2), second)).toEqual([]);
    expect(foundIn(2, is('Rejected'), second)).toEqual(
      wrong('settled-after-rejected', 'settled', 'none'),
    );
    expect(foundIn(1, is('Rejected', 1, 2), late)).toEqual(
      wrong('settled-after-rejected', 'settled', 'none'),
    );
  });
  test('is kept for however many payments', () => {
    for (const stream of FAR_STREAMS) {
      const far: Step = [late[0], late[1], stream];
      expect(foundIn(1, is('Rejected', 1, stream), far)).toEqual([]);
      expect(foundIn(1, is('Rejected'), far)).toHaveLength(1);
    }
  });
  test('is what its break was counted as', () => {
    const again = broken('rejected-after-settled', 'rejected', { breakId: 'c' });
    const log = (resolution: string, breakId = 'b') =>
      foundIn(1, is('Rejected'), late, resolved(resolution, breakId), again);
    expect(log('counted-as-settled')).toEqual([]);
    const still = wrong('rejected-after-settled', 'rejected', 'rejected');
    expect(log('bank-error')).toEqual(still);
    expect(log('counted-as-settled', 'other')).toEqual(still);
    expect(log('counted-as-returned')).toEqual(
      wrong('rejected-after-settled', 'rejected', 'returned'),
    );
    const twice = [resolved('bank-error'), resolved('counted-as-settled')] as const;
    expect(foundIn(1, is('Rejected'), late, ...twice, again)).toEqual(still);
  });
});

describe('a break is of an attempt that there was', () => {
  test('under the reference of that', () => {
    const third = broken('settled-on-earlier-attempt', 'settled', { attempt: 3 });
    expect(foundIn(4, third)).toEqual([]);
    expect(foundIn(2, third)).toEqual(['I2 a break of attempt 3, of 2']);
    expect(foundOf(false, 2, third)).toEqual([]);
    const other = broken('settled-on-earlier-attempt', 'settled', { endToEndId: 'E' });
    expect(foundIn(2, other)).toEqual(['I2 a break of E, which is not the reference of attempt 1']);
  });
  test('and of another amount where it says so, and only there', () => {
    const of = (kind: Kind, reportedMinor?: string) =>
      foundIn(1, is('Rejected'), broken(kind, 'settled', { reportedMinor }));
    const odd = (kind: Kind, minor: string) => [
      `I2 a break, ${kind}, of ${minor}; the payment is 100`,
    ];
    expect(of('amount-differs', '99')).toEqual([]);
    expect(of('amount-differs', '100')).toEqual(odd('amount-differs', '100'));
    expect(of('amount-differs')).toEqual(odd('amount-differs', 'no amount'));
    expect(of('settled-after-rejected', '100')).toEqual([]);
    expect(of('settled-after-rejected')).toEqual([]);
    expect(of('settled-after-rejected', '1')).toEqual(odd('settled-after-rejected', '1'));
  });
});
