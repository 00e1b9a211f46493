import type { EventData } from '../../events/generated.js';
import { compilePolicy, type CompiledPolicy, type Policy } from '../../src/eligibility/policy.js';
import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { contentHash } from '../../src/kernel/canonical.js';

export const PROGRAMME = 'sim';
export const PERIODS = ['2026-01', '2026-02', '2026-03', '2026-04'] as const;
export const FLOOR = 50_000;
export const BIRTH_GRANT = 100_000;
/** Monthly amount of each of the first three children, by policy version. */
export const RATES: Readonly<Record<number, number>> = { 1: 20_000, 2: 25_000 };
/** First paid period by policy version. */
export const FIRST_PAID: Readonly<Record<number, string>> = { 1: '2026-01', 2: '2026-03' };

const text = { fr: 'x', ar: 'x', en: 'x' };
const policyOf = (rate: number): Policy => ({
  factsSchema: {
    type: 'object',
    additionalProperties: false,
    required: ['score', 'children'],
    properties: {
      score: { type: 'integer', minimum: 0, maximum: 100 },
      children: {
        type: 'array',
        maxItems: 10,
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['birthMonth'],
          properties: { birthMonth: { type: 'string', format: 'month' } },
        },
      },
    },
  },
  criteria: [{ id: 'score', kind: 'required', expression: 'household.score < 50', text }],
  benefits: {
    memberCap: 3,
    floorMinor: String(FLOOR),
    monthly: [
      {
        code: 'child',
        over: 'children',
        when: 'ageYears(member.birthMonth, period) >= 0',
        amountMinor: String(rate),
        text,
      },
    ],
    oneOff: [
      {
        code: 'birth',
        over: 'children',
        when: 'member.birthMonth == period',
        amountMinor: String(BIRTH_GRANT),
        text,
      },
    ],
  },
});

export const definition: EventData['ProgrammeDefined'] = {
  ...asdProgramme,
  programmeId: PROGRAMME,
};
export const versions: readonly EventData['PolicyPublished'][] = [1, 2].map((version) => ({
  programmeId: PROGRAMME,
  version,
  announcedOn: '2025-12-01',
  effectiveFrom: `${FIRST_PAID[version]}-01`,
  firstPaidPeriod: FIRST_PAID[version]!,
  legalBasis: 'a law',
  unverified: false,
  policy: policyOf(RATES[version]!),
  contentHash: contentHash(policyOf(RATES[version]!)),
}));
const compiled = new Map<number, CompiledPolicy>(
  versions.map(({ version, policy }) => [version, compilePolicy(policy)]),
);
export const compiledOf = (version: number): CompiledPolicy => compiled.get(version)!;

export interface Facts {
  readonly [name: string]: unknown;
  readonly score: number;
  readonly children: readonly { readonly birthMonth: string }[];
}
const BIRTHS = ['2020-05', '2026-02', '2019-01', '2026-03', '2015-07'] as const;
/**
 * Households of all kinds: without children, with some to be born in the months that are paid, poor
 * and less so.
 */
export const factsOf = (n: number): Facts => ({
  score: n % 5 === 4 ? 60 : 40,
  children: BIRTHS.slice(0, n % 6).map((birthMonth) => ({ birthMonth })),
});
