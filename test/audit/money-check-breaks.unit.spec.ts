import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { Era } from '../../src/audit/era.js';
import { MoneyCheck } from '../../src/audit/money-check.js';
import { eventOf, Findings } from './direct.js';

type Step = readonly [EventType, object?];
const cycleId = 'asd-2026-01';
const paymentId = `${cycleId}-00000000-0000-4000-8000-000000000001`;

/** The books of one payment of 100 that was released and instructed, each event at its position. */
function books(isNew: boolean, ...steps: readonly Step[]) {
  const era = new Era();
  if (isNew) era.add(eventOf('PersonMoved'));
  const check = new MoneyCheck(era);
  const { said, found } = new Findings();
  let position = 0;
  const add = (type: EventType, data: object = {}): void => {
    const all = { cycleId, paymentId, amountMinor: '100', attempt: 1, round: 1, asOf: 0, ...data };
    check.add(eventOf(type, all, { position, stream: 'budget' }), 1, found);
    position += 1;
  };
  const set = { count: 1, totalMinor: '100', contentHash: 'h' };
  const begun: readonly Step[] = [
    ['BudgetAllotted', { amountMinor: '1000' }],
    ['CyclePreparationStarted'],
    ['PaymentOrdered'],
    ['CyclePrepared', set],
    ['BudgetReserved'],
    ['CycleReleased', set],
    ['PaymentInstructed'],
  ];
  for (const step of [...begun, ...steps]) add(...step);
  const finish = (): string[] => {
    const left: string[] = [];
    check.finish((invariant, detail, stream) => left.push(`${invariant} ${stream}: ${detail}`));
    return left;
  };
  return { said, check, add, finish, now: () => position };
}
const foundIn = (...steps: readonly Step[]): readonly string[] => books(true, ...steps).said;

const broken = (more: object = {}): Step => [
  'PaymentBreakRecorded',
  { breakId: 'b', reported: 'settled', ...more },
];
const resolved = (resolution: string, more: object = {}): Step => [
  'PaymentBreakResolved',
  { breakId: 'b', resolution, ...more },
];
const SETTLED: Step = ['PaymentSettled'];
const RETURNED: Step = ['PaymentReturned'];
const REJECTED: Step = ['PaymentRejected'];
const back = (returnedMinor?: string): Step =>
  resolved('counted-as-returned', returnedMinor === undefined ? {} : { returnedMinor });
const says = (reportedMinor?: string): Step =>
  broken({ reported: 'returned', ...(reportedMinor === undefined ? {} : { reportedMinor }) });

describe('a break that is resolved', () => {
  const none = ['I2 resolved a break that is not open'];
  test('is open', () => {
    expect(foundIn(broken(), resolved('no-effect'))).toEqual([]);
    expect(foundIn(resolved('no-effect'))).toEqual(none);
    expect(foundIn(broken({ breakId: 'c' }), resolved('no-effect'))).toEqual(none);
    expect(foundIn(broken(), resolved('no-effect'), resolved('no-effect'))).toEqual(none);
    expect(foundIn(SETTLED, back('100'))).toEqual([
      ...none,
      'I2 attempt undefined counted-as-returned, when attempt 1 settled',
    ]);
  });
  test.each(['no-effect', 'bank-error'])('moves nothing as %s', (resolution) => {
    const { check } = books(true, REJECTED, broken(), resolved(resolution));
    expect(check.isPaid(1)).toBe(false);
    expect(books(true, broken(), resolved(resolution)).check.isPaid(1)).toBe(true);
  });
  test('moves the payment where it counts as settled or returned', () => {
    const settles = [broken(), resolved('counted-as-settled')] as const;
    expect(books(true, REJECTED, ...settles).check.isPaid(1)).toBe(true);
    expect(books(true, SETTLED, says(), back('100')).check.isPaid(1)).toBe(false);
  });
  test.each(['counted-as-settled', 'counted-as-returned'])('is of the live attempt: %s', (how) => {
    const more = how === 'counted-as-returned' ? { returnedMinor: '100' } : {};
    const again = ['PaymentReinstructed', { attempt: 2 }] as const;
    expect(foundIn(REJECTED, again, broken({ attempt: 2 }), resolved(how, more))).toEqual([]);
    expect(foundIn(REJECTED, again, broken(), resolved(how, more))).toEqual([
      `I2 ${how}, while attempt 2 is live`,
    ]);
    const paid = [REJECTED, again, ['PaymentSettled', { attempt: 2 }]] as const;
    expect(foundIn(...paid, broken({ attempt: 2 }), resolved(how, more))).toEqual([]);
    expect(foundIn(...paid, broken(), resolved(how, more))).toEqual([
      `I2 attempt 1 ${how}, when attempt 2 settled`,
    ]);
  });
  test('is of an earlier attempt only where another part of that one came back', () => {
    const part = [SETTLED, says('60'), back('60')] as const;
    const again = [
      ['PaymentReinstructed', { attempt: 2 }],
      ['PaymentSettled', { attempt: 2 }],
    ] as const;
    const late = [says('30'), back('30')] as const;
    expect(foundIn(...part, ...again, ...late)).toEqual([]);
    expect(books(true, ...part, ...again, ...late).check.isPaid(1)).toBe(true);
    expect(foundIn(...part, ...again, ...late, says('10'), back('11'))).toEqual([
      'I6 11 given back of 100; the bank said that 10 came back',
    ]);
    expect(foundIn(...part, ...again, broken(), resolved('counted-as-settled'))).toEqual([
      'I2 attempt 1 counted-as-settled, when attempt 2 settled',
    ]);
    expect(foundIn(SETTLED, says(), back(), ...again, ...late)).toEqual([
      'I2 attempt 1 counted-as-returned, when attempt 2 settled',
    ]);
  });
  test('settles by the attempt that it is of', () => {
    const paid = [REJECTED, broken(), resolved('counted-as-settled')] as const;
    expect(foundIn(...paid, says(), back('100'))).toEqual([]);
    expect(foundIn(...paid, broken({ attempt: 2 }), back('100'))).toEqual([
      'I2 attempt 2 counted-as-returned, when attempt 1 settled',
    ]);
  });
});

describe('what is given back', () => {
  const given = (amount: string, said: string) => [
    `I6 ${amount} given back of 100; the bank said that ${said} came back`,
  ];
  test('is what the bank said, and no more than was paid', () => {
    expect(foundIn(SETTLED, says('60'), back('60'))).toEqual([]);
    expect(foundIn(SETTLED, says('60'), back('61'))).toEqual(given('61', '60'));
    expect(foundIn(SETTLED, says('60'), back())).toEqual(given('100', '60'));
    expect(foundIn(SETTLED, says('100'), back('100'))).toEqual([]);
    expect(foundIn(SETTLED, says('101'), back('100'))).toEqual([]);
    expect(foundIn(SETTLED, says('101'), back('101'))).toEqual(given('101', '101'));
  });
  test('is all of it where the bank said no amount, or another thing', () => {
    expect(foundIn(SETTLED, says(), back('100'))).toEqual([]);
    expect(foundIn(SETTLED, says(), back())).toEqual([]);
    expect(foundIn(SETTLED, says(), back('60'))).toEqual(given('60', '100'));
    expect(foundIn(SETTLED, broken({ reportedMinor: '60' }), back('100'))).toEqual([]);
  });
  test('was all of it before events said how they were recorded', () => {
    expect(books(false, SETTLED, says('60'), back()).said).toEqual([]);
    expect(books(false, SETTLED, says('60'), back('61')).said).toEqual(given('61', '60'));
  });
});

describe('the books of a cycle at the end of the log', () => {
  const SPENT = (through: number): Step => ['BudgetSpent', { count: 1, throughPosition: through }];
  const unaccounted = (spent: string, toBe: string, settled: string, kept: string): string =>
    `I6 cycle-${cycleId}: ${spent} spent and ${toBe} to be, and ${settled} settled and ${kept} kept by banks`;

  test('account for what settled, spent already or not yet', () => {
    expect(books(true).finish()).toEqual([]);
    expect(books(true, SETTLED).finish()).toEqual([]);
    const spent = books(true, SETTLED, SPENT(7));
    expect([spent.said, spent.finish()]).toEqual([[], []]);
    const back2 = books(true, SETTLED, RETURNED);
    expect(back2.finish()).toEqual([]);
  });
  test('account for what came back, all or a part of it', () => {
    const refunded = (amountMinor: string): Step => [
      'BudgetRefunded',
      { amountMinor, count: 1, throughPosition: 10 },
    ];
    const part = [SETTLED, SPENT(7), says('60'), back('60')] as const;
    expect(books(true, ...part).finish()).toEqual([]);
    const given = books(true, ...part, refunded('60'));
    expect([given.said, given.finish()]).toEqual([[], []]);
    const more = books(true, ...part, refunded('61'));
    expect(more.finish()).toEqual([unaccounted('39', '0', '0', '40')]);
  });
  test('account for what came back later of what a bank had kept', () => {
    const part = [SETTLED, SPENT(7), says('60'), back('60')] as const;
    const refunded = (amountMinor: string, count: number): Step => [
      'BudgetRefunded',
      { amountMinor, count, throughPosition: 12 },
    ];
    const later = (minor: string) => [says(minor), back(minor)] as const;
    for (const [minor, total] of [
      ['30', '90'],
      ['40', '100'],
      ['50', '100'],
    ] as const) {
      const { said, finish } = books(true, ...part, ...later(minor), refunded(total, 2));
      expect([said, finish()]).toEqual([[], []]);
    }
    const thrice = books(true, ...part, ...later('30'), ...later('30'));
    thrice.add('BudgetRefunded', { amountMinor: '100', count: 3, throughPosition: 14 });
    expect([thrice.said, thrice.finish()]).toEqual([[], []]);
    const nothing = books(true, SETTLED, SPENT(7), says(), back('100'), ...later('30'));
    nothing.add('BudgetRefunded', { amountMinor: '100', count: 1, throughPosition: 12 });
    expect([nothing.said, nothing.finish()]).toEqual([[], []]);
  });
  test('account for the last centime, and for one that came back alone', () => {
    const last = books(true, SETTLED, SPENT(7), says('99'), back('99'), says('1'), back('1'));
    last.add('BudgetRefunded', { amountMinor: '100', count: 2, throughPosition: 12 });
    expect([last.said, last.finish()]).toEqual([[], []]);
    const one = books(true, SETTLED, SPENT(7), says('1'), back('1'));
    one.add('BudgetRefunded', { amountMinor: '1', count: 1, throughPosition: 10 });
    expect([one.said, one.finish()]).toEqual([[], []]);
  });
  test('count once what settled and is counted as settled', () => {
    const twice = books(true, SETTLED, broken(), resolved('counted-as-settled'));
    expect([twice.said, twice.finish()]).toEqual([[], []]);
    twice.add('BudgetSpent', { count: 1, throughPosition: 9 });
    expect(twice.said).toEqual([]);
  });
  test('and nothing came back where a return of nothing was counted', () => {
    const none = books(true, SETTLED, SPENT(7), says('0'), back('0'));
    none.add('BudgetRefunded', { amountMinor: '0', count: 0, throughPosition: 10 });
    expect([none.said, none.finish()]).toEqual([[], []]);
  });
  test('have spent what settled, and nothing else', () => {
    expect(books(true, SPENT(6)).finish()).toEqual([unaccounted('100', '0', '0', '0')]);
    expect(
      books(true, SETTLED, ['BudgetSpent', { count: 2, throughPosition: 7 }]).said,
    ).toHaveLength(1);
  });
  test('hold nothing any more once it is closed, but for what was reserved since', () => {
    const closed: Step = ['CycleClosed', { releasedMinor: '100' }];
    const free: Step = ['BudgetReservationReleased'];
    expect(books(true, REJECTED, closed, free).finish()).toEqual([]);
    expect(books(true, REJECTED, closed).finish()).toEqual([
      `I6 cycle-${cycleId}: closed with 100 still reserved`,
    ]);
    const since = ['BudgetReserved', { amountMinor: '5' }] as const;
    expect(books(true, REJECTED, closed, free, since).finish()).toEqual([]);
    expect(books(true, REJECTED, closed, since).finish()).toEqual([
      `I6 cycle-${cycleId}: closed with 100 still reserved`,
    ]);
    expect(books(true, REJECTED).finish()).toEqual([]);
  });
});

describe('a reconciliation', () => {
  const figures = {
    orderedCount: 1,
    orderedMinor: '100',
    settledCount: 0,
    settledMinor: '0',
    rejectedCount: 0,
    rejectedMinor: '0',
    returnedCount: 0,
    returnedMinor: '0',
    cancelledCount: 0,
    cancelledMinor: '0',
    outstandingCount: 0,
    outstandingMinor: '0',
    openBreaks: 0,
  };
  const reconciled = (log: readonly Step[], more: object): readonly string[] => {
    const made = books(true, ...log);
    made.add('CycleReconciled', { ...figures, throughPosition: made.now() - 1, ...more });
    return made.said;
  };
  test('is of where each payment is', () => {
    expect(reconciled([], { outstandingCount: 1, outstandingMinor: '100' })).toEqual([]);
    expect(
      reconciled([['PaymentAccepted']], { outstandingCount: 1, outstandingMinor: '100' }),
    ).toEqual([]);
    expect(reconciled([SETTLED], { settledCount: 1, settledMinor: '100' })).toEqual([]);
    expect(reconciled([REJECTED], { rejectedCount: 1, rejectedMinor: '100' })).toEqual([]);
    expect(reconciled([RETURNED], { returnedCount: 1, returnedMinor: '100' })).toEqual([]);
  });
  test('is of the breaks that are open, and of what banks kept', () => {
    const rejected = { rejectedCount: 1, rejectedMinor: '100' };
    expect(reconciled([REJECTED, broken()], { ...rejected, openBreaks: 1 })).toEqual([]);
    expect(reconciled([REJECTED, broken(), broken()], { ...rejected, openBreaks: 1 })).toEqual([]);
    const two = [REJECTED, broken(), broken({ breakId: 'c' })] as const;
    expect(reconciled(two, { ...rejected, openBreaks: 2 })).toEqual([]);
    expect(reconciled([...two, resolved('no-effect')], { ...rejected, openBreaks: 1 })).toEqual([]);
    const part = [SETTLED, says('60'), back('60')] as const;
    const returned = { returnedCount: 1, returnedMinor: '100' };
    expect(reconciled(part, { ...returned, keptMinor: '40' })).toEqual([]);
    expect(reconciled([...part, says('30'), back('30')], { ...returned, keptMinor: '10' })).toEqual(
      [],
    );
  });
  test('is compared where nothing moved since what it is through', () => {
    const of = (...log: readonly Step[]) => {
      const made = books(true, ...log);
      const through = made.now() - 2;
      made.add('CycleReconciled', { ...figures, throughPosition: through });
      return made.said.filter((detail) => detail.includes('; the log has '));
    };
    expect(of(REJECTED)).toEqual([]);
    expect(of(['PaymentOrdered'])).toEqual([]);
    expect(of(REJECTED, broken())).toEqual([]);
    expect(of(REJECTED, broken(), resolved('no-effect'))).toEqual([]);
    expect(of(REJECTED, ['CycleOpened'])).not.toEqual([]);
  });
  test('holds until something is instructed again, and is asked for at the closing', () => {
    const closes = (...between: readonly Step[]): readonly string[] => {
      const made = books(true, REJECTED);
      const rejected = { rejectedCount: 1, rejectedMinor: '100' };
      made.add('CycleReconciled', { ...figures, ...rejected, throughPosition: made.now() - 1 });
      for (const step of between) made.add(...step);
      made.add('CycleClosed', { releasedMinor: '100' });
      return made.said;
    };
    expect(closes()).toEqual([]);
    expect(closes(['CycleReinstructionStarted'])).toEqual([
      'I6 closed without having been reconciled',
    ]);
  });
});
