import { describe, expect, test } from '@jest/globals';
import type { EventType } from '../../events/generated.js';
import { BudgetCheck } from '../../src/audit/budget-check.js';
import { emptyLedger, type CycleLedger } from '../../src/audit/cycle-ledger.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { eventOf, Findings } from './direct.js';

type Step = readonly [EventType, amountMinor: string, more?: object];
type BudgetEvent = Parameters<BudgetCheck['add']>[0];

/** A budget of one year, and its cycles; what settles or comes back in them is at position 5. */
function log(...steps: readonly Step[]) {
  const check = new BudgetCheck();
  const cycles = new Map<string, CycleLedger>();
  const cycle = (id: string): CycleLedger => {
    const known = cycles.get(id) ?? emptyLedger();
    cycles.set(id, known);
    return known;
  };
  const { said, found } = new Findings();
  const add = (type: EventType, amountMinor: string, more: object = {}): void => {
    const amount = type === 'BudgetAdjusted' ? { deltaMinor: amountMinor } : { amountMinor };
    const data = { cycleId: 'c', ...amount, count: 1, throughPosition: 5, ...more };
    const { stream = 'budget', role = 'automation' } = more as { stream?: string; role?: 'intake' };
    const event: Recorded = eventOf(type, data, { stream, position: 6, meta: { role } });
    check.add(event as BudgetEvent, cycle, found);
  };
  for (const [type, amountMinor, more] of steps) add(type, amountMinor, more);
  return { said, cycle, add };
}
const foundIn = (...steps: readonly Step[]): readonly string[] => log(...steps).said;
const ALLOTTED: Step = ['BudgetAllotted', '100'];

describe('a budget has no less than is reserved and spent', () => {
  test('to the centime, where it is reserved', () => {
    expect(foundIn(ALLOTTED, ['BudgetReserved', '100'])).toEqual([]);
    expect(foundIn(ALLOTTED, ['BudgetReserved', '101'])).toEqual([
      'I3 101 reserved and 0 spent of 100 allotted',
    ]);
    expect(foundIn(ALLOTTED, ['BudgetReserved', '60'], ['BudgetReserved', '41'])).toHaveLength(1);
    expect(foundIn(['BudgetReserved', '1'])).toEqual(['I3 1 reserved and 0 spent of 0 allotted']);
  });
  test('where it is adjusted, up or down', () => {
    const reserved: Step = ['BudgetReserved', '60'];
    expect(foundIn(ALLOTTED, reserved, ['BudgetAdjusted', '-40'])).toEqual([]);
    expect(foundIn(ALLOTTED, reserved, ['BudgetAdjusted', '-41'])).toEqual([
      'I3 60 reserved and 0 spent of 59 allotted',
    ]);
    expect(foundIn(ALLOTTED, ['BudgetAdjusted', '1'], ['BudgetReserved', '101'])).toEqual([]);
    expect(foundIn(['BudgetAdjusted', '100'], ['BudgetReserved', '100'])).toEqual([]);
  });
  test('where it is given back', () => {
    const back: Step = ['BudgetReservationReleased', '60'];
    expect(foundIn(ALLOTTED, ['BudgetReserved', '60'], back, ['BudgetReserved', '100'])).toEqual(
      [],
    );
    expect(foundIn(ALLOTTED, ['BudgetReserved', '59'], back)).toEqual([
      'I3 -1 reserved and 0 spent',
      'I3 -1 reserved and 0 spent for c',
    ]);
    const other: Step = ['BudgetReserved', '60', { cycleId: 'd' }];
    expect(foundIn(ALLOTTED, other, back)).toEqual(['I3 -60 reserved and 0 spent for c']);
  });
  test('each by itself, and anew where it is allotted', () => {
    const elsewhere = { stream: 'other' };
    expect(foundIn(ALLOTTED, ['BudgetReserved', '1', elsewhere])).toHaveLength(1);
    expect(
      foundIn(ALLOTTED, ['BudgetReserved', '100'], ALLOTTED, ['BudgetReserved', '100']),
    ).toEqual([]);
  });
});

describe('what a budget spends and takes back is what the payments of the cycle say', () => {
  /** A cycle of which 60 are reserved, and 40 settled for it, or came back. */
  function moved(which: 'gained' | 'lost', ...before: readonly Step[]) {
    const made = log(ALLOTTED, ['BudgetReserved', '60'], ...before);
    made.cycle('c')[which].add(5, 40n);
    return made;
  }
  const spent = (amountMinor: string, more: object = {}) => {
    const { add, said } = moved('gained');
    add('BudgetSpent', amountMinor, more);
    return said;
  };
  test('in amount and number, through a position before it', () => {
    expect(spent('40')).toEqual([]);
    const wrong = (said: string, through = 5) => [
      `I6 BudgetSpent ${said} payments through ${through}; the log has 40 for 1`,
    ];
    expect(spent('39')).toEqual(wrong('39 for 1'));
    expect(spent('40', { count: 2 })).toEqual(wrong('40 for 2'));
    expect(spent('40', { throughPosition: 6 })).toEqual(wrong('40 for 1', 6));
    expect(spent('40', { throughPosition: 4 })).toEqual([
      'I6 BudgetSpent 40 for 1 payments through 4; the log has 0 for 0',
    ]);
  });
  test('and goes from what is reserved to what is spent, and back', () => {
    const { add, said, cycle } = moved('gained');
    add('BudgetSpent', '40');
    expect([cycle('c').reservedMinor, cycle('c').spentMinor]).toEqual([20n, 40n]);
    cycle('c').lost.add(5, 30n);
    add('BudgetRefunded', '30');
    expect([cycle('c').reservedMinor, cycle('c').spentMinor]).toEqual([50n, 10n]);
    add('BudgetReserved', '40');
    expect(said).toEqual([]);
    add('BudgetReserved', '1');
    expect(said).toEqual(['I3 91 reserved and 10 spent of 100 allotted']);
  });
  test('and no more is taken back than was spent', () => {
    const { add, said } = moved('lost');
    add('BudgetRefunded', '40');
    expect(said).toEqual(['I3 100 reserved and -40 spent', 'I3 100 reserved and -40 spent for c']);
    const other = moved('lost');
    other.add('BudgetRefunded', '39');
    expect(other.said[0]).toBe(
      'I6 BudgetRefunded 39 for 1 payments through 5; the log has 40 for 1',
    );
  });
  test('and is known of a cycle that was closed', () => {
    const { add, cycle } = moved('gained');
    add('BudgetReserved', '5');
    expect(cycle('c').reservedSinceClosed).toBe(0n);
    add('BudgetSpent', '40');
    cycle('c').lost.add(5, 10n);
    add('BudgetRefunded', '10');
    expect(cycle('c').reservedSinceClosed).toBe(0n);
    cycle('c').closedAt = 7;
    add('BudgetReserved', '3');
    expect(cycle('c').reservedSinceClosed).toBe(3n);
    cycle('c').gained.add(5, 1n);
    add('BudgetSpent', '1');
    expect(cycle('c').reservedSinceClosed).toBe(2n);
    cycle('c').lost.add(5, 20n);
    add('BudgetRefunded', '20');
    expect(cycle('c').reservedSinceClosed).toBe(22n);
  });
});

describe('a budget that money which had left already overdrew', () => {
  const FULL = [ALLOTTED, ['BudgetReserved', '100', { cycleId: 'd' }]] as const;
  const overdrawn = (amountMinor: string, more: object = {}): Step => [
    'BudgetOverdrawn',
    amountMinor,
    more,
  ];
  const settled = (made: ReturnType<typeof log>, minor: bigint) => {
    made.cycle('c').gained.add(5, minor);
    return made;
  };
  test('by something, and by the engine', () => {
    expect(foundIn(...FULL, overdrawn('1'))).toEqual([]);
    expect(foundIn(...FULL, overdrawn('0'))).toEqual(['I3 overdrawn by 0 by automation']);
    expect(foundIn(...FULL, overdrawn('1', { role: 'intake' }))).toEqual([
      'I3 overdrawn by 1 by intake',
    ]);
  });
  test('reserves what is missing at once, and then spends all of it', () => {
    const { add, said } = settled(log(...FULL, overdrawn('7')), 7n);
    add('BudgetReserved', '7');
    add('BudgetSpent', '7');
    add('BudgetReservationReleased', '1', { cycleId: 'd' });
    expect(said).toEqual([]);
  });
  const instead = (type: string, wanted: string) =>
    `I3 overdrawn by 7 for c, and ${type} instead of ${wanted}`;
  test('does nothing else in between', () => {
    const reservedBy = (amountMinor: string, more: object = {}) =>
      foundIn(...FULL, overdrawn('7'), ['BudgetReserved', amountMinor, more])[0];
    expect(reservedBy('7')).toBeUndefined();
    expect(reservedBy('8')).toBe('I3 108 reserved and 0 spent of 100 allotted');
    expect(reservedBy('6')).toBe(instead('BudgetReserved', 'BudgetReserved'));
    expect(reservedBy('7', { cycleId: 'd' })).toBe(instead('BudgetReserved', 'BudgetReserved'));
    expect(foundIn(...FULL, overdrawn('7'), ['BudgetAdjusted', '9'])).toEqual([
      instead('BudgetAdjusted', 'BudgetReserved'),
    ]);
    const spentBy = (amountMinor: string, more: object = {}) => {
      const { add, said } = settled(log(...FULL, overdrawn('7'), ['BudgetReserved', '7']), 7n);
      add('BudgetSpent', amountMinor, more);
      return said[0];
    };
    expect(spentBy('7')).toBeUndefined();
    expect(spentBy('6')).toBe(instead('BudgetSpent', 'BudgetSpent'));
    expect(spentBy('7', { cycleId: 'd' })).toBe(instead('BudgetSpent', 'BudgetSpent'));
    expect(
      foundIn(...FULL, overdrawn('7'), ['BudgetReserved', '7'], ['BudgetReserved', '7']),
    ).toEqual([
      instead('BudgetReserved', 'BudgetSpent'),
      'I3 114 reserved and 0 spent of 100 allotted',
    ]);
  });
  test('is asked for it once', () => {
    const twice = foundIn(
      ...FULL,
      overdrawn('7'),
      ['BudgetAdjusted', '9'],
      ['BudgetAdjusted', '9'],
    );
    expect(twice).toEqual([instead('BudgetAdjusted', 'BudgetReserved')]);
    const less: Step = ['BudgetReserved', '6'];
    expect(foundIn(...FULL, overdrawn('7'), less, ['BudgetAdjusted', '9'])).toEqual([
      instead('BudgetReserved', 'BudgetReserved'),
    ]);
  });
  test('is overdrawn by as much more each time, and no longer once that is covered', () => {
    const made = settled(log(...FULL, overdrawn('7'), ['BudgetReserved', '7']), 7n);
    made.add('BudgetSpent', '7');
    made.add('BudgetOverdrawn', '2');
    made.add('BudgetReserved', '2');
    made.cycle('c').gained.add(5, 2n);
    made.add('BudgetSpent', '2');
    expect(made.said).toEqual([]);
    made.add('BudgetAdjusted', '9');
    expect(made.said).toEqual([]);
    made.add('BudgetReserved', '1');
    expect(made.said).toEqual(['I3 101 reserved and 9 spent of 109 allotted']);
  });
  test('is overdrawn by no more than was said while it is not spent', () => {
    const made = log(ALLOTTED, ['BudgetReserved', '95', { cycleId: 'd' }], overdrawn('7'));
    made.add('BudgetReserved', '7');
    made.add('BudgetReserved', '3');
    expect(made.said).toEqual([instead('BudgetReserved', 'BudgetSpent')]);
  });
  test('keeps of it what is not covered yet, to the centime', () => {
    const least = settled(log(...FULL, overdrawn('7'), ['BudgetReserved', '7']), 7n);
    least.add('BudgetSpent', '7');
    least.add('BudgetAdjusted', '6');
    least.add('BudgetAdjusted', '0');
    expect(least.said).toEqual([]);
    const made = settled(log(...FULL, overdrawn('7'), ['BudgetReserved', '7']), 7n);
    made.add('BudgetSpent', '7');
    made.add('BudgetAdjusted', '5');
    made.add('BudgetAdjusted', '-1');
    expect(made.said).toEqual(['I3 100 reserved and 7 spent of 104 allotted']);
  });
});
