import { DomainError } from '../../src/kernel/errors.js';
import { type Policy } from '../../src/eligibility/policy.js';

export const text = { fr: 'texte', ar: 'نص', en: 'text' };

export const factsSchema = {
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

/** Facts of a household of children only. */
export const household = (members: number, income = 1_000) => ({
  income,
  rural: false,
  members: Array.from({ length: members }, () => ({ birthMonth: '2015-06', role: 'child' })),
});

export interface Parts {
  schema?: Policy['factsSchema'];
  expression?: string;
  criteria?: Policy['criteria'];
  monthly?: Partial<Policy['benefits']['monthly'][number]>[];
  oneOff?: Partial<Policy['benefits']['oneOff'][number]>[];
  limits?: Partial<Policy['benefits']>;
}

export function policyOf(parts: Parts): Policy {
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

export function refusal(work: () => unknown): DomainError {
  try {
    work();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('was not refused');
}
