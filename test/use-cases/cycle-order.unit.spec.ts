import { describe, expect, test } from '@jest/globals';
import { cycleDecider, type CycleCommand } from '../../src/cycle/cycle.decider.js';
import type { CycleEvent, CycleState } from '../../src/cycle/cycle.state.js';
import type { Context, Foldable } from '../../src/kernel/decider.js';
import { DomainError } from '../../src/kernel/errors.js';
import {
  mayBeSentBack,
  monthsPassedOver,
  paidThroughBefore,
  requireNoneLater,
  requireNoneUnderWay,
  whyGivenUp,
} from '../../src/use-cases/cycles/cycle-order.rule.js';
import { by, HASH } from '../deciders/given.js';

const MONTHS = ['2026-01', '2026-02', '2026-03'] as const;
/** Rounds after this are like it. */
const ROUNDS = 2;
const officer = by('farid', 'finance-officer');
const controller = by('kenza', 'finance-controller');
const releaser = by('rachid', 'finance-controller');
const automation = by('automation', 'automation');
const FIGURES = {
  orderedCount: 0,
  orderedMinor: '0',
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
  throughPosition: 1,
};

type Cycles = readonly CycleState[];
interface Step {
  readonly command: CycleCommand;
  readonly who: Context;
}

const stepsOf = (month: string): readonly Step[] => [
  {
    command: {
      type: 'OpenCycle',
      cycleId: `asd-${month}`,
      programmeId: 'asd',
      period: month,
      policyVersion: 1,
      currency: 'MAD',
    },
    who: officer,
  },
  { command: { type: 'StartPreparation', asOf: 1 }, who: officer },
  {
    command: { type: 'RecordPreparation', asOf: 1, count: 0, totalMinor: '0', contentHash: HASH },
    who: officer,
  },
  { command: { type: 'ApproveCycle', contentHash: HASH, fiscalYear: 2026 }, who: controller },
  { command: { type: 'ReturnCycle', reason: 'look again' }, who: controller },
  { command: { type: 'AbandonCycle', reason: 'a mistake' }, who: controller },
  {
    command: { type: 'ReleaseCycle', contentHash: HASH, executionDate: '2026-01-31' },
    who: releaser,
  },
  {
    command: { type: 'RecordInstruction', count: 0, totalMinor: '0', files: [] },
    who: automation,
  },
  { command: { type: 'ReconcileCycle', figures: FIGURES }, who: officer },
  { command: { type: 'CloseCycle', releasedMinor: '0' }, who: officer },
];

/** What the use cases ask of the other months before they decide. */
function requireTurn(cycles: Cycles, month: string, { type }: CycleCommand): void {
  const others = cycles.filter(({ status }) => status !== 'none');
  if (type === 'OpenCycle') requireNoneLater(others, `asd-${month}`);
  if (type === 'StartPreparation') paidThroughBefore(others, `asd-${month}`);
}

/** What a step leads to; undefined where it is refused or changes nothing. */
function taken(cycles: Cycles, i: number, { command, who }: Step): Cycles | undefined {
  try {
    requireTurn(cycles, MONTHS[i]!, command);
    const drafts = cycleDecider.decide(cycles[i]!, command, who);
    if (drafts.length === 0) return undefined;
    const state = drafts.reduce(
      (folded, draft) =>
        cycleDecider.evolve(folded, {
          ...draft,
          meta: { actor: who.actor.id, role: who.actor.role },
          time: who.now,
        } as Foldable<CycleEvent>),
      cycles[i]!,
    );
    return cycles.map((cycle, n) => (n === i ? state : cycle));
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

const keyOf = (cycles: Cycles): string =>
  cycles
    .map(({ status, round, figures }) => `${status}${round}${figures ? 'reconciled' : ''}`)
    .join(' ');

interface Explored {
  readonly states: ReadonlyMap<string, Cycles>;
  /** From which states a state is reached. */
  readonly from: ReadonlyMap<string, ReadonlySet<string>>;
}

function explore(start: Cycles): Explored {
  const states = new Map([[keyOf(start), start]]);
  const from = new Map<string, Set<string>>();
  for (const [key, cycles] of states) {
    for (const [i, month] of MONTHS.entries()) {
      for (const step of stepsOf(month)) {
        const next = taken(cycles, i, step);
        if (!next || next[i]!.round > ROUNDS) continue;
        const nextKey = keyOf(next);
        if (!states.has(nextKey)) states.set(nextKey, next);
        from.set(nextKey, (from.get(nextKey) ?? new Set()).add(key));
      }
    }
  }
  return { states, from };
}

/** States from which one that is wanted is reached. */
function leadingTo({ states, from }: Explored, wanted: (cycles: Cycles) => boolean): Set<string> {
  const found = new Set([...states].filter(([, cycles]) => wanted(cycles)).map(([key]) => key));
  for (const key of found) for (const before of from.get(key) ?? []) found.add(before);
  return found;
}

const { states, from } = explore(MONTHS.map(() => cycleDecider.initialState));
const stuck = (wanted: (cycles: Cycles) => boolean): string[] => {
  const leading = leadingTo({ states, from }, wanted);
  return [...states.keys()].filter((key) => !leading.has(key));
};

describe('every state that three months of a programme can be in', () => {
  test('is explored: months opened out of order, returned, given up, paid', () => {
    expect(states.size).toBeGreaterThan(1_000);
    const seen = new Set([...states.values()].flat().map(({ status }) => status));
    expect([...seen].sort()).toEqual(
      [
        'none',
        'open',
        'preparing',
        'prepared',
        'approved',
        'returned',
        'released',
        'instructed',
        'closed',
        'abandoned',
      ].sort(),
    );
  });

  test('leads to one in which each month that was opened is closed or abandoned', () => {
    expect(
      stuck((cycles) =>
        cycles.every(({ status }) => ['none', 'closed', 'abandoned'].includes(status)),
      ),
    ).toEqual([]);
  });

  test('leads to the last month closed, unless it was given up for good', () => {
    expect(
      stuck(
        (cycles) =>
          cycles[2]!.status === 'closed' ||
          (cycles[2]!.status === 'abandoned' && cycles[2]!.round === ROUNDS) ||
          (cycles[2]!.status !== 'none' && cycles[2]!.round === ROUNDS),
      ),
    ).toEqual([]);
  });
});

test.each([
  ['the month after the last that is paid', ['2025-10', '2025-11'], '2025-12', []],
  ['the first that the programme pays', [], '2025-12', []],
  ['one after a month that nobody opened', ['2025-10'], '2025-12', ['2025-11']],
  ['one after the turn of the year', ['2025-10', '2026-02'], '2026-03', []],
  ['one that skips the turn of the year', ['2025-11'], '2026-02', ['2025-12', '2026-01']],
] as const)('no month is passed over unsaid before %s', (_what, paid, period, expected) => {
  const others = paid.map((one): CycleState => ({
    ...cycleDecider.initialState,
    cycleId: `asd-${one}`,
    period: one,
    status: 'closed',
  }));
  const passedOver = (more: readonly CycleState[]) =>
    monthsPassedOver([...others, ...more], { cycleId: `asd-${period}`, period });
  expect(passedOver([])).toEqual(expected);
  const [first] = expected;
  if (first === undefined) return;
  const abandoned = { ...cycleDecider.initialState, cycleId: `asd-${first}`, period: first };
  expect(passedOver([{ ...abandoned, status: 'abandoned' }])).toEqual(expected);
});

test('a month is not sent back while a later one is, or begins to be, prepared', () => {
  const { initialState } = cycleDecider;
  const at = (cycleId: string, status: CycleState['status'], round = 1): CycleState => ({
    ...initialState,
    cycleId,
    status,
    round,
  });
  const sentBack = (later: Readonly<Record<string, number>>, ...others: CycleState[]): string => {
    try {
      requireNoneUnderWay({ later }, new Map(others.map((one) => [one.cycleId, one])));
      return '';
    } catch (error) {
      return error instanceof DomainError ? `${error.code} ${error.detail.slice(0, 11)}` : 'defect';
    }
  };
  const refused = 'LATER_CYCLE_STARTED asd-2026-02';
  expect(sentBack({})).toBe('');
  expect(sentBack({}, at('asd-2026-02', 'open', 0), at('asd-2026-03', 'returned'))).toBe('');
  expect(sentBack({ 'asd-2026-02': 1 }, at('asd-2026-02', 'prepared'))).toBe('');
  expect(sentBack({}, at('asd-2026-02', 'preparing'))).toBe(refused);
  expect(sentBack({ 'asd-2026-02': 2 }, at('asd-2026-02', 'returned'))).toBe(refused);
  expect(sentBack({ 'asd-2026-02': 1 })).toBe(refused);
  expect(sentBack({ 'asd-2026-02': 2 }, at('asd-2026-02', 'abandoned'))).toBe('');
});

test('those of the months before that may still be sent back are prepared and not released', () => {
  const found = [
    'open',
    'preparing',
    'prepared',
    'approved',
    'released',
    'closed',
    'abandoned',
  ].map(
    (status, i) =>
      ({ ...cycleDecider.initialState, cycleId: `asd-2026-0${i + 1}`, status }) as CycleState,
  );
  expect(mayBeSentBack(found, 'asd-2026-09')).toEqual(['asd-2026-03', 'asd-2026-04']);
  expect(mayBeSentBack(found, 'asd-2026-04')).toEqual(['asd-2026-03']);
});

test('orders of another month are cancelled where it is given up, or returned and later', () => {
  const given = (cycleId: string, round = 1): readonly string[] =>
    (
      ['none', 'open', 'preparing', 'prepared', 'returned', 'released', 'abandoned'] as const
    ).filter(
      (status) =>
        whyGivenUp({ ...cycleDecider.initialState, cycleId, status, round }, 'asd-2026-05') !==
        undefined,
    );
  expect(given('asd-2026-06')).toEqual(['open', 'returned', 'abandoned']);
  expect(given('asd-2026-04')).toEqual(['open', 'abandoned']);
  expect(given('asd-2026-05')).toEqual([]);
  expect(given('asd-2026-06', 0)).toEqual([]);
});
