import { describe, expect, test } from '@jest/globals';
import { MAX_STEPS } from '../../src/eligibility/expression-cost.js';
import { ExpressionError } from '../../src/eligibility/expression-reads.js';
import { Language } from '../../src/eligibility/expression.js';
import { readFactsSchema } from '../../src/eligibility/facts.js';
import { compilePolicy } from '../../src/eligibility/policy.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { Trials } from '../../src/eligibility/trials.js';
import { factsSchema, policyOf } from './policy.fixtures.js';

const MEMBERS = 20;
const language = new Language(readFactsSchema(factsSchema));
const stepsOf = (text: string, over?: string): number => language.compile(text, over).steps;
const chained = (times: number, first: string, then: string): string =>
  `size(${first}${then.repeat(times)}) > 0`;

/** Reads of members' fields that a run makes of the longest list, by getters that count. */
function measured(text: string): number {
  const expression = language.compile(text, undefined);
  const members = Array.from({ length: MEMBERS }, () => ({ birthMonth: '2020-01', role: 'child' }));
  const household = language.household({ income: 1, rural: false, members }, [
    'income',
    'rural',
    'members',
  ]) as { members: object[] };
  let reads = 0;
  for (const member of household.members)
    for (const name of ['birthMonth', 'role', 'rank']) {
      const value: unknown = Reflect.get(member, name);
      Object.defineProperty(member, name, {
        enumerable: true,
        get() {
          reads += 1;
          return value;
        },
      });
    }
  expression.run({ household, member: undefined, period: '2025-12' });
  return reads;
}

describe('the steps of an expression', () => {
  test('count a text that is measured or searched by its characters, and a list as one', () => {
    const text = `"${'a'.repeat(1_000)}"`;
    expect(stepsOf(`size(${text}) > 0`)).toBeGreaterThan(1_000);
    expect(stepsOf(`${text}.size() > 0`)).toBeGreaterThan(1_000);
    expect(stepsOf('size(household.members) > 0')).toBeLessThan(10);
    expect(stepsOf(`${text}.contains("${'b'.repeat(100)}")`)).toBeGreaterThan(100_000);
    expect(stepsOf(`${text}.contains("b")`)).toBeLessThan(2_000);
  });

  test.each([
    ['texts that double', chained(30, '["ab"]', '.map(x, x + x)')],
    ['lists that double', chained(30, '[["ab"]]', '.map(x, x + x)')],
    ['a list that doubles', chained(12, '[household.members]', '.map(x, x + x)')],
    [
      'lists of lists',
      'household.members.map(a, household.members.map(b, household.members)).map(c, c.map(d, d + d + d)).size() > 0',
    ],
    [
      'many loops',
      `household.members.all(a, ${Array(30).fill('household.members.all(b, b.rank + a.rank + 1 + 1 + 1 + 1 + 1 > 0)').join(' && ')})`,
    ],
    [
      'the characters of a long text, counted for each member',
      `["${'a'.repeat(250)}"]${'.map(x, x + x)'.repeat(6)}.all(t, household.members.all(m, ${Array(40).fill('size(t) > 0').join(' && ')}))`,
    ],
    [
      'a long text that is sought in a long text',
      `["${'a'.repeat(250)}"]${'.map(x, x + x)'.repeat(6)}.all(t, t.contains("${'a'.repeat(60)}b${'a'.repeat(600)}"))`,
    ],
    ['a text that is added to itself', chained(12, '["abcdefghij"]', '.map(x, x + x)')],
  ])('are too many for %s, which is refused before anything runs', (_, text) => {
    expect(() => language.compile(text, undefined)).toThrow(ExpressionError);
  });

  test.each([
    'household.members.all(a, a.rank > 0)',
    'household.members.filter(a, a.role == "child").map(a, a.rank).size() > 30',
    'household.members.exists(a, household.members.all(b, a.role == b.role && b.rank < 0))',
    'household.members.map(a, household.members.filter(b, b.rank > a.rank)).size() > 0',
    'household.members.exists_one(a, ageYears(a.birthMonth, period) > 70) || household.members.all(a, a.role in ["adult", "child"])',
  ])('are at least those that are measured: %s', (text) => {
    const steps = stepsOf(text);
    expect(measured(text)).toBeGreaterThan(0);
    expect(steps).toBeGreaterThanOrEqual(measured(text));
    expect(steps).toBeLessThan(MAX_STEPS);
  });

  test('grow with the longest list that the facts may have, and count each member', () => {
    expect(stepsOf('household.income < 5000')).toBeLessThan(10);
    expect(stepsOf('household.members.all(a, a.rank > 0)')).toBeLessThan(10 * MEMBERS);
    expect(stepsOf('member.rank > 0', 'members')).toBe(MEMBERS * stepsOf('1 > 0') + MEMBERS);
  });

  test('are bounded for the trials of a policy together: what costs much is not tried on every sample', () => {
    const loop = 'household.members.all(a, household.members.all(b, a.rank + b.rank > 0))';
    const never = '1 / (household.income - household.income) > 0';
    const costly = `(${Array(24).fill(loop).join(' && ')}) && ${never}`;
    expect(stepsOf(costly)).toBeGreaterThan(2_500_000 / 64);
    expect(() => compilePolicy(policyOf({ expression: costly }))).not.toThrow();
    expect(() => compilePolicy(policyOf({ expression: never }))).toThrow(
      expect.objectContaining({ code: 'POLICY_NO_VERDICT' }),
    );
  });

  test('are bounded with the samples that trials are made on, which a large schema makes large', () => {
    const months = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [`m${i}`, { type: 'string', format: 'month' }]),
    );
    const items = {
      type: 'object',
      additionalProperties: false,
      required: Object.keys(months),
      properties: months,
    };
    const lists = Object.fromEntries(
      Array.from({ length: 50 }, (_, i) => [
        `l${i}`,
        { type: 'array', minItems: 100, maxItems: 100, items },
      ]),
    );
    const schema = {
      type: 'object',
      additionalProperties: false,
      required: Object.keys(lists),
      properties: lists,
    };
    const never = '1 / (size(household.l0) - 100) > 0';
    expect(() => compilePolicy(policyOf({ schema, expression: never }))).not.toThrow();
  });

  test('leave the reference programme as it is', () => {
    for (const { policy } of asdVersions) expect(compilePolicy(policy).criteria).not.toEqual([]);
  });

  test('are bounded for a policy together, and its refusal names the place', () => {
    const heavy =
      'household.members.all(a, household.members.all(b, household.members.size() + a.rank + b.rank > 0 || a.role == b.role))';
    const many = Math.ceil(2_500_000 / stepsOf(heavy)) + 1;
    const policy = (count: number) =>
      policyOf({
        criteria: Array.from({ length: count }, (_, i) => ({
          id: `c-${i}`,
          kind: 'required' as const,
          expression: heavy,
          text: { fr: 'texte', ar: 'نص', en: 'text' },
        })),
      });
    expect(() => compilePolicy(policy(2))).not.toThrow();
    expect(() => compilePolicy(policy(many))).toThrow(
      expect.objectContaining({ code: 'POLICY_INVALID', field: 'policy' }),
    );
    expect(() =>
      compilePolicy(policyOf({ expression: chained(30, '["ab"]', '.map(x, x + x)') })),
    ).toThrow(
      expect.objectContaining({
        code: 'POLICY_INVALID',
        field: 'policy/criteria/0/expression',
      }),
    );
  });
});

test('an expression is tried on a household whose lists are full, and for each of its members', () => {
  const trials = new Trials(language, readFactsSchema(factsSchema));
  const counted = language.compile(`size(household.members) == ${MEMBERS}`, undefined);
  expect([...trials.onFull(undefined)].map((variables) => counted.run(variables))).toEqual([true]);
  expect([...trials.onFull('members')]).toHaveLength(MEMBERS);
});
