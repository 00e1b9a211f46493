import { describe, expect, it } from '@jest/globals';
import { determine, entitlementFor } from '../../src/eligibility/determine.js';
import { compilePolicy } from '../../src/eligibility/policy.js';
import type { Parts } from './policy.fixtures.js';
import { factsSchema, policyOf, refusal, text } from './policy.fixtures.js';

const household = (members: number, income = 1_000) => ({
  income,
  rural: false,
  members: Array.from({ length: members }, () => ({ birthMonth: '2015-06', role: 'child' })),
});

describe('facts', () => {
  const compiled = compilePolicy(policyOf({}));

  it.each([
    ['a missing fact', { rural: true, members: [] }, 'facts/income'],
    ['an unknown fact', { ...household(0), extra: 1 }, 'facts/extra'],
    [
      'a prototype',
      JSON.parse('{"__proto__":{"income":1},"income":1,"rural":true,"members":[]}'),
      'facts/__proto__',
    ],
    ['inherited facts', Object.create(household(0)), 'facts/income'],
    ['a fraction', household(0, 1.5), 'facts/income'],
    ['a value out of bounds', household(0, -1), 'facts/income'],
    ['a number as text', { ...household(0), income: '5' }, 'facts/income'],
    [
      'a month that does not exist',
      { ...household(0), members: [{ birthMonth: '2015-13', role: 'child' }] },
      'facts/members/0/birthMonth',
    ],
    [
      'another code',
      { ...household(0), members: [{ birthMonth: '2015-12', role: 'king' }] },
      'facts/members/0/role',
    ],
    ['a list that is too long', household(21), 'facts/members'],
    ['no object', null, 'facts'],
  ])('refuses %s and names the field', (_, facts, field) => {
    expect(refusal(() => compiled.validateFacts(facts))).toMatchObject({
      code: 'FACTS_INVALID',
      kind: 'invalid',
      field,
    });
  });

  it('never quotes a value', () => {
    expect(
      refusal(() =>
        compiled.validateFacts({
          ...household(0),
          members: [{ birthMonth: 'Fatima', role: 'child' }],
        }),
      ).detail,
    ).not.toContain('Fatima');
  });
});

describe('the dates in facts that come in', () => {
  const born = (birthMonth: string) => ({
    ...household(0),
    members: [
      { birthMonth: '2015-06', role: 'adult' },
      { birthMonth, role: 'child' },
    ],
  });
  const { properties } = factsSchema;
  const membersWith = (birthMonth: object) => ({
    ...factsSchema,
    properties: {
      ...properties,
      members: {
        ...properties.members,
        items: {
          ...properties.members.items,
          properties: { ...properties.members.items.properties, birthMonth },
        },
      },
    },
  });
  const month = { type: 'string', format: 'month' };

  it.each(['9999-03', '2026-01', '0000-01', '1899-12'])('are not %s', (birthMonth) => {
    const compiled = compilePolicy(policyOf({}));
    expect(refusal(() => compiled.takeFacts(born(birthMonth), '2025-12-03'))).toMatchObject({
      code: 'FACTS_INVALID',
      kind: 'invalid',
      field: 'facts/members/1/birthMonth',
    });
    expect(compiled.validateFacts(born(birthMonth))).toEqual(born(birthMonth));
  });
  it.each(['2025-12', '1900-01'])('may be %s', (birthMonth) => {
    const compiled = compilePolicy(policyOf({}));
    expect(compiled.takeFacts(born(birthMonth), '2025-12-03')).toEqual(born(birthMonth));
  });
  it('may be later, or not as early, where the policy says so', () => {
    const limits = { ...month, formatMinimum: '2010-01', formatMaximum: '2030-12' };
    const compiled = compilePolicy(policyOf({ schema: membersWith(limits) }));
    expect(compiled.takeFacts(born('2030-12'), '2025-12-03')).toEqual(born('2030-12'));
    for (const birthMonth of ['2031-01', '2009-12'])
      expect(refusal(() => compiled.takeFacts(born(birthMonth), '2025-12-03'))).toMatchObject({
        code: 'FACTS_INVALID',
      });
  });
  it('have a day where the fact has one', () => {
    const schema = membersWith({ type: 'string', format: 'date' });
    const compiled = compilePolicy(policyOf({ schema }));
    const on = (date: string) => ({
      ...household(0),
      members: [{ birthMonth: date, role: 'child' }],
    });
    expect(compiled.takeFacts(on('2025-12-03'), '2025-12-03')).toEqual(on('2025-12-03'));
    expect(refusal(() => compiled.takeFacts(on('2025-12-04'), '2025-12-03'))).toMatchObject({
      field: 'facts/members/0/birthMonth',
    });
  });
  it.each(['2025', '2025-12-03', 5])('a limit is written as the fact is: %s', (formatMaximum) => {
    const schema = membersWith({ ...month, formatMaximum });
    expect(refusal(() => compilePolicy(policyOf({ schema })))).toMatchObject({
      code: 'POLICY_INVALID',
    });
  });
});

describe('determining', () => {
  const criteria: Parts['criteria'] = [
    { id: 'low-income', kind: 'required', expression: 'household.income < 5000', text },
    {
      id: 'large',
      kind: 'excluding',
      expression: 'size(household.members) > 2 && household.rural',
      text,
    },
    {
      id: 'september',
      kind: 'excluding',
      expression: 'monthOf(period) == 9 && household.members.exists(m, m.role == "adult")',
      text,
    },
  ];
  const compiled = () => compilePolicy(policyOf({ criteria, monthly: [{}] }));

  it('notes of each criterion whether it holds, and what it read', () => {
    const facts = household(3);
    const good = determine(compiled(), 7, facts, '2025-09');
    expect(good.eligible).toBe(true);
    expect(good.findings).toEqual([
      {
        criterion: 'low-income',
        kind: 'required',
        holds: true,
        satisfied: true,
        inputs: { income: 1_000 },
      },
      {
        criterion: 'large',
        kind: 'excluding',
        holds: false,
        satisfied: true,
        inputs: { rural: false, 'members.size': 3 },
      },
      {
        criterion: 'september',
        kind: 'excluding',
        holds: false,
        satisfied: true,
        inputs: { members: facts.members, period: '2025-09' },
      },
    ]);
    expect(good.entitlement).toEqual({
      period: '2025-09',
      policyVersion: 7,
      amountMinor: '100',
      items: [{ code: 'monthly-0', period: '2025-09', amountMinor: '100' }],
    });
  });

  it('needs every required criterion and no excluding one', () => {
    const excluded = determine(compiled(), 7, { ...household(3), rural: true }, '2025-09');
    expect(excluded).toMatchObject({
      eligible: false,
      entitlement: { amountMinor: '0', items: [] },
    });
    expect(excluded.findings[1]).toMatchObject({ holds: true, satisfied: false });
    expect(determine(compiled(), 7, household(0, 5_000), '2025-09').eligible).toBe(false);
  });

  it('names the criterion that fails on these facts', () => {
    const policy = compilePolicy(policyOf({ expression: '100 / size(household.members) > 1' }));
    expect(refusal(() => determine(policy, 1, household(0), '2025-01'))).toMatchObject({
      code: 'POLICY_EVALUATION_FAILED',
      field: 'policy/criteria/0/expression',
      detail: expect.stringContaining('low-income'),
    });
  });
});

describe('entitlements', () => {
  const amountOf = (parts: Parts, facts = household(2)) =>
    entitlementFor(compilePolicy(policyOf(parts)), 1, facts, '2025-01');

  it.each([
    ['an overflow', '9223372036854775807 * household.income', 'numeric overflow'],
    ['a negative amount', '0 - household.income', 'negative'],
    [
      'an amount of more than 15 digits',
      '1000000000000000 + household.income',
      'more than 15 digits',
    ],
  ])('refuse %s, naming the benefit', (_, amountMinor, reason) => {
    const error = refusal(() => amountOf({ monthly: [{ code: 'allowance', amountMinor }] }));
    expect(error).toMatchObject({
      code: 'POLICY_EVALUATION_FAILED',
      field: 'policy/benefits/monthly/0/amountMinor',
    });
    expect(error.detail).toContain('Benefit allowance');
    expect(error.detail).toContain(reason);
  });

  it('pay the first benefit of a group for each member, up to the cap', () => {
    const parts: Parts = {
      monthly: [
        {
          code: 'eldest',
          over: 'members',
          group: 'rate',
          when: 'member.rank == 1',
          amountMinor: '70',
        },
        { code: 'other', over: 'members', group: 'rate', when: 'true', amountMinor: '30' },
        { code: 'extra', over: 'members', when: 'member.role == "child"', amountMinor: '5' },
      ],
      limits: { memberCap: 2 },
    };
    expect(amountOf(parts, household(4))).toMatchObject({
      amountMinor: '110',
      items: [
        { code: 'eldest', member: 1, amountMinor: '70' },
        { code: 'extra', member: 1, amountMinor: '5' },
        { code: 'other', member: 2, amountMinor: '30' },
        { code: 'extra', member: 2, amountMinor: '5' },
      ],
    });
  });

  it('lift to the floor and cut to the ceiling, without the one-off grants', () => {
    const oneOff = [{ code: 'grant', amountMinor: '40' }];
    const limits = { floorMinor: '150', ceilingMinor: '250' };
    expect(amountOf({ monthly: [{ code: 'a' }], oneOff, limits })).toMatchObject({
      amountMinor: '190',
      items: [
        { code: 'a', amountMinor: '100' },
        { code: 'floor', amountMinor: '50' },
        { code: 'grant', amountMinor: '40' },
      ],
    });
    expect(
      amountOf({ monthly: [{ code: 'a', amountMinor: '900' }], oneOff, limits }),
    ).toMatchObject({
      amountMinor: '290',
      items: [
        { code: 'a', amountMinor: '900' },
        { code: 'ceiling', amountMinor: '-650' },
        { code: 'grant', amountMinor: '40' },
      ],
    });
  });

  it('see the whole household where an expression looks into its lists', () => {
    const compiled = compilePolicy(
      policyOf({
        monthly: [
          {
            over: 'members',
            when: 'household.members.exists(m, m.role == "adult")',
            amountMinor: 'household.income',
          },
        ],
      }),
    );
    const child = { birthMonth: '2015-06', role: 'child' };
    const adult = { birthMonth: '1980-06', role: 'adult' };
    const pay = (members: object[], income: number) =>
      entitlementFor(compiled, 1, { income, rural: true, members }, '2025-01').amountMinor;
    expect([
      pay([child, child], 3),
      pay([child, adult], 3),
      pay([child, child], 3),
      pay([child, adult], 4),
    ]).toEqual(['0', '6', '0', '8']);
  });
});
