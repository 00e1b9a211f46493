import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../../src/kernel/errors.js';
import { contentHash } from '../../src/kernel/canonical.js';
import { determine, entitlementFor } from '../../src/eligibility/determine.js';
import { compilePolicy, versionInForce, type Policy } from '../../src/eligibility/policy.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';

const text = { fr: 'texte', ar: 'نص', en: 'text' };
const factsSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['income', 'rural', 'members'],
  properties: {
    income: { type: 'integer', minimum: 0, maximum: 1_000_000 },
    rural: { type: 'boolean' },
    members: {
      type: 'array',
      maxItems: 20,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['birthMonth', 'role'],
        properties: {
          birthMonth: { type: 'string', format: 'month' },
          role: { type: 'string', enum: ['adult', 'child'] },
        },
      },
    },
  },
};

interface Parts {
  schema?: Policy['factsSchema'];
  expression?: string;
  criteria?: Policy['criteria'];
  monthly?: Partial<Policy['benefits']['monthly'][number]>[];
  oneOff?: Partial<Policy['benefits']['oneOff'][number]>[];
  limits?: Partial<Policy['benefits']>;
}

function policyOf(parts: Parts): Policy {
  const benefit = { code: 'basic', when: 'true', amountMinor: '100', text };
  return {
    factsSchema: parts.schema ?? factsSchema,
    criteria: parts.criteria ?? [
      {
        id: 'low-income',
        kind: 'required' as const,
        expression: parts.expression ?? 'household.income < 5000',
        text,
      },
    ],
    benefits: {
      monthly: (parts.monthly ?? []).map((given, index) => ({
        ...benefit,
        code: `monthly-${index}`,
        ...given,
      })),
      oneOff: (parts.oneOff ?? []).map((given, index) => ({
        ...benefit,
        code: `one-off-${index}`,
        ...given,
      })),
      ...parts.limits,
    },
  };
}

function refusal(work: () => unknown): DomainError {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

const household = (members: number, income = 1_000) => ({
  income,
  rural: false,
  members: Array.from({ length: members }, () => ({ birthMonth: '2015-06', role: 'child' })),
});

describe('publishing a policy', () => {
  it.each([
    ['an unknown variable', 'houshold.income < 5', 'POLICY_INVALID', 'Unknown variable: houshold'],
    ['an unknown fact', 'household.wealth < 5', 'POLICY_INVALID', 'No such key: wealth'],
    ['a wrong type', 'household.income < "5"', 'POLICY_INVALID', 'int < string'],
    [
      'a number for a verdict',
      'household.income',
      'POLICY_INVALID',
      'must be of type bool, and is int',
    ],
    ['what does not parse', 'household.income <', 'POLICY_INVALID', 'character'],
    ['a fraction', 'household.income < 5.5', 'POLICY_INVALID', 'fractions are not part'],
    ['an untyped result', 'dyn(true)', 'POLICY_INVALID', 'function dyn is not part'],
    ['a result without a type', '[][0]', 'POLICY_NO_VERDICT', 'cannot be told'],
    ['a division by zero', '1 / 0 == 1', 'POLICY_NO_VERDICT', 'division by zero on every sample'],
    [
      'an overflow',
      '9223372036854775807 + household.income - household.income + 1 > 0',
      'POLICY_NO_VERDICT',
      'numeric overflow',
    ],
    [
      'an index that no list has',
      'household.members[50].role == "child"',
      'POLICY_NO_VERDICT',
      'index out of bounds',
    ],
    [
      'a regular expression',
      '"aaaa".matches("(a+)+$")',
      'POLICY_INVALID',
      'method matches is not part',
    ],
    ['a binding', 'cel.bind(x, 1, x == 1)', 'POLICY_INVALID', 'method bind is not part'],
    ['a computed index', 'household[period] == 1', 'POLICY_INVALID', 'written out'],
    [
      'the member outside a list',
      'member.role == "child"',
      'POLICY_INVALID',
      'Unknown variable: member',
    ],
    ['a whole object', '[household] == [household]', 'POLICY_INVALID', 'is an object'],
    [
      'loops in loops in loops',
      'household.members.all(a, household.members.all(b, household.members.all(c, true)))',
      'POLICY_INVALID',
      'nested 2 deep',
    ],
    [
      'a loop variable that hides the household',
      'household.members.exists(household, true)',
      'POLICY_INVALID',
      'variable of its own',
    ],
    ['a prototype', 'household.__proto__ == 1', 'POLICY_INVALID', '__proto__'],
  ])('refuses %s', (_, expression, code, detail) => {
    const error = refusal(() => compilePolicy(policyOf({ expression })));
    expect(error).toMatchObject({ code, kind: 'invalid', field: 'policy/criteria/0/expression' });
    expect(error.detail).toContain('Criterion low-income, expression');
    expect(error.detail).toContain(detail);
  });

  it('refuses an expression of too many parts', () => {
    const error = refusal(() =>
      compilePolicy(
        policyOf({ expression: Array.from({ length: 200 }, () => 'household.rural').join(' || ') }),
      ),
    );
    expect(error).toMatchObject({ code: 'POLICY_INVALID', field: 'policy/criteria/0/expression' });
  });

  it('names the benefit and its column', () => {
    expect(
      refusal(() =>
        compilePolicy(policyOf({ monthly: [{}, { over: 'members', when: 'member.age > 3' }] })),
      ),
    ).toMatchObject({
      code: 'POLICY_INVALID',
      field: 'policy/benefits/monthly/1/when',
      detail: expect.stringContaining('Benefit monthly-1, when'),
    });
    expect(
      refusal(() => compilePolicy(policyOf({ oneOff: [{ amountMinor: 'true' }] }))),
    ).toMatchObject({
      code: 'POLICY_INVALID',
      field: 'policy/benefits/oneOff/0/amountMinor',
      detail: expect.stringContaining('must be of type int, and is bool'),
    });
    expect(
      refusal(() => compilePolicy(policyOf({ monthly: [{ amountMinor: '100 / 0' }] }))),
    ).toMatchObject({ code: 'POLICY_NO_VERDICT', field: 'policy/benefits/monthly/0/amountMinor' });
    expect(
      refusal(() => compilePolicy(policyOf({ monthly: [{ over: 'children' }] }))),
    ).toMatchObject({ code: 'POLICY_INVALID', field: 'policy/benefits/monthly/0/over' });
  });

  it('refuses rules that contradict themselves', () => {
    const criterion = policyOf({}).criteria[0]!;
    expect(refusal(() => compilePolicy(policyOf({ criteria: [criterion, criterion] }))).field).toBe(
      'policy/criteria/1/id',
    );
    expect(
      refusal(() => compilePolicy(policyOf({ criteria: [{ ...criterion, kind: 'excluding' }] })))
        .field,
    ).toBe('policy/criteria');
    expect(
      refusal(() => compilePolicy(policyOf({ monthly: [{ code: 'a' }], oneOff: [{ code: 'a' }] })))
        .field,
    ).toBe('policy/benefits/oneOff/0/code');
    expect(refusal(() => compilePolicy(policyOf({ monthly: [{ code: 'floor' }] }))).field).toBe(
      'policy/benefits/monthly/0/code',
    );
    expect(
      refusal(() => compilePolicy(policyOf({ limits: { floorMinor: '2', ceilingMinor: '1' } })))
        .field,
    ).toBe('policy/benefits/floorMinor');
  });

  it('checks the structure of what came from outside', () => {
    const surplus: Policy & { surplus: boolean } = { ...policyOf({}), surplus: true };
    expect(refusal(() => compilePolicy(surplus))).toMatchObject({
      code: 'POLICY_INVALID',
      field: 'policy/surplus',
    });
    expect(refusal(() => compilePolicy(JSON.parse('{"criteria":[]}')))).toMatchObject({
      code: 'POLICY_INVALID',
      field: 'policy/factsSchema',
    });
  });

  it.each([
    ['free text', { name: { type: 'string' } }, 'properties/name'],
    ['a fraction', { score: { type: 'number' } }, 'properties/score/type'],
    ['a nested object', { home: { type: 'object', properties: {} } }, 'properties/home/type'],
    [
      'a list without a limit',
      {
        list: {
          type: 'array',
          items: {
            type: 'object',
            additionalProperties: false,
            required: ['a'],
            properties: { a: { type: 'boolean' } },
          },
        },
      },
      'properties/list/maxItems',
    ],
    ['another keyword', { n: { type: 'integer', multipleOf: 2 } }, 'properties/n'],
    ['a prototype name', { constructor: { type: 'boolean' } }, 'properties/constructor'],
    ['a word of the language', { in: { type: 'boolean' } }, 'properties/in'],
    ['an unsafe bound', { n: { type: 'integer', maximum: 1e300 } }, 'properties/n/maximum'],
  ])('refuses a facts schema with %s', (_, properties, place) => {
    const schema = {
      type: 'object',
      additionalProperties: false,
      required: Object.keys(properties),
      properties,
    };
    expect(refusal(() => compilePolicy(policyOf({ schema })))).toMatchObject({
      code: 'POLICY_INVALID',
      field: `policy/factsSchema/${place}`,
    });
  });

  it('refuses a facts schema with __proto__, optional facts or undeclared facts', () => {
    const proto = JSON.parse(
      '{"type":"object","additionalProperties":false,"required":["__proto__"],"properties":{"__proto__":{"type":"boolean"}}}',
    );
    expect(refusal(() => compilePolicy(policyOf({ schema: proto }))).field).toBe(
      'policy/factsSchema/properties/__proto__',
    );
    expect(
      refusal(() => compilePolicy(policyOf({ schema: { ...factsSchema, required: ['income'] } })))
        .field,
    ).toBe('policy/factsSchema/required');
    expect(
      refusal(() =>
        compilePolicy(policyOf({ schema: { ...factsSchema, additionalProperties: true } })),
      ).field,
    ).toBe('policy/factsSchema/additionalProperties');
  });

  it('binds the content hash of the canonical JSON', () => {
    const policy = policyOf({});
    const reordered = {
      benefits: policy.benefits,
      criteria: policy.criteria,
      factsSchema: policy.factsSchema,
    };
    expect(compilePolicy(policy).contentHash).toBe(contentHash(reordered));
    for (const version of asdVersions)
      expect(compilePolicy(version.policy).contentHash).toBe(version.contentHash);
  });

  it('finds the version that rules a period', () => {
    expect(versionInForce(asdVersions, '2023-11')).toBeUndefined();
    expect(versionInForce(asdVersions, '2025-10')?.version).toBe(1);
    expect(versionInForce(asdVersions, '2025-11')?.version).toBe(2);
    expect(versionInForce([...asdVersions].reverse(), '2026-07')?.version).toBe(3);
  });
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

describe('determining', () => {
  it('needs every required criterion and no excluding one, and notes what it read', () => {
    const compiled = compilePolicy(
      policyOf({
        criteria: [
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
        ],
        monthly: [{}],
      }),
    );
    const facts = household(3);
    const good = determine(compiled, 7, facts, '2025-09');
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
    const excluded = determine(compiled, 7, { ...facts, rural: true }, '2025-09');
    expect(excluded).toMatchObject({
      eligible: false,
      entitlement: { amountMinor: '0', items: [] },
    });
    expect(excluded.findings[1]).toMatchObject({ holds: true, satisfied: false });
    expect(determine(compiled, 7, household(0, 5_000), '2025-09').eligible).toBe(false);
  });

  it('names the criterion that fails on these facts', () => {
    const compiled = compilePolicy(policyOf({ expression: '100 / size(household.members) > 1' }));
    expect(refusal(() => determine(compiled, 1, household(0), '2025-01'))).toMatchObject({
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
