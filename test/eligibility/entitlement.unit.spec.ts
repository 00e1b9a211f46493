import { describe, expect, it } from '@jest/globals';
import { entitlementFor } from '../../src/eligibility/determine.js';
import { compilePolicy } from '../../src/eligibility/policy.js';
import { factsSchema, household, policyOf, refusal, type Parts } from './policy.fixtures.js';

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

  it('may have 15 digits and 200 items, and not one more', () => {
    const fifteen = '999999999999999';
    expect(amountOf({ monthly: [{ amountMinor: fifteen }] }).amountMinor).toBe(fifteen);
    expect(
      refusal(() => amountOf({ monthly: [{ amountMinor: '1000000000000000' }] })),
    ).toMatchObject({
      code: 'POLICY_EVALUATION_FAILED',
      field: 'policy/benefits/monthly/0/amountMinor',
    });
    const monthly = Array(10).fill({ over: 'members' });
    expect(amountOf({ monthly }, household(20)).items).toHaveLength(200);
    expect(refusal(() => amountOf({ monthly: [...monthly, {}] }, household(20)))).toMatchObject({
      code: 'POLICY_EVALUATION_FAILED',
      field: 'policy/benefits',
    });
  });

  it('differ with what is read of the member, who is in the same place in another household', () => {
    const when = 'member.role == "adult"';
    const compiled = compilePolicy(policyOf({ monthly: [{ over: 'members', when }] }));
    const pay = (role: string) =>
      entitlementFor(
        compiled,
        1,
        { ...household(0), members: [{ birthMonth: '2015-06', role }] },
        '2025-01',
      ).amountMinor;
    expect([pay('adult'), pay('child'), pay('adult')]).toEqual(['100', '0', '100']);
  });

  it('differ with the period, with the household and with the size of its lists', () => {
    const compiled = compilePolicy(
      policyOf({
        monthly: [
          { amountMinor: 'household.income + size(household.members)' },
          { when: 'monthOf(period) == 9', amountMinor: '50000' },
        ],
      }),
    );
    const pay = (members: number, income: number, period: string) =>
      entitlementFor(compiled, 1, household(members, income), period).amountMinor;
    expect([
      pay(1, 100, '2025-01'),
      pay(2, 100, '2025-01'),
      pay(1, 200, '2025-01'),
      pay(1, 100, '2025-09'),
      pay(1, 100, '2025-01'),
    ]).toEqual(['101', '102', '201', '50101', '101']);
  });

  it('pay each member by its rank, and a grant for a member besides what the household gets', () => {
    const monthly = [
      { over: 'members', when: 'member.rank == 1', amountMinor: 'household.income' },
      { code: 'flat', amountMinor: '7' },
    ];
    const oneOff = [{ code: 'grant', over: 'members', when: 'member.role == "child"' }];
    expect(amountOf({ monthly, oneOff }, household(2, 30))).toMatchObject({
      amountMinor: '237',
      items: [
        { code: 'monthly-0', member: 1, amountMinor: '30' },
        { code: 'flat', amountMinor: '7' },
        { code: 'grant', member: 1, amountMinor: '100' },
        { code: 'grant', member: 2, amountMinor: '100' },
      ],
    });
  });

  it.each([
    ['is run over', { over: 'members' }],
    ['is counted', { amountMinor: 'size(household.members)' }],
  ])('cannot be told from facts of before that lack a list which %s', (_, benefit) => {
    const { members: _none, ...facts } = household(1);
    expect(
      refusal(() =>
        entitlementFor(compilePolicy(policyOf({ monthly: [benefit] })), 1, facts, '2025-01'),
      ),
    ).toMatchObject({ code: 'POLICY_EVALUATION_FAILED', field: 'facts/members' });
  });

  it('are left as they are between floor and ceiling, and at each', () => {
    const limits = { floorMinor: '150', ceilingMinor: '250' };
    for (const amountMinor of ['150', '200', '250'])
      expect(amountOf({ monthly: [{ amountMinor }], limits })).toMatchObject({
        amountMinor,
        items: [{ code: 'monthly-0', amountMinor }],
      });
    expect(amountOf({ monthly: [{ amountMinor: '0' }] })).toMatchObject({
      amountMinor: '0',
      items: [],
    });
  });

  it('name the smallest one-off grant too', () => {
    expect(amountOf({ oneOff: [{ code: 'grant', amountMinor: '1' }] })).toMatchObject({
      amountMinor: '1',
      items: [{ code: 'grant', amountMinor: '1' }],
    });
  });

  it('run over each list by itself', () => {
    const list = {
      type: 'array',
      maxItems: 3,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['isCounted'],
        properties: { isCounted: { type: 'boolean' } },
      },
    };
    const schema = {
      ...factsSchema,
      required: ['near', 'far'],
      properties: { near: list, far: list },
    };
    const when = 'member.isCounted';
    const monthly = [
      { code: 'near', over: 'near', when, amountMinor: '1' },
      { code: 'far', over: 'far', when, amountMinor: '10' },
    ];
    const facts = { near: [{ isCounted: true }], far: [{ isCounted: false }, { isCounted: true }] };
    expect(
      entitlementFor(
        compilePolicy(policyOf({ schema, monthly, expression: 'true' })),
        1,
        facts,
        '2025-01',
      ),
    ).toMatchObject({
      amountMinor: '11',
      items: [
        { code: 'near', member: 1, amountMinor: '1' },
        { code: 'far', member: 2, amountMinor: '10' },
      ],
    });
  });
});
