import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { schemas } from '../../events/generated.js';
import type { Table } from '../../projections/engine/projection.js';
import { KIND_OF, kindsOf, ROLES } from '../../projections/proposals/kinds.js';
import { proposalsProjection } from '../../projections/proposals/proposals.projection.js';
import { waitingSince, type ProposalView } from '../../projections/proposals/proposals.queries.js';
import type { ProposalRow, Word } from '../../projections/proposals/proposals.tables.js';
import { enrolmentDecider } from '../../src/enrolment/enrolment.decider.js';
import { fold, type Recorded } from '../../src/kernel/decider.js';
import { personDecider } from '../../src/person/person.decider.js';
import { programmeDecider } from '../../src/programme/programme.decider.js';
import { PROPOSAL_KINDS } from '../../src/kernel/two-people.js';
import {
  exampleOf,
  paymentId,
  personId,
  recorder,
  STORIES,
  type Said,
} from './proposal-stories.js';

/** What is kept after these events; a row that was not named before it is used is an error. */
function kept(events: readonly Recorded[]): ProposalRow[] {
  const rows = new Map<string, string>();
  for (const event of events) {
    if (!proposalsProjection.handles.includes(event.type)) continue;
    const named = new Set<string>();
    proposalsProjection.touches(event, (_table: Table, key: string) => named.add(key));
    const ofThem = (key: string): string => {
      expect(named).toContain(key);
      return key;
    };
    proposalsProjection.evolve(
      {
        get: (_table, key) => {
          const row = rows.get(ofThem(key));
          return row === undefined ? undefined : JSON.parse(row);
        },
        put: (_table, row) =>
          void rows.set(ofThem(String(row['proposal_key'])), JSON.stringify(row)),
        remove: (_table, key) => void rows.delete(ofThem(key)),
        add: () => {
          throw new Error('there is no tally');
        },
      },
      event,
    );
  }
  return [...rows.values()].map((row): ProposalRow => JSON.parse(row));
}

/** What waits, as kind and who said it. */
const waiting = (events: readonly Recorded[]): string[] =>
  kept(events)
    .flatMap(({ kind, words }) => (JSON.parse(words) as Word[]).map(({ by }) => `${kind} ${by}`))
    .toSorted();

/** Events of one stream, each by the person before it. */
function log(stream: string, ...said: readonly (readonly [Said, string?])[]): Recorded[] {
  const record = recorder();
  return said.map(([one, by]) => record(stream, one, by));
}

test('there is a story of every kind, and every event that proposes something has a kind', () => {
  expect(STORIES.map(({ kind }) => kind).toSorted()).toEqual(PROPOSAL_KINDS.toSorted());
  const proposing = new Set(schemas.map(({ type }) => type).filter((t) => t.endsWith('Proposed')));
  expect(Object.keys(KIND_OF).toSorted()).toEqual([...proposing].toSorted());
});

describe.each(STORIES)('$kind', (story) => {
  const { kind, stream, before = [], proposed, answers, replacedBy } = story;
  const past = before.map((said) => [said] as const);

  test('waits from the day it is proposed, with who said it and no more than the audit shows', () => {
    expect(waiting(log(stream, ...past))).toEqual([]);
    const [row, ...others] = kept(log(stream, ...past, [proposed, 'first']));
    expect(others).toEqual([]);
    expect(row).toMatchObject({ kind, since: before.length });
    const [word] = JSON.parse(row!.words) as Word[];
    expect(word).toMatchObject({ position: before.length, by: 'first' });
    expect(Object.keys(word!.detail).length).toBeGreaterThan(0);
    expect(word!.detail).not.toHaveProperty('facts');
    expect(word!.detail).not.toHaveProperty('sealed');
  });

  test.each(answers)('is gone once it is answered: $type', (answer) => {
    const told = log(stream, ...past, [proposed, 'first'], [answer, 'second']);
    expect(waiting(told)).toEqual([]);
    const again = log(
      stream,
      ...past,
      [proposed, 'first'],
      [answer, 'second'],
      [proposed, 'third'],
    );
    // Who was erased has no account any more that could be another one.
    const isOver = kind === 'payee-account' && answer.type === 'PersonErased';
    expect(waiting(again)).toEqual(isOver ? [] : [`${kind} third`]);
  });

  if (replacedBy)
    test('gives way to what the same person says later, and not to what another says', () => {
      const told = log(stream, ...past, [proposed, 'a.first'], [replacedBy, 'A.First']);
      expect(waiting(told)).toHaveLength(1);
      expect(waiting(told)[0]).toMatch(/ A\.First$/);
      const both = log(stream, ...past, [proposed, 'a.first'], [replacedBy, 'another']);
      expect(waiting(both)).toHaveLength(2);
    });
});

test('every kind is withdrawn by who proposed it, by an event of its own or by an answer', () => {
  const bySomeAnswer = STORIES.filter(({ withdrawn }) => !withdrawn).map(({ kind }) => kind);
  expect(bySomeAnswer.toSorted()).toEqual(['correction', 'payee-account']);
});

test.each(
  STORIES.flatMap(({ withdrawn, ...story }) => (withdrawn ? [{ ...story, withdrawn }] : [])),
)(
  '$kind waits no longer once who proposed it takes it back, and nobody else',
  ({ kind, stream, before = [], proposed, withdrawn }) => {
    const asked = [...before.map((said) => [said] as const), [proposed, 'a.first'] as const];
    expect(waiting(log(stream, ...asked, [withdrawn, 'A.First']))).toEqual([]);
    expect(waiting(log(stream, ...asked, [withdrawn, 'another']))).toEqual([`${kind} a.first`]);
  },
);

test("a person's first account waits for nobody", () => {
  const registered = exampleOf('PayeeAccountRegistered', { personId });
  expect(waiting(log(`person-${personId}`, [registered]))).toEqual([]);
});

test('a correction that found nothing waits for nobody', () => {
  const nothing = exampleOf('CorrectionProposed', {
    correctionId: 'asd-0001',
    arrearsCount: 0,
    overpaidCount: 0,
  });
  expect(waiting(log('correction-asd-0001', [nothing]))).toEqual([]);
});

describe('an outcome', () => {
  const says = (outcome: 'accepted' | 'settled' | 'rejected' | 'unknown', attempt = 1): Said =>
    exampleOf('PaymentOutcomeProposed', { paymentId, attempt, outcome });
  const after = (proposed: Said, ...said: readonly Said[]): string[] =>
    waiting(
      log(
        `payment-${paymentId}`,
        [proposed, 'first'],
        ...said.map((one) => [one, 'bank'] as const),
      ),
    );
  const recorded = { paymentId, attempt: 1 };

  test('still waits where something else is known, or of another attempt', () => {
    expect(after(says('rejected'), exampleOf('PaymentSettled', recorded))).toEqual([
      'outcome first',
    ]);
    expect(after(says('settled', 2), exampleOf('PaymentSettled', recorded))).toEqual([
      'outcome first',
    ]);
    expect(after(says('accepted'), exampleOf('PaymentOutcomeUnknown', recorded))).toEqual([
      'outcome first',
    ]);
  });

  test('that says less than is known waits no longer', () => {
    for (const outcome of ['accepted', 'unknown'] as const)
      expect(after(says(outcome), exampleOf('PaymentRejected', recorded))).toEqual([]);
  });

  test('and each break of a payment waits by itself', () => {
    const breakOf = (breakId: string): Said =>
      exampleOf('PaymentBreakResolutionProposed', { paymentId, breakId });
    const told = log(
      `payment-${paymentId}`,
      [breakOf(personId), 'first'],
      [breakOf(paymentId), 'second'],
      [exampleOf('PaymentBreakResolved', { paymentId, breakId: personId }), 'third'],
    );
    expect(waiting(told)).toEqual(['break second']);
  });
});

/** What the deciders themselves still hold against a second word. */
const HELD: readonly (readonly [string, (events: readonly Recorded[]) => readonly string[]])[] = [
  [
    `enrolment-asd-${personId}`,
    (events) => fold(enrolmentDecider, events).proposals.map(({ by }) => by),
  ],
  [
    `person-${personId}`,
    (events) => fold(personDecider, events).erasureProposals.map(({ by }) => by),
  ],
  [
    'programme-asd',
    (events) =>
      Object.values(fold(programmeDecider, events).proposals)
        .flat()
        .map(({ by }) => by),
  ],
];

test.each(HELD)('what waits in %s is what its decider holds, whatever happened', (stream, held) => {
  const said = STORIES.filter((story) => story.stream === stream && story.kind !== 'payee-account')
    .flatMap(({ proposed, answers, replacedBy, withdrawn }) => [
      proposed,
      ...answers,
      ...(withdrawn ? [withdrawn] : []),
      ...(replacedBy ? [replacedBy] : []),
    ])
    // A closed programme's decider refuses whatever it holds; an erased person's too.
    .filter(({ type }) => type !== 'ProgrammeClosed' && type !== 'PersonErased');
  const step = fc.tuple(
    fc.constantFrom(...said),
    fc.constantFrom('a.first', 'A.First', 'second', 'third'),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      const events = log(stream, ...steps);
      const names = waiting(events).map((one) => one.split(' ')[1]!);
      expect(names.toSorted()).toEqual(held(events).toSorted());
    }),
  );
});

test('each role sees what it may confirm, and an auditor everything', () => {
  expect(kindsOf('auditor')).toEqual(PROPOSAL_KINDS);
  expect(kindsOf('administrator')).toEqual(['erasure']);
  expect(kindsOf('supervisor')).toEqual([
    'facts',
    'recertification',
    'reinstatement',
    'payee-account',
  ]);
  expect(kindsOf('intake')).toEqual([]);
  expect(ROLES).not.toContain('intake');
});

test('what was left lying is told by its age', () => {
  const view = { proposedAt: '2026-02-10T09:00:00.000Z' } as ProposalView;
  const age = (now: string) => {
    const { ageDays, isStale } = waitingSince(view, now);
    return [ageDays, isStale];
  };
  expect(age('2026-02-10T10:00:00.000Z')).toEqual([0, false]);
  expect(age('2026-03-12T10:00:00.000Z')).toEqual([30, false]);
  expect(age('2026-03-13T10:00:00.000Z')).toEqual([31, true]);
});
