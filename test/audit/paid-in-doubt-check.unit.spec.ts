import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { Era } from '../../src/audit/era.js';
import { paidBefore, PaidInDoubtCheck } from '../../src/audit/paid-in-doubt-check.js';
import { eventOf, Findings } from './direct.js';

const personId = '00000000-0000-4000-8000-000000000001';
const cycleId = 'asd-2025-11';
const paymentId = `${cycleId}-${personId}`;
const october = `asd-2025-10-${personId}`;
const correctionId = 'asd-0001';

interface State {
  /** What is behind it: by the arrears that it carries, or by its earlier months. */
  readonly by?: 'arrears' | 'months' | 'nothing';
  readonly is?: 'lost' | 'in doubt' | 'paid';
  readonly named?: number;
  readonly cleared?: readonly (readonly [by: string, at: number])[];
}
type Step = readonly [type: EventType, by: string, position: number];
const RELEASED: readonly Step[] = [
  ['CorrectionStarted', 'omar', 10],
  ['CorrectionProposed', 'olga', 11],
  ['CorrectionApproved', 'xavier', 12],
  ['CyclePreparationStarted', 'other', 18],
  ['CyclePreparationStarted', 'farid', 20],
  ['CyclePreparationResumed', 'fatima', 21],
  ['CyclePrepared', 'amal', 22],
  ['CycleApproved', 'kenza', 23],
  ['CycleReleased', 'rachid', 30],
];
const PAID: Step = ['PaymentInstructed', 'automation', 40];
const LATER: readonly Step[] = [...RELEASED, ['CycleInstructed', 'automation', 32]];
const RUN: Step = ['CycleReinstructionStarted', 'nadia', 35];

const OVER_A_BREAK = 'I2 instructed in place of what may have been paid: a break of it is open';
const NAMED = "I2 instructed in place of what an entry of a bank's file that waits names";
const FREED = 'I4 instructed by who took away what stood against it, or found it in a correction';

function saidOf(state: State, steps: readonly Step[] = [...RELEASED, PAID], channel = 'http') {
  const { by = 'arrears', is = 'lost', named = Infinity, cleared = [] } = state;
  const { said, found } = new Findings();
  const era = new Era();
  if (channel === 'http') era.add(eventOf('PersonMoved'));
  const looks: (readonly [number, number])[] = [];
  const isIt = (what: State['is']) => (other: string, looked: { from: number; to: number }) => {
    looks.push([looked.from, looked.to]);
    return other === october && is === what;
  };
  const check = new PaidInDoubtCheck(
    {
      carriedBy: (id) =>
        by === 'arrears' && id === paymentId
          ? [{ correctionId, behind: [{ paymentId: october, since: 15 }], lookedAt: 9 }]
          : [],
      earlierOf: (id) => (by === 'months' && id === paymentId ? [october] : []),
      hasArrived: (_, { since, lookedAt }) => is === 'paid' && since === 15 && lookedAt === 9,
      isInDoubt: isIt('in doubt'),
      isLost: isIt('lost'),
      isPaid: isIt('paid'),
      isNamed: (_, before) => named < before,
      clearersOf: (_, before) => cleared.flatMap(([who, at]) => (at < before ? [who] : [])),
    },
    era,
  );
  for (const [type, actor, position] of steps)
    check.add(
      eventOf(type, { cycleId, correctionId, paymentId }, { position, meta: { actor } }),
      found,
    );
  return { said, looks };
}

describe.each(['arrears', 'months'] as const)('a payment with %s', (by) => {
  test('is not instructed while what failed before it may have been paid', () => {
    expect(saidOf({ by }).said).toEqual([]);
    expect(saidOf({ by, is: 'in doubt' }).said).toEqual([OVER_A_BREAK]);
    expect(saidOf({ by, is: 'in doubt' }, [...RELEASED, PAID], 'none').said).toEqual([]);
    expect(saidOf({ by, named: 29 }).said).toEqual([NAMED]);
    expect(saidOf({ by, named: 30 }).said).toEqual([]);
    expect(saidOf({ by, is: 'paid', named: 29 }).said).toEqual([
      expect.stringMatching(/^I2 (arrears|months) are instructed/u),
    ]);
  });

  test('is not instructed with its cycle by who took that away', () => {
    for (const who of ['farid', 'Fatima', 'amal', 'kenza', 'rachid'])
      expect(saidOf({ by, cleared: [[who, 29]] }).said).toEqual([FREED]);
    for (const who of ['other', 'automation', 'nadia'])
      expect(saidOf({ by, cleared: [[who, 29]] }).said).toEqual([]);
    expect(saidOf({ by, cleared: [['farid', 30]] }).said).toEqual([]);
    expect(saidOf({ by, is: 'in doubt', cleared: [['farid', 29]] }).said).toEqual([OVER_A_BREAK]);
  });

  test('nor by who instructs what was left out, or instructs again', () => {
    for (const type of ['PaymentInstructed', 'PaymentReinstructed'] as const) {
      const paid = [...LATER, RUN, [type, 'automation', 40]] as const;
      expect(saidOf({ by, cleared: [['Nadia', 34]] }, paid).said).toEqual([FREED]);
      for (const who of ['farid', 'rachid', 'omar'])
        expect(saidOf({ by, cleared: [[who, 34]] }, paid).said).toEqual([]);
      expect(saidOf({ by, cleared: [['nadia', 35]] }, paid).said).toEqual([]);
      expect(saidOf({ by, is: 'in doubt' }, paid).said).toEqual([OVER_A_BREAK]);
      expect(new Set(saidOf({ by }, paid).looks.map(String))).toEqual(new Set(['35,40']));
    }
    expect(new Set(saidOf({ by }).looks.map(String))).toEqual(new Set(['30,30']));
  });
});

test('who found the arrears in a correction, or approved it, counts at the release', () => {
  for (const who of ['omar', 'olga', 'XAVIER']) {
    expect(saidOf({ cleared: [[who, 29]] }).said).toEqual([FREED]);
    expect(saidOf({ by: 'months', cleared: [[who, 29]] }).said).toEqual([]);
  }
});

test('what pays nothing else, and what older versions instructed in no run, is not asked', () => {
  expect(saidOf({ by: 'nothing', is: 'in doubt' }).said).toEqual([]);
  expect(saidOf({ is: 'in doubt' }, [...LATER, PAID]).said).toEqual([]);
  expect(saidOf({ is: 'in doubt' }, [PAID]).said).toEqual([]);
  expect(saidOf({ is: 'in doubt' }, [...LATER, RUN, ['CycleClosed', 'x', 36], PAID]).said).toEqual(
    [],
  );
});

test('payments of earlier cycles, of whoever had the identity, paid the months of a later one', () => {
  const other = '00000000-0000-4000-8000-000000000002';
  const paying = (household: string, month: string): readonly string[] => {
    if (household === `asd-${other}`) return month === '2025-09' ? ['2025-09', '2025-10'] : [];
    return month === '2025-10' ? ['2025-10', '2025-11', '2025-12'] : [];
  };
  const months = ['2025-09', '2025-10'];
  expect(paidBefore(paymentId, months, [personId, other], paying)).toEqual([
    october,
    `asd-2025-09-${other}`,
    `asd-2025-10-${other}`,
  ]);
  expect(paidBefore(paymentId, ['2025-08'], [personId, other], paying)).toEqual([]);
});
