import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventRegistry } from '../../events/registry.js';
import { determine, entitlementFor } from '../../src/eligibility/determine.js';
import { inWords } from '../../projections/eligibility/explain.js';
import { compilePolicy } from '../../src/eligibility/policy.js';
import { asdProgramme, asdVersions } from '../../src/eligibility/reference/asd.js';

interface Child {
  birthMonth: string;
  inSchool: boolean;
  schoolLevel: string;
  disabled: boolean;
  fatherlessOrphan: boolean;
}

/**
 * Dirhams a month, copied by hand from the published table: [cared, out of school] by rank, orphan,
 * disability.
 */
const TABLE: Record<
  number,
  { first: [number, number]; later: [number, number]; orphan: number; disability: number }
> = {
  1: { first: [200, 150], later: [36, 24], orphan: 350, disability: 100 },
  2: { first: [250, 175], later: [36, 24], orphan: 375, disability: 100 },
  3: { first: [300, 200], later: [36, 24], orphan: 375, disability: 100 },
};

const years = (birth: string, period: string) => {
  const [by, bm] = birth.split('-').map(Number) as [number, number];
  const [py, pm] = period.split('-').map(Number) as [number, number];
  return py - by - (pm < bm ? 1 : 0);
};

/** The oracle: the rules of the published table in plain words, dirhams, child by child. */
function byHand(version: number, children: readonly Child[], period: string) {
  const rates = TABLE[version]!;
  const perChild = children.slice(0, 6).map((child, index) => {
    const age = years(child.birthMonth, period);
    if (age < 0 || age > 20) return { monthly: 0, grants: 0 };
    const [cared, out] = index < 3 ? rates.first : rates.later;
    let monthly = age <= 5 || child.inSchool ? cared : out;
    if (child.fatherlessOrphan) monthly = rates.orphan;
    if (child.disabled) monthly += rates.disability;
    let grants = 0;
    if (child.birthMonth === period && index === 0) grants += 2000;
    if (child.birthMonth === period && index === 1) grants += 1000;
    if (period.endsWith('-09') && child.inSchool) {
      if (child.schoolLevel === 'upper-secondary') grants += 300;
      else if (child.schoolLevel !== 'none') grants += 200;
    }
    return { monthly, grants };
  });
  const family = Math.max(
    500,
    perChild.reduce((total, child) => total + child.monthly, 0),
  );
  return { perChild, total: family + perChild.reduce((total, child) => total + child.grants, 0) };
}

const month = fc
  .tuple(fc.integer({ min: 2003, max: 2026 }), fc.integer({ min: 1, max: 12 }))
  .map(([y, m]) => `${y}-${String(m).padStart(2, '0')}`);
const periods = fc
  .tuple(fc.integer({ min: 2023, max: 2026 }), fc.integer({ min: 1, max: 12 }))
  .map(([y, m]) => `${y}-${String(m).padStart(2, '0')}`);
const child = fc.record({
  birthMonth: month,
  inSchool: fc.boolean(),
  schoolLevel: fc.constantFrom('none', 'primary', 'lower-secondary', 'upper-secondary'),
  disabled: fc.boolean(),
  fatherlessOrphan: fc.boolean(),
});
const childrenBornAround = periods.chain((period) =>
  fc.tuple(
    fc.constant(period),
    fc
      .array(
        fc.oneof(
          { weight: 5, arbitrary: child },
          { weight: 1, arbitrary: child.map((c) => ({ ...c, birthMonth: period })) },
        ),
        { maxLength: 9 },
      )
      .map((children) => [...children].sort((a, b) => (a.birthMonth < b.birthMonth ? -1 : 1))),
  ),
);

describe.each(asdVersions)('direct social aid, version $version', ({ version, policy }) => {
  const compiled = compilePolicy(policy);

  it('pays what the published table says, child by child', () => {
    fc.assert(
      fc.property(childrenBornAround, ([period, children]) => {
        const facts = { scoreMicro: 1, coveredByOtherScheme: false, children };
        compiled.validateFacts(facts);
        const entitlement = entitlementFor(compiled, version, facts, period);
        const expected = byHand(version, children, period);
        expect(entitlement.amountMinor).toBe(String(expected.total * 100));
        expect(
          entitlement.items.reduce((total, item) => total + BigInt(item.amountMinor), 0n),
        ).toBe(BigInt(entitlement.amountMinor));
        expected.perChild.forEach(({ monthly, grants }, index) => {
          const paid = entitlement.items
            .filter((item) => item.member === index + 1)
            .reduce((total, item) => total + Number(item.amountMinor), 0);
          expect(paid).toBe((monthly + grants) * 100);
        });
        expect(entitlement.items.some((item) => (item.member ?? 0) > 6)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes families below the threshold that no other scheme covers', () => {
    const verdict = (scoreMicro: number, coveredByOtherScheme: boolean) =>
      determine(compiled, version, { scoreMicro, coveredByOtherScheme, children: [] }, '2026-02')
        .eligible;
    expect([
      verdict(9_743_000, false),
      verdict(9_743_001, false),
      verdict(9_743_000, true),
      verdict(0, false),
    ]).toEqual([true, false, false, true]);
  });
});

describe('the reference programme', () => {
  it('fits the published schemas and pays each version from its month on', () => {
    const registry = new EventRegistry();
    registry.validate('ProgrammeDefined', 1, asdProgramme);
    for (const version of asdVersions) registry.validate('PolicyPublished', 1, version);
    expect(
      asdVersions.map(({ version, firstPaidPeriod, unverified }) => [
        version,
        firstPaidPeriod,
        unverified,
      ]),
    ).toEqual([
      [1, '2023-12', false],
      [2, '2025-11', false],
      [3, '2026-01', true],
    ]);
  });

  it('pays from an account whose check digits are right', () => {
    const { iban } = asdProgramme.debtor;
    const digits = [...iban.slice(4), ...iban.slice(0, 4)].map((c) => parseInt(c, 36)).join('');
    expect(BigInt(digits) % 97n).toBe(1n);
  });

  it('makes determinations that the event contract accepts', () => {
    const { version, policy } = asdVersions[1]!;
    const compiled = compilePolicy(policy);
    const registry = new EventRegistry();
    fc.assert(
      fc.property(childrenBornAround, fc.boolean(), ([period, children], coveredByOtherScheme) => {
        const determined = {
          applicationId: '00000000-0000-4000-8000-000000000000',
          policyVersion: version,
          asOf: `${period}-01`,
          ...determine(
            compiled,
            version,
            { scoreMicro: 5, coveredByOtherScheme, children },
            period,
          ),
          contentHash: '0'.repeat(64),
        };
        expect(() => registry.validate('EligibilityDetermined', 1, determined)).not.toThrow();
      }),
      { numRuns: 100 },
    );
  });

  it('gives the flat aid to a family without children, and lifts a small family aid to 500', () => {
    const { version, policy } = asdVersions[0]!;
    const compiled = compilePolicy(policy);
    const one: Child = {
      birthMonth: '2020-01',
      inSchool: false,
      schoolLevel: 'none',
      disabled: false,
      fatherlessOrphan: false,
    };
    const pay = (children: Child[]) =>
      entitlementFor(
        compiled,
        version,
        { scoreMicro: 1, coveredByOtherScheme: false, children },
        '2024-01',
      ).items;
    expect(pay([])).toEqual([{ code: 'flat-aid', period: '2024-01', amountMinor: '50000' }]);
    expect(pay([one])).toEqual([
      { code: 'child-1-3', period: '2024-01', member: 1, amountMinor: '20000' },
      { code: 'floor', period: '2024-01', amountMinor: '30000' },
    ]);
  });

  it('explains findings in three languages', () => {
    const { version, policy } = asdVersions[0]!;
    const { findings } = determine(
      compilePolicy(policy),
      version,
      { scoreMicro: 9_900_000, coveredByOtherScheme: false, children: [] },
      '2024-01',
    );
    const texts = {
      criteria: Object.fromEntries(policy.criteria.map(({ id, text }) => [id, text])),
      benefits: {},
    };
    expect(inWords(findings, texts, 'en')).toMatchObject([
      {
        criterion: 'rsu-score-below-threshold',
        satisfied: false,
        verdict: 'Condition not met',
        text: expect.stringContaining('The family’s socio-economic index'),
      },
      {
        criterion: 'covered-by-other-scheme',
        satisfied: true,
        inputs: { coveredByOtherScheme: false },
      },
    ]);
    expect(inWords(findings, texts, 'fr')[0]).toMatchObject({
      verdict: 'Condition non remplie',
      text: expect.stringContaining('L’indice'),
    });
    expect(inWords(findings, texts, 'ar')[0]).toMatchObject({ verdict: 'شرط غير مستوفى' });
    expect(inWords(findings, undefined, 'en')[0]).toMatchObject({
      text: 'rsu-score-below-threshold',
    });
  });
});
