import { describe, expect, test } from '@jest/globals';
import { ExpressionError } from '../../src/eligibility/expression-reads.js';
import { Language } from '../../src/eligibility/expression.js';
import { readFactsSchema } from '../../src/eligibility/facts.js';
import { compilePolicy } from '../../src/eligibility/policy.js';
import { factsSchema, policyOf, refusal, text } from './policy.fixtures.js';

const language = new Language(readFactsSchema(factsSchema));
const stepsOf = (expression: string, over?: string): number =>
  language.compile(expression, over).steps;
const refused = (expression: string) =>
  expect(() => language.compile(expression, undefined)).toThrow(ExpressionError);
/** A text of so many characters. */
const long = (length: number): string => `"${'a'.repeat(length)}"`;
/** 250,000 steps: a search of 499 characters in 500, and of one in 493. */
const most = (beside = 493): string =>
  `${long(500)}.contains(${long(499)}) && ${long(beside)}.startsWith("b")`;

describe('the steps of an expression are those', () => {
  test.each([
    ['of a fact', 'household.rural', 1],
    ['of a fact by its name', 'household["rural"]', 1],
    ['of what is turned around', '!household.rural', 2],
    ['of a number below nought', '-household.income < 0', 4],
    ['of a comparison of numbers', 'household.income < 5000', 3],
    ['of a comparison of texts, by their characters', 'period == "2025-01"', 9],
    ['of a comparison of nothing', '"" == ""', 3],
    ['of a sum of numbers', '1 + 2 > 0', 5],
    ['of a sum of texts', '"ab" + "cde" == "abcde"', 13],
    ['of a sum of lists', '[1] + [2, 3] == [4]', 15],
    ['of a comparison of lists', '[1, 2] == [1, 2, 3]', 11],
    ['of a list of texts, each as long as the longest', '["a", "bcd"] == ["e"]', 12],
    ['of the longer branch', 'household.rural ? household.income < 1 : 1 < 2 + 3', 7],
    ['of the longer text of two', '(household.rural ? "ab" : "cde") + "f" == "x"', 13],
    ['of the longer list of two', '(household.rural ? [1] : [1, 2, 3]) == [4]', 12],
    [
      'of a list as long as the longer of two, of texts as long as the longest',
      '(household.rural ? ["abcdef"] : ["a", "b", "c"]) == ["x"]',
      27,
    ],
    ['of an age', 'ageYears(household.members[0].birthMonth, period) > 0', 7],
    ['of the size of a list', 'size(household.members) > 0', 4],
    ['of the size of a text', 'size(period) > 0', 11],
    ['of the size of a list, as its method', 'household["members"].size() > 0', 25],
    ['of a member’s code', 'household.members[0].role == "adult"', 68],
    ['of a member’s code by its name', 'household.members[0]["role"] == "adult"', 68],
    ['of a member’s rank', 'household.members[0].rank > 0', 5],
    ['of a loop', 'household.members.all(a, a.rank > 0)', 102],
    ['of a loop that says yes or no', 'household.members.exists(a, true) == true', 44],
    ['of a loop over texts', '["ab"].all(x, x == "cd")', 8],
    ['of a list that is filtered', 'household.members.filter(a, a.rank > 0).size() > 0', 126],
    ['of a list that is made of another', 'household.members.map(a, a.role).size() > 0', 1_346],
    [
      'of one that is filtered, too',
      'household.members.map(a, a.rank > 1, a.rank).size() > 0',
      166,
    ],
    ['of one of codes, too', 'household.members.map(a, a.rank > 1, a.role).size() > 0', 1_426],
    ['of a search', '"abc".contains("b")', 6],
    ['of a search in 65 characters', `${long(65)}.contains(${long(64)})`, 68],
    ['of a search of 65 characters', `${long(64)}.contains(${long(65)})`, 67],
    ['of one that may begin anew', `${long(65)}.contains(${long(65)})`, 4_228],
    ['of a beginning', `${long(65)}.startsWith(${long(65)})`, 68],
    ['of the most', most(), 250_000],
  ])('%s', (_, expression, steps) => {
    expect(stepsOf(expression)).toBe(steps);
  });

  test('of a household’s code, as long as one may be', () => {
    const code = { type: 'string', enum: ['a', 'b'] };
    const schema = { ...factsSchema, required: ['code'], properties: { code } };
    const steps = new Language(readFactsSchema(schema)).compile('household.code == "a"', undefined);
    expect(steps.steps).toBe(66);
  });

  test('of every member that it is run for', () => {
    expect(stepsOf('member["role"] == "adult"', 'members')).toBe(20 * 67);
  });
});

describe('an expression is refused', () => {
  test('from 250,001 steps and 20,001 characters on', () => {
    refused(most(494));
    expect(() => language.compile(most(), 'members')).toThrow(ExpressionError);
    expect(stepsOf(`${long(20_000)} == "b"`)).toBe(20_002);
    refused(`${long(20_001)} == "b"`);
  });

  test('where a text of one character doubles, whatever stood in its list before', () => {
    const doubled = '.map(x, x + x)'.repeat(20);
    refused(`size(["a"]${doubled}[0]) > 0`);
    refused(`size((["a"] + [])${doubled}[0]) > 0`);
    refused(`size(([] + ["a"])${doubled}[0]) > 0`);
    refused(`size([household.rural ? "" : "a"]${doubled}[0]) > 0`);
  });
});

describe('the steps of a policy', () => {
  const criteria = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      id: `c-${at}`,
      kind: 'required' as const,
      expression: most(),
      text,
    }));

  test('are 2,500,000 together at most, those of its benefits too', () => {
    expect(() => compilePolicy(policyOf({ criteria: criteria(10) }))).not.toThrow();
    const heavy = { when: most(), amountMinor: '100' };
    for (const benefits of [{ monthly: [heavy] }, { oneOff: [heavy] }])
      expect(
        refusal(() => compilePolicy(policyOf({ criteria: criteria(9), ...benefits }))),
      ).toMatchObject({ code: 'POLICY_INVALID', field: 'policy' });
    expect(() =>
      compilePolicy(policyOf({ criteria: criteria(8), monthly: [heavy] })),
    ).not.toThrow();
  });
});
