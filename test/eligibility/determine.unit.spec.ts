import { describe, expect, it } from '@jest/globals';
import { determine } from '../../src/eligibility/determine.js';
import { compilePolicy } from '../../src/eligibility/policy.js';
import { household, policyOf, refusal, text, type Parts } from './policy.fixtures.js';

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

  it('notes a list once, whose members and size were both read', () => {
    const expression = 'size(household.members) < 5 && household.members.all(m, m.rank > 0)';
    const facts = household(2);
    const { findings } = determine(compilePolicy(policyOf({ expression })), 1, facts, '2025-01');
    expect(findings[0]!.inputs).toEqual({ members: facts.members });
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
