import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { Era } from '../../src/audit/era.js';
import { MoneyCheck } from '../../src/audit/money-check.js';
import { eventOf, FAR_STREAMS, Findings } from './direct.js';

type Step = readonly [EventType, object?, number?];
const cycleId = 'asd-2026-01';
const idOf = (number: number): string =>
  `${cycleId}-00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** The books of a log. Payments are numbers, which are those of their streams, too. */
function books(isNew: boolean, ...steps: readonly Step[]) {
  const era = new Era();
  if (isNew) era.add(eventOf('PersonMoved'));
  const check = new MoneyCheck(era);
  const { said, found } = new Findings();
  let position = 0;
  const add = (type: EventType, data: object = {}, number = 1): void => {
    const paymentId = idOf(number);
    const all = { cycleId, paymentId, amountMinor: '100', attempt: 1, round: 1, asOf: 0, ...data };
    check.add(eventOf(type, all, { position, stream: 'budget' }), number, found);
    position += 1;
  };
  for (const step of steps) add(...step);
  const finish = (): string[] => {
    const left = new Findings();
    check.finish((invariant, detail, stream) => left.found(invariant, `${stream}: ${detail}`));
    return left.said;
  };
  return { said, check, add, finish };
}
const foundIn = (...steps: readonly Step[]): readonly string[] => books(true, ...steps).said;

const BEGUN: Step = ['CyclePreparationStarted'];
const ORDERED: Step = ['PaymentOrdered'];
const prepared = (more: object = {}): Step => [
  'CyclePrepared',
  { count: 1, totalMinor: '100', contentHash: 'h', ...more },
];
const RESERVED: Step = ['BudgetReserved'];
const released = (more: object = {}): Step => [
  'CycleReleased',
  { count: 1, totalMinor: '100', contentHash: 'h', ...more },
];
const LOOSE: Step = ['BudgetAllotted', { amountMinor: '1000' }];
const RELEASED = [LOOSE, BEGUN, ORDERED, prepared(), RESERVED, released()] as const;
const INSTRUCTED: Step = ['PaymentInstructed'];
const SENT = [...RELEASED, INSTRUCTED] as const;
const again = (attempt: number): Step => ['PaymentReinstructed', { attempt }];

/** By which events, after its release, a payment comes to where it is. */
const PLACES: Readonly<Record<string, readonly Step[]>> = {
  ordered: [],
  outstanding: [INSTRUCTED],
  settled: [INSTRUCTED, ['PaymentSettled']],
  rejected: [INSTRUCTED, ['PaymentRejected']],
  returned: [INSTRUCTED, ['PaymentReturned']],
  cancelled: [['PaymentCancelled']],
};
/** Where a payment may be when an event of a type comes. */
const FROM: Readonly<Partial<Record<EventType, readonly string[]>>> = {
  PaymentInstructed: ['ordered'],
  PaymentReinstructed: ['rejected', 'returned'],
  PaymentAccepted: ['outstanding'],
  PaymentSettled: ['outstanding'],
  PaymentRejected: ['outstanding'],
  PaymentReturned: ['outstanding', 'settled'],
  PaymentCancelled: ['ordered'],
};
const HOW: Readonly<Partial<Record<EventType, string>>> = {
  PaymentInstructed: 'instructed',
  PaymentReinstructed: 'instructed',
  PaymentCancelled: 'cancelled',
};

describe.each(Object.entries(PLACES))('a payment that is %s', (place, by) => {
  test.each(Object.entries(FROM))('is where %s lets it be, or that is found', (type, from) => {
    const { add, said } = books(true, ...RELEASED, ...by);
    const attempt = by.includes(INSTRUCTED) ? 1 : 0;
    add(type as EventType, { attempt: type.endsWith('nstructed') ? attempt + 1 : attempt });
    expect(said).toEqual(
      from.includes(place) ? [] : [`I2 ${HOW[type as EventType] ?? type} when ${place}`],
    );
  });
  test('is ordered again only where it never left', () => {
    const said = foundIn(...RELEASED, ...by, BEGUN, ORDERED);
    expect(said).toEqual(place === 'cancelled' ? [] : [`I2 ordered again when ${place}`]);
  });
  test('stands, and counts as paid, as is to be', () => {
    const { check, add } = books(true, ...RELEASED, ...by);
    expect(check.isPaid(1)).toBe(place === 'outstanding' || place === 'settled');
    expect(check.stands(idOf(1), 1)).toBe(place !== 'cancelled');
    add('CycleClosed', { releasedMinor: '0' });
    const isOver = place === 'cancelled' || place === 'rejected' || place === 'returned';
    expect(check.stands(idOf(1), 1)).toBe(!isOver);
  });
});

test('a payment stands as of a position by what was written until then', () => {
  const { check, add } = books(true, ...SENT);
  const at = SENT.length;
  add('PaymentReturned');
  add('CycleClosed', { releasedMinor: '0' });
  add('PaymentReinstructed', { attempt: 2 });
  const stood = [at - 1, at, at + 1, at + 2].map((asOf) => check.stands(idOf(1), 1, asOf));
  expect(stood).toEqual([true, true, false, true]);
  expect(check.stands(idOf(1), 1)).toBe(true);
});

test('a payment that nobody ordered is neither paid nor standing', () => {
  const { check } = books(true, ...SENT);
  expect([check.isPaid(2), check.stands(idOf(2), 2), check.stands(idOf(9), 90_000)]).toEqual([
    false,
    false,
    false,
  ]);
});

test('a payment that was with the bank is not ordered again though it was cancelled', () => {
  const log = [...RELEASED, INSTRUCTED, ['PaymentRejected'], ['PaymentCancelled']] as const;
  expect(foundIn(...log, BEGUN, ORDERED)).toEqual([
    'I2 cancelled when rejected',
    'I2 ordered again when cancelled',
  ]);
});

describe('an instruction', () => {
  test('is the next attempt, of the amount that was ordered', () => {
    const failed = [...SENT, ['PaymentRejected']] as const;
    expect(foundIn(...failed, again(2))).toEqual([]);
    expect(foundIn(...failed, again(1))).toEqual(['I2 attempt 1 after 1']);
    expect(foundIn(...failed, again(3))).toEqual(['I2 attempt 3 after 1']);
    expect(foundIn(...RELEASED, ['PaymentInstructed', { amountMinor: '99' }])).toEqual([
      'I2 instructed 99 of 100 ordered',
    ]);
    const third = [...failed, again(2), ['PaymentRejected', { attempt: 2 }]] as const;
    expect(foundIn(...third, again(3))).toEqual([]);
  });
  test('comes after the release of its cycle', () => {
    expect(foundIn(BEGUN, ORDERED, INSTRUCTED)).toEqual([
      'I6 instructed before its cycle was released',
    ]);
  });
  test('is counted for its cycle, the first of each payment', () => {
    const cycle = (count: number, totalMinor: string): Step => [
      'CycleInstructed',
      { count, totalMinor },
    ];
    expect(foundIn(...SENT, cycle(1, '100'))).toEqual([]);
    expect(foundIn(...SENT, ['PaymentRejected'], again(2), cycle(1, '100'))).toEqual([]);
    expect(foundIn(...SENT, cycle(2, '100'))).toEqual([
      'I6 instructed 2 of 100; the log has 1 of 100',
    ]);
    expect(foundIn(...SENT, cycle(1, '99'))).toEqual([
      'I6 instructed 1 of 99; the log has 1 of 100',
    ]);
  });
});

describe('an outcome', () => {
  test.each(['PaymentAccepted', 'PaymentSettled', 'PaymentRejected', 'PaymentReturned'] as const)(
    'is of the live attempt: %s',
    (type) => {
      expect(foundIn(...SENT, [type])).toEqual([]);
      expect(foundIn(...SENT, [type, { attempt: 2 }])).toEqual([
        `I2 ${type} of attempt 2; the live one is 1`,
      ]);
    },
  );
  test('settles what was ordered', () => {
    expect(foundIn(...SENT, ['PaymentSettled', { amountMinor: '101' }])).toEqual([
      'I2 settled 101 of 100 ordered',
    ]);
  });
});

describe('a round of a preparation', () => {
  const none = (round: number) => [`I6 ordered in round ${round}, which is not being prepared`];
  test('is the one that is ordered in', () => {
    expect(foundIn(BEGUN, ORDERED)).toEqual([]);
    expect(foundIn(BEGUN, ['PaymentOrdered', { round: 2 }])).toEqual(none(2));
    expect(foundIn(ORDERED)).toEqual(none(1));
    expect(foundIn(BEGUN, prepared({ count: 0, totalMinor: '0' }), ORDERED)).toEqual(none(1));
  });
  test('orders something for each', () => {
    const of = (amountMinor: string) => foundIn(BEGUN, ['PaymentOrdered', { amountMinor }]);
    expect([of('1'), of('0'), of('-1')]).toEqual([[], ['I6 ordered 0'], ['I6 ordered -1']]);
  });
  test('is counted, and anew in the next', () => {
    const more = ['PaymentOrdered', { amountMinor: '50' }, 2] as const;
    expect(foundIn(BEGUN, ORDERED, more, prepared({ count: 2, totalMinor: '150' }))).toEqual([]);
    const said = (count: number, totalMinor: string) =>
      foundIn(BEGUN, ORDERED, more, prepared({ count, totalMinor }));
    expect(said(1, '150')).toEqual(['I6 prepared 1 payments of 150; the log has 2 of 150']);
    expect(said(2, '151')).toEqual(['I6 prepared 2 payments of 151; the log has 2 of 150']);
    const next = ['CyclePreparationStarted', { round: 2 }] as const;
    const second = ['PaymentOrdered', { round: 2 }, 3] as const;
    expect(foundIn(BEGUN, more, prepared({ totalMinor: '50' }), next, second, prepared())).toEqual(
      [],
    );
  });
  test('is as of a position, and the earliest of those under way is known', () => {
    const { check, add } = books(true);
    expect([check.asOfOf(idOf(1)), check.earliestAsOf]).toEqual([-1, Infinity]);
    add('CyclePreparationStarted', { asOf: 7 });
    expect([check.asOfOf(idOf(1)), check.earliestAsOf]).toEqual([7, 7]);
    add('CyclePreparationStarted', { asOf: 5, cycleId: 'asd-2026-02' });
    expect(check.earliestAsOf).toBe(5);
    add('CyclePreparationStarted', { asOf: 9, cycleId: 'asd-2026-03' });
    expect(check.earliestAsOf).toBe(5);
    add(...prepared({ cycleId: 'asd-2026-02' }));
    expect(check.earliestAsOf).toBe(7);
    add('CyclePreparationStarted', { asOf: 6, round: 2, cycleId: 'asd-2026-02' });
    expect(check.earliestAsOf).toBe(6);
  });
});

describe('what is approved and released', () => {
  const READY = [LOOSE, BEGUN, ORDERED, prepared(), RESERVED] as const;
  test.each(['CycleApproved', 'CycleReleased'] as const)('is what was prepared: %s', (type) => {
    const said = (more: object = {}) =>
      foundIn(...READY, [type, { count: 1, totalMinor: '100', contentHash: 'h', ...more }]);
    expect(said()).toEqual([]);
    expect(said({ totalMinor: '99' })).toContain(`I6 ${type} of another total than was prepared`);
    expect(said({ contentHash: 'x' })).toEqual([`I6 ${type} of another set than was prepared`]);
    expect(said({ count: 2 })).toEqual([`I6 ${type} of another count than was prepared`]);
  });
  test('need not be reserved yet where it is approved', () => {
    const approves: Step = ['CycleApproved', { totalMinor: '100', contentHash: 'h' }];
    expect(foundIn(LOOSE, BEGUN, ORDERED, prepared(), approves, INSTRUCTED)).toEqual([
      'I6 instructed before its cycle was released',
    ]);
  });
  test('is of a budget that is kept', () => {
    const less: Step = ['BudgetAdjusted', { deltaMinor: '-901' }];
    expect(foundIn(LOOSE, less, RESERVED)).toEqual(['I3 100 reserved and 0 spent of 99 allotted']);
    expect(foundIn(LOOSE, ['BudgetOverdrawn', { amountMinor: '0' }])).toEqual([
      'I3 overdrawn by 0 by intake',
    ]);
  });
  test('is reserved when it is released, neither more nor less', () => {
    expect(foundIn(...READY, RESERVED, released())).toEqual(['I6 released 100 with 200 reserved']);
    expect(foundIn(...READY.slice(0, -1), released())).toEqual(['I6 released 100 with 0 reserved']);
  });
});

test.each(FAR_STREAMS)('the payment of stream %d is known beside the others', (far) => {
  const total = { count: 2, totalMinor: '107' };
  const { add, said, check } = books(true, LOOSE, BEGUN, ORDERED);
  add('PaymentOrdered', { amountMinor: '7' }, far);
  add(...prepared(total));
  add('BudgetReserved', { amountMinor: '107' });
  add(...released(total));
  add(...INSTRUCTED);
  add('PaymentInstructed', { amountMinor: '7' }, far);
  add('PaymentRejected', {}, far);
  add('PaymentReinstructed', { amountMinor: '7', attempt: 2 }, far);
  add('PaymentSettled', { amountMinor: '7', attempt: 2 }, far);
  add('PaymentSettled');
  expect(said).toEqual([]);
  expect([check.isPaid(far), check.isPaid(1), check.isPaid(far + 1)]).toEqual([true, true, false]);
  add('PaymentBreakRecorded', { breakId: 'b', attempt: 1, reported: 'returned' }, far);
  add(
    'PaymentBreakResolved',
    { breakId: 'b', resolution: 'counted-as-returned', returnedMinor: '7' },
    far,
  );
  expect(said).toEqual(['I2 attempt 1 counted-as-returned, when attempt 2 settled']);
});

test.each(FAR_STREAMS)('what is known of a payment stays so when number %d comes', (far) => {
  const other: Step = ['PaymentCancelled', {}, far];
  const unknown = 'I2 cancelled when none';
  expect(foundIn(...SENT, other, ['PaymentSettled'])).toEqual([unknown]);
  const back: Step = [
    'PaymentBreakResolved',
    { breakId: 'b', resolution: 'counted-as-returned', returnedMinor: '100' },
  ];
  const broken: Step = ['PaymentBreakRecorded', { breakId: 'b', reported: 'returned' }];
  expect(foundIn(...SENT, ['PaymentSettled'], other, broken, back)).toEqual([unknown]);
});
