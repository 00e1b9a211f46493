import { describe, expect, test } from '@jest/globals';
import { Language, type Variables } from '../../src/eligibility/expression.js';
import { readFactsSchema } from '../../src/eligibility/facts.js';
import { compilePolicy } from '../../src/eligibility/policy.js';
import { requireVerdicts, tooCostly, Trials } from '../../src/eligibility/trials.js';
import { factsSchema, policyOf, refusal } from './policy.fixtures.js';

const model = readFactsSchema(factsSchema);
const language = new Language(model);
const newTrials = () => new Trials(language, model);
const rank = language.compile('member.rank', 'members');
const members = language.compile('size(household.members)', undefined);
const ranksOf = (all: Iterable<Variables>) => [...all].map((one) => Number(rank.run(one)));
/** Steps that making a sample costs: two facts, and two of each of twenty members. */
const SAMPLE = 42;

describe('the samples that expressions are tried on', () => {
  test('are made once, for what they cost', () => {
    const trials = newTrials();
    expect(trials.left).toBe(2_500_000);
    const first = [...trials.of(undefined)];
    expect(first).toHaveLength(64);
    expect([...trials.of(undefined)]).toEqual(first);
    expect(trials.left).toBe(2_500_000 - 64 * SAMPLE);
    expect(first[0]).toMatchObject({ period: '2025-09', member: undefined });
  });

  test('have the first six members of a list, each with its rank and its household', () => {
    const all = [...newTrials().of('members')];
    expect(new Set(ranksOf(all))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    expect(Math.max(...all.map((one) => Number(members.run(one))))).toBe(20);
  });

  test('are full with every member, too', () => {
    const all = [...newTrials().onFull('members')];
    expect(ranksOf(all)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    expect(new Set(all.map((one) => members.run(one)))).toEqual(new Set([20n]));
  });
});

describe('trying an expression', () => {
  const never = language.compile('1 / (household.income - household.income) > 0', undefined);
  const tryNever = (left: number) => {
    const trials = newTrials();
    trials.left = left;
    const criterion = policyOf({}).criteria[0]!;
    requireVerdicts(
      [{ criterion, expression: never, place: 'there' }],
      [],
      trials,
      () => undefined,
    );
    return trials.left;
  };

  test('is done once whatever it costs, and again as long as there are steps for it', () => {
    expect(tryNever(0)).toBe(0 - 2 * SAMPLE - never.steps);
    expect(tryNever(2 * (SAMPLE + never.steps))).toBe(0 - SAMPLE);
    expect(tryNever(2 * (SAMPLE + never.steps) - 1)).toBe(never.steps - 1);
  });

  test('is told before, each by its place, in the order of the policy', () => {
    const told: string[] = [];
    compilePolicy(policyOf({ monthly: [{}], oneOff: [{}] }), (field) => told.push(field));
    expect(told).toEqual([
      'policy/criteria/0/expression',
      'policy/benefits/monthly/0/when',
      'policy/benefits/monthly/0/amountMinor',
      'policy/benefits/oneOff/0/when',
      'policy/benefits/oneOff/0/amountMinor',
    ]);
  });

  test('that never decides is refused by its place, as is one that costs too much', () => {
    expect(
      refusal(() => compilePolicy(policyOf({ monthly: [{ when: '1 / 0 == 1' }] }))),
    ).toMatchObject({ code: 'POLICY_NO_VERDICT', field: 'policy/benefits/monthly/0/when' });
    expect(tooCostly('there', 'Criterion a', 'it took too long')).toMatchObject({
      code: 'POLICY_TOO_COSTLY',
      kind: 'invalid',
      field: 'there',
    });
  });
});
