import { describe, expect, test } from '@jest/globals';
import { ExpressionError } from '../../src/eligibility/expression-reads.js';
import { Language, reasonOf } from '../../src/eligibility/expression.js';
import { readFactsSchema } from '../../src/eligibility/facts.js';
import { factsSchema, household } from './policy.fixtures.js';

const language = new Language(readFactsSchema(factsSchema));

/** Scalars, lists, sizes, fields of the member, and whether the period. */
const readsOf = (text: string, over?: string) => {
  const { scalars, lists, sizes, member, period } = language.compile(text, over).reads;
  return [[...scalars], [...lists], [...sizes], [...member], period];
};
const run = (text: string, members = 1): unknown =>
  language.compile(text, undefined).run({
    household: language.household(household(members), ['income', 'rural', 'members']),
    member: undefined,
    period: '2025-12',
  });

describe('an expression reads', () => {
  test.each([
    ['household["income"] < 5', [['income'], [], [], [], false]],
    ['-household.income < 0', [['income'], [], [], [], false]],
    ['household["members"].size() > 0', [[], [], ['members'], [], false]],
    ['household.members.size() > 0', [[], [], ['members'], [], false]],
    ['size(household.members) > 0', [[], [], ['members'], [], false]],
    ['size(household.members[0].role) > 0', [[], ['members'], [], [], false]],
    ['household.members[0].role.size() > 0', [[], ['members'], [], [], false]],
    ['household.members.map(m, m.rank).size() > 0', [[], ['members'], [], [], false]],
    [
      'household.members.exists(m, m.rank > household.income)',
      [['income'], ['members'], [], [], false],
    ],
    ['period.startsWith(household.members[0].role)', [[], ['members'], [], [], true]],
    ['"2025".endsWith("5") && "ab".contains("a")', [[], [], [], [], false]],
    ['ageYears(household.members[0].birthMonth, period) > 3', [[], ['members'], [], [], true]],
  ])('%s', (text, reads) => {
    expect(readsOf(text)).toEqual(reads);
  });

  test('of the member that it is run for its fields', () => {
    expect(readsOf('member["role"] == "adult" && member.rank > 1', 'members')).toEqual([
      ...[[], [], []],
      ['role', 'rank'],
      false,
    ]);
  });

  test.each([
    ['an optional field', 'household.?income.orValue(1) > 0'],
    ['an optional element', 'household[?"income"].orValue(1) > 0'],
    ['a map', '{"a": 1} == {"a": 1}'],
    ['bytes', 'b"a" == b"a"'],
    ['a loop without a variable', 'household.members.all(1, true)'],
    ['a loop variable that hides the period', 'household.members.all(period, true)'],
    ['a loop variable that hides the member', 'household.members.all(member, true)'],
    ['a list of unlike things', 'size([1, "a"]) > 0'],
    ['the size of nothing', 'size() > 0'],
    ['a loop over nothing', 'household.members.all()'],
    [
      'loops in loops in loops',
      'household.members.all(a, household.members.all(b, household.members.all(c, true)))',
    ],
    ['a list of more than 200', `[${Array(201).fill(1).join(',')}] == [1]`],
    ['more than 60 parts in each other', `${'('.repeat(60)}true${')'.repeat(60)}`],
    ['more than 500 parts', Array(251).fill('true').join(' || ')],
  ])('nothing where it has %s', (_, text) => {
    expect(() => language.compile(text, undefined)).toThrow(ExpressionError);
  });

  test('no member as a whole', () => {
    expect(() => language.compile('size([member]) > 0', 'members')).toThrow(ExpressionError);
  });

  test('as much as is allowed', () => {
    expect(run(`${'('.repeat(59)}true${')'.repeat(59)}`)).toBe(true);
    expect(run(['household.rural', ...Array<string>(249).fill('true')].join(' || '))).toBe(true);
    expect(run(`[${Array(200).fill(1).join(',')}] == [1]`)).toBe(false);
  });
});

describe('the language of expressions', () => {
  test('counts members from 1, and months as the calendar does', () => {
    expect(run('household.members.map(m, m.rank) == [1, 2]', 2)).toBe(true);
    expect(run('monthOf(period) == 12')).toBe(true);
    expect(run('ageYears("2000-12-31", period) == 25')).toBe(true);
    expect(run('ageYears("2001-01", period) == 24')).toBe(true);
    for (const text of ['monthOf("2025") > 0', 'monthOf("2025-13") > 0', 'monthOf("") > 0'])
      expect(() => run(text)).toThrow();
  });

  test('has loops that choose, and two of them in each other', () => {
    expect(run('household.members.filter(m, m.rank > 1).exists_one(m, true)', 2)).toBe(true);
    expect(run('household.members.all(a, household.members.exists(b, a.rank == b.rank))', 2)).toBe(
      true,
    );
  });

  test('says why one failed by its code alone', () => {
    const failed = (code: unknown) => Object.assign(new Error('Fatima'), { code });
    expect(reasonOf(failed('division_by_zero'))).toBe('division by zero');
    for (const error of [failed(5), new Error('Fatima'), { code: 'a_code' }, 'Fatima', undefined])
      expect(reasonOf(error)).toBe('evaluation error');
  });
});
