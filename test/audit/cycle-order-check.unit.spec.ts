import { describe, expect, test } from '@jest/globals';
import { CycleOrderCheck } from '../../src/audit/cycle-order-check.js';
import type { EventType } from '../../events/generated.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { eventOf, Findings } from './direct.js';

const cycleId = 'sim-2026-01';
const RELEASED = [
  'CycleOpened',
  'CyclePreparationStarted',
  'CyclePrepared',
  'CycleChecked',
  'BudgetReserved',
  'CycleApproved',
  'CycleReleased',
] as const;
const CLOSED = [
  ...RELEASED,
  'CycleInstructed',
  'CycleReconciled',
  'CycleClosed',
  'BudgetReservationReleased',
] as const;

function found(types: readonly EventType[], fiscalYear = 2026): readonly string[] {
  const check = new CycleOrderCheck();
  const details: string[] = [];
  let round = 0;
  for (const type of types) {
    if (type === 'CyclePreparationStarted') round += 1;
    const data = { cycleId, fiscalYear, round, asOf: 1 };
    const event: object = { type, position: 2, data };
    check.add(event as Recorded, (_, detail) => details.push(detail));
  }
  return details;
}

test('lets a cycle go from its opening to its end, also sent back or given up', () => {
  expect(found(CLOSED)).toEqual([]);
  const again = ['CycleReturned', 'BudgetReservationReleased', ...CLOSED.slice(1)] as const;
  expect(found([...CLOSED.slice(0, 6), ...again])).toEqual([]);
  expect(found(['CycleOpened', 'CycleAbandoned', ...CLOSED])).toEqual([]);
});

test.each([
  ['CycleOpened', 'CyclePreparationStarted when the cycle is none'],
  ['CyclePreparationStarted', 'CyclePrepared when the cycle is open'],
  ['CyclePrepared', 'CycleChecked when the cycle is preparing'],
  ['CycleApproved', 'CycleReleased when the cycle is prepared'],
  ['CycleReleased', 'CycleInstructed when the cycle is approved'],
  ['CycleInstructed', 'CycleClosed when the cycle is released'],
  ['CycleClosed', 'given back while the cycle is instructed'],
] as const)('finds that %s is missing', (missing, detail) => {
  expect(found(CLOSED.filter((type) => type !== missing))[0]).toBe(detail);
});

test('finds that a cycle was prepared again though nobody sent it back', () => {
  expect(found([...CLOSED.slice(0, 6), ...CLOSED.slice(1, 3)])).toContain(
    'CyclePreparationStarted when the cycle is approved',
  );
});

test('finds an approval and a reservation of another year than the month is of', () => {
  expect(found(RELEASED, 2027)).toEqual([
    'BudgetReserved of the year 2027; the month is of 2026',
    'CycleApproved of the year 2027; the month is of 2026',
  ]);
});

/** By what events a cycle comes to a state, which leave it there, and which lead where. */
interface State {
  readonly by: readonly EventType[];
  readonly stays?: readonly EventType[];
  readonly leads?: Readonly<Partial<Record<EventType, string>>>;
}
const PREPARED: readonly EventType[] = ['CycleOpened', 'CyclePreparationStarted', 'CyclePrepared'];
const SENT: readonly EventType[] = [...PREPARED, 'CycleApproved', 'CycleReleased'];
const AFTER_RELEASE: readonly EventType[] = [
  'LaterCycleStarted',
  'CycleReinstructionStarted',
  'CycleReinstructed',
  'CycleReinstructionEnded',
  'CycleReconciled',
];
const STATES: Readonly<Record<string, State>> = {
  none: { by: [], leads: { CycleOpened: 'open' } },
  open: {
    by: ['CycleOpened'],
    leads: { CyclePreparationStarted: 'preparing', CycleAbandoned: 'abandoned' },
  },
  preparing: {
    by: PREPARED.slice(0, 2),
    stays: ['CyclePreparationResumed', 'CycleHouseholdsLeftOut'],
    leads: { CyclePrepared: 'prepared', CycleReturned: 'returned', CycleAbandoned: 'abandoned' },
  },
  prepared: {
    by: PREPARED,
    stays: ['LaterCycleStarted', 'CycleChecked', 'CycleFindingOverridden'],
    leads: { CycleApproved: 'approved', CycleReturned: 'returned', CycleAbandoned: 'abandoned' },
  },
  approved: {
    by: SENT.slice(0, -1),
    stays: ['LaterCycleStarted'],
    leads: { CycleReleased: 'released', CycleReturned: 'returned' },
  },
  released: { by: SENT, stays: AFTER_RELEASE, leads: { CycleInstructed: 'instructed' } },
  instructed: {
    by: [...SENT, 'CycleInstructed'],
    stays: AFTER_RELEASE,
    leads: { CycleClosed: 'closed' },
  },
  closed: { by: [...SENT, 'CycleInstructed', 'CycleClosed'], stays: ['LaterCycleStarted'] },
  returned: {
    by: [...PREPARED, 'CycleReturned'],
    leads: { CyclePreparationStarted: 'preparing', CycleAbandoned: 'abandoned' },
  },
  abandoned: { by: ['CycleOpened', 'CycleAbandoned'], leads: { CycleOpened: 'open' } },
};
const ALL = [
  ...new Set(
    Object.values(STATES).flatMap(({ stays = [], leads = {} }) => [
      ...stays,
      ...(Object.keys(leads) as EventType[]),
    ]),
  ),
];

/** A cycle in a state, and what is found of what comes then. */
function inState({ by }: State) {
  const check = new CycleOrderCheck();
  const { said, found } = new Findings();
  let round = 0;
  const add = (type: EventType, more: object = {}, position = 100): void => {
    if (type === 'CyclePreparationStarted') round += 1;
    const data = { cycleId, fiscalYear: 2026, round, asOf: 1, ...more };
    check.add(eventOf(type, data, { position }), found);
  };
  for (const type of by) add(type);
  return { add, said };
}

test('each event of a cycle follows those that it may follow, and no others', () => {
  const misjudged = Object.entries(STATES).flatMap(([state, one]) =>
    ALL.flatMap((type) => {
      const { add, said } = inState(one);
      add(type);
      const orders = said.filter((detail) => detail.includes(' when the cycle is '));
      const leads = one.leads?.[type] ?? (one.stays?.includes(type) ? state : undefined);
      if (leads === undefined)
        return orders.join() === `I6 ${type} when the cycle is ${state}` ? [] : [[state, type]];
      if (orders.length > 0) return [[state, type, 'refused']];
      // One of the two is refused, and says where the cycle is.
      const next = leads === 'abandoned' ? 'CycleClosed' : 'CycleOpened';
      said.length = 0;
      add(next);
      return said.join() === `I6 ${next} when the cycle is ${leads}` ? [] : [[state, type, leads]];
    }),
  );
  expect([ALL.length, misjudged]).toEqual([18, []]);
});

test('what is reserved for a cycle is given back before its approval or after its end, never between', () => {
  const said = Object.entries(STATES).flatMap(([, one]) => {
    const log = inState(one);
    log.add('BudgetReservationReleased');
    return log.said;
  });
  expect(said).toEqual([
    'I6 given back while the cycle is approved',
    'I6 given back while the cycle is released',
    'I6 given back while the cycle is instructed',
  ]);
});

describe('a round of a preparation', () => {
  const saidOf = (state: string, type: EventType, more: object, position?: number): string[] => {
    const { add, said } = inState(STATES[state]!);
    add(type, more, position);
    return said;
  };
  test('is the next one, as of a position before it', () => {
    const started = (more: object, position?: number) =>
      saidOf('returned', 'CyclePreparationStarted', more, position);
    expect(started({ round: 2, asOf: 99 })).toEqual([]);
    expect(started({ round: 1 })).toEqual(['I6 round 1 of its preparation, after 1']);
    expect(started({ round: 3 })).toEqual(['I6 round 3 of its preparation, after 1']);
    expect(started({ asOf: 100 })).toEqual(['I6 prepared as of 100, which is not before it']);
    expect(saidOf('open', 'CyclePreparationStarted', { asOf: 0 }, 1)).toEqual([]);
    expect(saidOf('open', 'CyclePreparationStarted', { round: 0 })).toEqual([
      'I6 round 0 of its preparation, after 0',
    ]);
  });
  test.each([
    ['preparing', 'CyclePreparationResumed'],
    ['preparing', 'CycleHouseholdsLeftOut'],
    ['preparing', 'CyclePrepared'],
    ['prepared', 'CycleChecked'],
    ['prepared', 'CycleFindingOverridden'],
  ] as const)('that is %s is the one that %s is said of', (state, type) => {
    expect(saidOf(state, type, type === 'CyclePrepared' ? {} : { asOf: undefined })).toEqual([]);
    for (const round of [0, 2])
      expect(saidOf(state, type, { round })).toEqual([
        `I6 ${type} of round ${round}; it is round 1`,
      ]);
  });
  test('that nothing began has the number nought, and is as of nothing', () => {
    expect(saidOf('open', 'CyclePrepared', {})).toEqual([
      'I6 CyclePrepared when the cycle is open',
      'I6 prepared as of another position than it began as of',
    ]);
    expect(saidOf('preparing', 'CyclePrepared', { asOf: 2 })).toEqual([
      'I6 prepared as of another position than it began as of',
    ]);
  });
});

test.each(['CycleApproved', 'BudgetReserved'] as const)(
  '%s is of the year of the month',
  (type) => {
    const { add, said } = inState(STATES['prepared']!);
    for (const fiscalYear of [2025, 2026, 2027]) add(type, { fiscalYear });
    expect(said.filter((detail) => detail.includes(' of the year '))).toEqual([
      `I6 ${type} of the year 2025; the month is of 2026`,
      `I6 ${type} of the year 2027; the month is of 2026`,
    ]);
  },
);
