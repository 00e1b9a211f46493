import { describe, expect, it } from '@jest/globals';
import { DomainError } from '../../src/kernel/errors.js';
import { determine } from '../../src/eligibility/determine.js';
import { compilePolicy } from '../../src/eligibility/policy.js';
import { asdVersions } from '../../src/eligibility/reference/asd.js';
import { isIban, isRib, isWallet } from '../../src/kernel/accounts.js';
import {
  DEFAULT_SHARES,
  generateHouseholds,
  householdsCsv,
  householdsNdjson,
} from '../../src/cli/sample-households/generate.js';
import type { HouseholdRow, Reject } from '../../src/tabular/household-row.js';
import { readMapping } from '../../src/tabular/mapping.js';
import { referenceMapping } from '../../src/tabular/reference-mapping.js';
import { readHouseholds } from '../../src/tabular/read-households.js';

const COUNT = 4_000;
const mapping = readMapping(referenceMapping);

async function readBack(
  text: Iterable<string>,
): Promise<{ rows: HouseholdRow[]; rejects: Reject[] }> {
  const rows: HouseholdRow[] = [];
  const rejects: Reject[] = [];
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    for (const chunk of text) yield Buffer.from(chunk);
  };
  for await (const batch of readHouseholds(bytes(), mapping)) {
    rows.push(...batch.rows);
    rejects.push(...batch.rejects);
  }
  return { rows, rejects };
}

describe('generated households', () => {
  const all = [...generateHouseholds({ count: COUNT, seed: 42 })];

  it('are the same for the same seed, and others for another', () => {
    expect([...generateHouseholds({ count: 50, seed: 42 })]).toEqual(all.slice(0, 50));
    expect([...generateHouseholds({ count: 50, seed: 43 })].map(({ cin }) => cin)).not.toEqual(
      all.slice(0, 50).map(({ cin }) => cin),
    );
  });

  it('hold duplicates and mistakes in the stated shares', async () => {
    const { rows, rejects } = await readBack(householdsCsv(all));
    const compiled = compilePolicy(asdVersions[0]!.policy);
    const unfit = rows.filter(({ facts }) => {
      try {
        compiled.validateFacts(facts);
      } catch (error) {
        return error instanceof DomainError;
      }
      return false;
    });
    const badLines = new Set(rejects.map(({ line }) => line)).size + unfit.length;
    expect(Math.abs(badLines - COUNT * DEFAULT_SHARES.errors)).toBeLessThanOrEqual(1);
    const again = rows.length - new Set(rows.map(({ nationalId }) => nationalId)).size;
    // A duplicate that is itself chosen for a mistake counts as a mistake.
    expect(again).toBeGreaterThan(COUNT * DEFAULT_SHARES.duplicates * 0.85);
    expect(again).toBeLessThanOrEqual(COUNT * DEFAULT_SHARES.duplicates + 1);
    expect(new Set(rows.map(({ reference }) => reference)).size).toBe(rows.length);
    expect(rows.length + new Set(rejects.map(({ line }) => line)).size).toBe(COUNT);
  });

  it('read back the same from CSV with ; or , and from NDJSON', async () => {
    const lineless = ({ rows, rejects }: { rows: HouseholdRow[]; rejects: Reject[] }) => ({
      rows: rows.map(({ line: _, ...row }) => row),
      rejects: rejects.map(({ code }) => code),
    });
    const semicolons = lineless(await readBack(householdsCsv(all)));
    expect(lineless(await readBack(householdsCsv(all, { delimiter: ',', bom: true })))).toEqual(
      semicolons,
    );
    expect(lineless(await readBack(householdsNdjson(all)))).toEqual(semicolons);
  });

  it('look like a country', async () => {
    const { rows } = await readBack(householdsCsv(all));
    const share = (of: (row: HouseholdRow) => boolean): number =>
      rows.filter(of).length / rows.length;
    const children = rows.flatMap(
      ({ facts }) =>
        facts['children'] as {
          birthMonth: string;
          inSchool: boolean;
          disabled: boolean;
          fatherlessOrphan: boolean;
        }[],
    );
    expect(new Set(rows.map(({ region }) => region)).size).toBe(12);
    expect(share(({ region }) => region === 'MA-06')).toBeGreaterThan(0.15);
    expect(children.length / rows.length).toBeGreaterThan(1.5);
    expect(children.filter(({ disabled }) => disabled).length / children.length).toBeCloseTo(
      DEFAULT_SHARES.disabilities,
      1,
    );
    expect(children.some(({ fatherlessOrphan }) => fatherlessOrphan)).toBe(true);
    expect(
      children.every(({ birthMonth }) => birthMonth >= '2004-09' && birthMonth <= '2025-10'),
    ).toBe(true);
    expect(
      rows.every(({ facts }) => {
        const births = (facts['children'] as { birthMonth: string }[]).map(
          ({ birthMonth }) => birthMonth,
        );
        return births.join() === [...births].sort().join();
      }),
    ).toBe(true);
    for (const kind of ['rib', 'iban', 'wallet', 'cash'])
      expect(share(({ account }) => account.kind === kind)).toBeGreaterThan(0.02);
    expect(
      rows.every(
        ({ account }) =>
          account.kind === 'cash' ||
          isRib(account.number) ||
          isIban(account.number) ||
          isWallet(account.number),
      ),
    ).toBe(true);
    expect(rows.some(({ facts }) => facts['scoreMicro'] === 9_743_001)).toBe(true);
    expect(
      rows.every(
        ({ nameArabic, name }) => /[\u0600-\u06ff]/.test(nameArabic ?? '') && name.length > 3,
      ),
    ).toBe(true);
    const compiled = compilePolicy(asdVersions[0]!.policy);
    const eligible =
      rows.filter(
        ({ facts }) =>
          (facts['scoreMicro'] as number) >= 0 && determine(compiled, 1, facts, '2025-10').eligible,
      ).length / rows.length;
    expect(eligible).toBeCloseTo(
      (1 - DEFAULT_SHARES.aboveThreshold) * (1 - DEFAULT_SHARES.otherScheme),
      1,
    );
  });

  it('can be without duplicates and mistakes', async () => {
    const { rows, rejects } = await readBack(
      householdsCsv(
        generateHouseholds({ count: 1_000, seed: 1, shares: { duplicates: 0, errors: 0 } }),
      ),
    );
    expect(rejects).toEqual([]);
    expect(new Set(rows.map(({ nationalId }) => nationalId)).size).toBe(1_000);
  });

  it('are refused for shares and counts out of range', () => {
    expect(() => [...generateHouseholds({ count: -1, seed: 1 })]).toThrow(RangeError);
    expect(() => [...generateHouseholds({ count: 1, seed: 1.5 })]).toThrow(RangeError);
    expect(() => [...generateHouseholds({ count: 1, seed: 1, shares: { errors: 2 } })]).toThrow(
      RangeError,
    );
  });
});
