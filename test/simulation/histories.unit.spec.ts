import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { schemas, type EventType } from '../../events/generated.js';
import { createAuditCheck } from '../../src/audit/check.js';
import { budgetDecider } from '../../src/budget/budget.decider.js';
import { fold, type Recorded } from '../../src/kernel/decider.js';
import { partsOfPayment } from '../../src/kernel/ids.js';
import { ran } from '../support/effort.js';
import type { Op } from './model-world.js';
import { historyArbitrary, play, type History } from './model-histories.js';
import { BUDGET } from './model-money-parts.js';
import { oracles, paidInTheEnd } from './model-oracles.js';

const OTHERS = 600;
const COMMANDS = 50;

function audited(events: readonly Recorded[]) {
  const check = createAuditCheck();
  for (const event of events) check.add(event);
  return check.finish().violations;
}

/** Money that the payments say was paid, by cycle. */
function paidByCycle(events: readonly Recorded[]): Map<string, bigint> {
  const cycles = new Map<string, bigint>();
  for (const [stream, minor] of paidInTheEnd(events)) {
    const { programmeId, period } = partsOfPayment(stream.slice('payment-'.length));
    cycles.set(`${programmeId}-${period}`, (cycles.get(`${programmeId}-${period}`) ?? 0n) + minor);
  }
  return cycles;
}

const op = (kind: string, who: number, more: Partial<Op> = {}): Op => ({
  kind,
  a: 0,
  b: 0,
  who,
  staleBy: 0,
  odd: false,
  wrong: undefined,
  ...more,
});

/**
 * What one person said of a bank's entry, and of an erasure, and took back before another said the
 * same.
 */
const TAKEN_BACK: History = {
  start: 'instructed',
  households: 1,
  ops: [
    op('assignEntry', 0, { a: 3 }),
    op('takeBack', 0),
    op('erase', 0, { a: 3, odd: true }),
    op('takeBack', 0),
  ],
};

/** How a break counts, said by who paid again and so does not resolve it, and taken back. */
const COUNTED: History = {
  start: 'instructed',
  households: 1,
  ops: [
    op('report', 0, { b: 3 }),
    op('reinstruct', 2, { b: 1 }),
    op('report', 0, { b: 3 }),
    op('report', 3, { odd: true }),
    op('resolve', 2),
    op('takeBack', 0),
  ],
};

/** What one person said is to be let off, taken back, and said again by two. */
const WAIVED: History = {
  start: 'owing',
  households: 1,
  ops: [op('waive', 0, { odd: true }), op('takeBack', 0), op('waive', 0)],
};

/** A bank's entry that is none of ours, by another than who handed the file over. */
const DISMISSED: History = {
  start: 'instructed',
  households: 1,
  ops: [op('quarantineEntry', 0, { b: 1 }), op('dismissEntry', 1, { b: 1 })],
};

/**
 * What was rejected is paid after its cycle closed, when nothing of the budget is free: seldom met
 * by chance.
 */
const SPENT_LATE: History = {
  start: 'instructed',
  households: 1,
  ops: [
    op('report', 0, { b: 3 }),
    op('reconcile', 0),
    op('close', 0),
    op('adjust', 0),
    op('adjust', 0, { b: 1 }),
    op('report', 3),
    op('resolve', 1),
    op('spend', 0),
  ],
};

/** What was rejected is said to be paid after its arrears were ordered, and before the release. */
const BEHIND: History = {
  start: 'carrying',
  households: 2,
  ops: [
    op('reportByHand', 0, { b: 4 }),
    op('prepare', 2),
    op('prepare', 2),
    op('reportByHand', 0),
    op('approve', 1, { a: 4 }),
    op('release', 0, { staleBy: 1 }),
    op('instruct', 0),
  ],
};

/** What was rejected is said to be paid while the arrears for it are approved. */
const LAPSED: History = {
  start: 'instructed',
  households: 1,
  ops: [
    op('report', 0, { b: 3 }),
    op('reconcile', 0),
    op('close', 0),
    op('proposeCorrection', 0),
    op('approveCorrection', 1),
    op('report', 3),
    op('applyCorrection', 0),
  ],
};

/**
 * How far back facts count is one person's proposal and another's decision; a debt moves with its
 * person.
 */
const SELDOM: readonly History[] = [
  {
    start: 'opened',
    households: 1,
    ops: [op('limitBackdating', 0, { b: 1 }), op('limitBackdating', 0, { b: 12 })],
  },
  { start: 'owing', households: 1, ops: [op('move', 0, { b: 1 })] },
];

/** What one said is known by a bank's word, which differs, before two others say it too. */
const KNOWN_MEANWHILE: History = {
  start: 'instructed',
  households: 1,
  ops: [
    op('report', 0, { b: 3 }),
    op('reportByHand', 1, { odd: true }),
    op('report', 0, { b: 6, odd: true }),
    op('reportByHand', 2),
    op('resolve', 0),
    op('resolve', 1),
  ],
};

/** Two close the programme, two reopen it, and two close it again. */
const REOPENED: History = {
  start: 'opened',
  households: 1,
  ops: [0, 1, 2].map((who) => op('closeProgramme', who, { odd: true, b: 1 })),
};

/** Histories that are the same in every run: that they go everywhere is no matter of luck. */
const KNOWN: readonly History[] = [
  ...[SPENT_LATE, TAKEN_BACK, COUNTED, DISMISSED, WAIVED, LAPSED, BEHIND],
  ...[KNOWN_MEANWHILE, REOPENED, ...SELDOM],
  ...fc.sample(historyArbitrary(COMMANDS), { seed: 7, numRuns: 400 }),
];

/** Refusals that histories must meet. */
const MET = [
  'SAME_PERSON',
  'CONTENT_CHANGED',
  'BUDGET_EXCEEDED',
  'IDENTITY_ALREADY_REGISTERED',
  'CYCLE_ALREADY_RELEASED',
  'BREAKS_OPEN',
  'OPEN_BREAKS',
  'PAYMENTS_OUTSTANDING',
  'OUTCOME_NOT_DEFINITE',
  'PERSON_ERASED',
  'ROLE_NOT_ALLOWED',
  'REGION_NOT_ALLOWED',
  'NOT_CHECKED',
  'FINDINGS_OPEN',
  'CORRECTION_OPEN',
  'DEDUCTION_NOT_PLANNED',
];

/** Plays it, and proves that it keeps I1 to I8. */
function proved(history: History): ReturnType<typeof play> {
  const played = play(history);
  const { log } = played;
  expect(audited(log.events)).toEqual([]);
  expect(oracles(log.events)).toEqual([]);
  const budget = fold(budgetDecider, log.stream(BUDGET));
  // All of it, also what left after a cycle had closed and is more than the budget has left.
  for (const [cycle, minor] of paidByCycle(log.events))
    expect([cycle, budget.cycles[cycle]?.spentMinor ?? 0n]).toEqual([cycle, minor]);
  ran('histories', 1);
  // Decisions that another came between.
  ran('interleavings', log.conflicts);
  return played;
}

describe(`histories of ${COMMANDS} commands keep I1 to I8, by the audit and by oracles of their own`, () => {
  test('those that are known, which go everywhere: every type of event, every kind of conflict', () => {
    const types = new Set<string>();
    const refusals = new Set<string>();
    let conflicts = 0;
    for (const history of KNOWN) {
      const { log, refusals: refused } = proved(history);
      for (const { type } of log.events) types.add(type);
      for (const code of refused) refusals.add(code);
      conflicts += log.conflicts;
    }
    const never = schemas.map(({ type }) => type as EventType).filter((type) => !types.has(type));
    expect(never).toEqual([]);
    expect(conflicts).toBeGreaterThan(0);
    expect(MET.filter((code) => !refusals.has(code))).toEqual([]);
  });

  test('and others', () => {
    fc.assert(
      fc.property(historyArbitrary(COMMANDS), (history) => void proved(history)),
      { numRuns: OTHERS },
    );
  });
});
