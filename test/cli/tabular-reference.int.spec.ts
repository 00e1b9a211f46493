import { expect, it } from '@jest/globals';
import type { HouseholdRow, Reject } from '../../src/tabular/household-row.js';
import { readMapping } from '../../src/tabular/mapping.js';
import { readHouseholds } from '../../src/tabular/read-households.js';
import { fields, file, GOOD, mapping } from './households-table.fixtures.js';

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
async function read(content: string, how = mapping) {
  const rows: HouseholdRow[] = [];
  const rejects: Reject[] = [];
  for await (const batch of readHouseholds(once(content), how)) {
    rows.push(...batch.rows);
    rejects.push(...batch.rejects);
  }
  return { rows, rejects };
}

it.each([
  ['its identity', 'AB-123456'],
  ['its identity, as it is spelled elsewhere', 'ａｂ 123/456'],
  ['its account, a telephone', '06.12.34.56.78'],
])('refuses a household whose reference is %s: its ids would tell it', async (_, reference) => {
  const { rows, rejects } = await read(file(GOOD.replace('A1;', `${reference};`), GOOD));
  expect(rows.map(({ line }) => line)).toEqual([3]);
  expect(rejects).toMatchObject([{ line: 2, column: 'ref', code: 'REFERENCE_PERSONAL' }]);
  expect(rejects[0]!.reason).not.toContain('123456');
});

it('takes a telephone for itself with its country and without, and an IBAN for its RIB', async () => {
  const iban = 'MA64011519000001205000534921';
  const known = readMapping({
    fields: {
      ...fields,
      phone: { column: 'score' },
      'account.kind': { constant: 'iban' },
      'facts.scoreMicro': { constant: 1 },
    },
  });
  const row = (reference: string) =>
    `${reference};AB123456;Nom;MA-06;05/10/2025;${iban};+212 612345678`;
  const references = ['0612345678', '212612345678', iban.slice(4), iban.toLowerCase(), '--', 'D-1'];
  const { rows, rejects } = await read(file(...references.map(row)), known);
  expect(rejects.map(({ line, code }) => `${line} ${code}`)).toEqual(
    [2, 3, 4, 5].map((line) => `${line} REFERENCE_PERSONAL`),
  );
  expect(rows.map(({ reference }) => reference)).toEqual(['--', 'D-1']);
});
