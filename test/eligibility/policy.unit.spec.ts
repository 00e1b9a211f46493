import { describe, expect, it } from '@jest/globals';
import { contentHash } from '../../src/kernel/canonical.js';
import {
  compilePolicy,
  versionInEffect,
  versionInForce,
  type Policy,
} from '../../src/eligibility/policy.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { refusal, policyOf, factsSchema } from './policy.fixtures.js';

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
    for (const code of ['floor', 'ceiling', 'arrears', 'recovery'])
      expect(refusal(() => compilePolicy(policyOf({ monthly: [{ code }] }))).field).toBe(
        'policy/benefits/monthly/0/code',
      );
    expect(
      refusal(() => compilePolicy(policyOf({ limits: { floorMinor: '2', ceilingMinor: '1' } })))
        .field,
    ).toBe('policy/benefits/floorMinor');
  });

  it('takes a floor at its ceiling, and either alone', () => {
    for (const limits of [
      { floorMinor: '2', ceilingMinor: '2' },
      { floorMinor: '2' },
      { ceilingMinor: '2' },
    ])
      expect(compilePolicy(policyOf({ limits })).policy.benefits).toMatchObject(limits);
  });

  it('takes a schema whose description is nothing', () => {
    const schema = { ...factsSchema, description: null };
    expect(compilePolicy(policyOf({ schema })).model.size).toBe(3);
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

describe('the version that is the law of a month', () => {
  const version = (number: number, effectiveFrom: string, firstPaidPeriod: string) => ({
    version: number,
    effectiveFrom,
    firstPaidPeriod,
  });
  // The second took effect in July and was first paid in November; the third was paid ahead.
  const versions = [
    version(1, '2025-01-01', '2025-01'),
    version(2, '2025-07-01', '2025-11'),
    version(3, '2026-06-01', '2026-03'),
  ];
  const inEffect = (period: string, of = versions) => versionInEffect(of, period)?.version;

  it('is the newest that took effect by its first day, or was first paid by then', () => {
    expect(inEffect('2024-12')).toBeUndefined();
    expect(['2025-01', '2025-06', '2025-07', '2025-11'].map((period) => inEffect(period))).toEqual([
      1, 1, 2, 2,
    ]);
    expect(['2026-02', '2026-03', '2026-06'].map((period) => inEffect(period))).toEqual([2, 3, 3]);
    expect(inEffect('2025-07', [...versions].reverse())).toBe(2);
  });
});

it.each([1e21, 1.5, 2 ** 53, -(2 ** 53)])(
  'a number that has no exact form, %d, is refused by its place',
  (number) => {
    const schema = { ...factsSchema, properties: { ...factsSchema.properties } };
    Object.assign(schema.properties, { income: { type: 'integer', description: number } });
    const error = refusal(() => compilePolicy(policyOf({ schema })));
    expect(error).toMatchObject({
      code: 'POLICY_INVALID',
      field: 'policy/factsSchema/properties/income/description',
    });
  },
);
