import { describe, expect, it } from '@jest/globals';
import type { HouseholdRow, Reject } from '../../src/tabular/household-row.js';
import { readMapping, type Mapping } from '../../src/tabular/mapping.js';
import { readHouseholds } from '../../src/tabular/read-households.js';

/** What a table had and its file has not, or not as it was meant, is told and never guessed. */

const part = { column: 'born', field: 'birthMonth', month: 'yyyy-mm' };
const fields = {
  reference: { column: 'ref' },
  nationalId: { column: 'id', code: true },
  name: { columns: ['first', 'last'] },
  phone: { column: 'phone', code: true, optional: true },
  region: { column: 'region' },
  receivedOn: { column: 'date', date: 'dd/mm/yyyy' },
  'account.kind': { column: 'kind' },
  'account.number': { column: 'account', code: true },
  'facts.children': {
    column: 'children',
    list: { separator: '|', partSeparator: '/', parts: [part] },
  },
};
const mapping = readMapping({ fields });
const withFacts = readMapping({
  fields: {
    ...fields,
    'facts.school': { column: 'school', optional: true },
    'facts.card': { column: 'card', code: true, optional: true },
    'facts.children': {
      column: 'children',
      list: { parts: [part, { column: 'pupil', field: 'pupil', code: true }] },
    },
  },
});
const household = {
  ref: 'A1',
  id: 'AB123456',
  first: 'Made',
  last: 'Up',
  phone: '0612345678',
  region: 'MA-06',
  date: '05/10/2025',
  kind: 'rib',
  account: '007810000000000000100116',
  children: '2020-03',
};
type Line = Readonly<Record<string, unknown>>;

async function read(
  text: string,
  how: Mapping = mapping,
): Promise<{ rows: HouseholdRow[]; rejects: Reject[] }> {
  const rows: HouseholdRow[] = [];
  const rejects: Reject[] = [];
  async function* bytes(): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    yield Buffer.from(text);
  }
  for await (const batch of readHouseholds(bytes(), how)) {
    rows.push(...batch.rows);
    rejects.push(...batch.rejects);
  }
  return { rows, rejects };
}
const ofLine = (changed: Line) => read(JSON.stringify({ ...household, ...changed }));
const csvOf = (row: Line) => `${Object.keys(row).join(';')}\n${Object.values(row).join(';')}\n`;
const ofRow = (changed: Line, how?: Mapping) => read(csvOf({ ...household, ...changed }), how);
const { children: _, ...childless } = household;
const kids = [{ born: '2020-03' }];

describe('numbers that a spreadsheet rewrote', () => {
  it.each<[string, Line, Partial<Reject>]>([
    ['an identity', { id: '1,23457E+11' }, { column: 'id', code: 'NATIONAL_ID_INVALID' }],
    ['one with a point', { id: '1.23457E11' }, { column: 'id', code: 'NATIONAL_ID_INVALID' }],
    ['an account', { account: '7,81000E+22' }, { column: 'account', code: 'ACCOUNT_INVALID' }],
    ['a round one', { account: '7E+22' }, { column: 'account', code: 'ACCOUNT_INVALID' }],
    [
      'a wallet',
      { kind: 'wallet', account: '6,12E+08' },
      { column: 'account', code: 'ACCOUNT_INVALID' },
    ],
    ['a reference', { ref: '2,02512E+11' }, { column: 'ref', code: 'TEXT_INVALID' }],
    ['a telephone', { phone: '6,12346E+08' }, { column: 'phone', code: 'PHONE_INVALID' }],
    ['a fact', { school: '1,00456E+11' }, { column: 'school', code: 'TEXT_INVALID' }],
    ['a code in facts', { card: '1E+11' }, { column: 'card', code: 'TEXT_INVALID' }],
    ['of a child', { children: '2020-03/1,2E+11' }, { column: 'children[1]' }],
  ])('are told as such: %s', async (__, changed, reject) => {
    const row = { children: '', ...changed };
    const { rows, rejects } = await ofRow(row, withFacts);
    expect(rows).toEqual([]);
    expect(rejects).toMatchObject([{ ...reject, reason: expect.stringContaining('spreadsheet') }]);
  });
  it.each<[string, Line]>([
    ['an account', { account: '7810000000000000100116' }],
    ['a wallet', { kind: 'wallet', account: '612000003' }],
  ])('have lost their zeros: %s', async (__, changed) => {
    const { rows, rejects } = await ofRow(changed);
    expect(rows).toEqual([]);
    expect(rejects).toMatchObject([
      { column: 'account', code: 'ACCOUNT_INVALID', reason: expect.stringContaining('zeros') },
    ]);
  });
  it.each<[string, Line]>([
    ['an identity', { id: '12345678.0' }],
    ['one that a program printed', { id: '12345678.000000' }],
    ['one with letters', { id: 'AB123456.00' }],
    ['one with a comma', { id: '12345678,0' }],
    ['an account', { account: '7810000000000000100116.0' }],
    ['a wallet', { kind: 'wallet', account: '0612000095.0' }],
    ['one beside cash', { kind: 'cash', account: '99999999.0' }],
    ['a telephone', { phone: '612345678.0' }],
    ['a code in facts', { card: '4711.0' }],
    ['of a child', { children: '2020-03/4711.0' }],
  ])('are not taken with their decimals for other codes: %s', async (_what, changed) => {
    const { rows, rejects } = await ofRow({ children: '', ...changed }, withFacts);
    expect(rows).toEqual([]);
    const told = { line: 2, code: 'TEXT_INVALID', reason: expect.stringContaining('decimals') };
    expect(rejects).toMatchObject([told]);
  });
  it('are not taken with their decimals without a conversion, or as a part', async () => {
    for (const nationalId of [{ column: 'id' }, { columns: ['id', 'ref'], join: '' }]) {
      const how = readMapping({ fields: { ...fields, nationalId } });
      const { rows, rejects } = await ofRow({ id: '12345678.0', children: '' }, how);
      expect(rows).toEqual([]);
      expect(rejects).toMatchObject([{ line: 2, code: 'TEXT_INVALID' }]);
    }
  });
  it('are facts that nobody takes anything out of', async () => {
    const { rows } = await ofRow({ school: '2.0', children: '' }, withFacts);
    expect(rows).toMatchObject([{ facts: { school: '2.0' } }]);
  });
  it('are no dates', async () => {
    expect((await ofRow({ date: '45994' })).rejects).toMatchObject([
      { column: 'date', code: 'DATE_INVALID', reason: expect.stringContaining('spreadsheet') },
    ]);
  });
  it.each<[string, string, string | undefined, string]>([
    ['ddmmyyyy', '01122025', '2025-12-01', ''],
    ['ddmmyyyy', '1122025', undefined, 'zero'],
    ['ddmmyyyy', '112025', undefined, 'written ddmmyyyy'],
    ['mmddyyyy', '1122025', undefined, 'zero'],
    ['yyyymmdd', '2025111', undefined, 'written yyyymmdd'],
    ['yyyymmdd', '20251101', '2025-11-01', ''],
    ['ddmm/yyyy', '112/2025', undefined, 'written ddmm/yyyy'],
    ['dd/mmyyyy', '1/122025', '2025-12-01', ''],
    ['dd/mmyyyy', '11/22025', undefined, 'written dd/mmyyyy'],
    ['dd/mm/yyyy', '1/2/2025', '2025-02-01', ''],
  ])('are dates where no digit is lost: %s %s', async (pattern, date, receivedOn, told) => {
    const how = readMapping({
      fields: { ...fields, receivedOn: { column: 'date', date: pattern } },
    });
    const { rows, rejects } = await ofRow({ date }, how);
    expect(rows.map((row) => row.receivedOn)).toEqual(receivedOn === undefined ? [] : [receivedOn]);
    expect(rejects).toMatchObject(
      receivedOn === undefined
        ? [{ column: 'date', code: 'DATE_INVALID', reason: expect.stringContaining(told) }]
        : [],
    );
  });
  it.each(['id', 'account', 'phone'])('are texts in NDJSON: %s', async (column) => {
    const { rows, rejects } = await ofLine({ [column]: 612_345_678, children: kids });
    expect(rows).toEqual([]);
    expect(rejects).toMatchObject([{ column, code: 'TEXT_INVALID' }]);
  });
});

describe('what is no text', () => {
  it.each<[string, Line, string]>([
    ['a part of a name', { first: { a: 1 } }, 'first+last'],
    ['a list in a name', { first: ['a', 'b'] }, 'first+last'],
    ['a truth in a name', { last: true }, 'first+last'],
    ['a truth as an identity', { id: true }, 'id'],
    ['a truth as a reference', { ref: true }, 'ref'],
  ])('is not made one: %s', async (__, changed, column) => {
    const { rows, rejects } = await ofLine({ ...changed, children: kids });
    expect(rows).toEqual([]);
    expect(rejects).toMatchObject([{ column, code: 'TEXT_INVALID' }]);
  });
});

describe('children that are not where they are looked for', () => {
  it('are not nobody', async () => {
    const { rows, rejects } = await read(JSON.stringify({ ...childless, Children: kids }));
    expect(rows).toEqual([]);
    expect(rejects).toMatchObject([{ column: 'children', code: 'VALUE_MISSING' }]);
  });
  it.each([[[]], [null], ['']])('nobody is said by %p', async (children) => {
    expect((await ofLine({ children })).rows).toMatchObject([{ facts: { children: [] } }]);
  });
  it('are found under the name that one sees', async () => {
    const line = JSON.stringify({ ...childless, 'children\u00a0': kids });
    expect((await read(line)).rows).toMatchObject([
      { facts: { children: [{ birthMonth: '2020-03' }] } },
    ]);
    const twice = JSON.stringify({ ...household, children: kids, 'chil\u200bdren': [] });
    expect((await read(twice)).rejects).toMatchObject([{ code: 'JSON_INVALID' }]);
  });
});

const sex = { column: 'sex{n}', field: 'sex', optional: true };
const numbered = (upTo: number, ...more: readonly object[]) => {
  const repeat = { upTo, parts: [{ ...part, column: 'born{n}' }, ...more] };
  return readMapping({ fields: { ...fields, 'facts.children': { repeat } } });
};

describe('children in numbered columns', () => {
  const rowOf = (more: Line) => csvOf({ ...childless, ...more });
  const tooMany = (column: string) => [{ line: 2, column, code: 'LIST_TOO_LONG' }];

  it.each<[Line, string]>([
    [{ born1: '2020-03', born2: '2021-03' }, 'born2'],
    [{ born1: '2020-03', born2: '', born3: '2021-03' }, 'born3'],
    [{ born1: '2020-03', born100: '2021-03' }, 'born100'],
  ])('are not left out where there are more than the mapping reads: %p', async (row, column) => {
    expect((await read(rowOf(row), numbered(1))).rejects).toMatchObject(tooMany(column));
    const line = JSON.stringify({ ...childless, ...row });
    expect((await read(line, numbered(1))).rejects).toMatchObject([
      { column, code: 'LIST_TOO_LONG' },
    ]);
    const empty = rowOf({ ...row, [column]: '' });
    expect((await read(empty, numbered(1))).rows).toHaveLength(1);
  });

  it.each(['Born1', 'date_born1', 'born'])(
    'are not nobody under another name: %s',
    async (name) => {
      for (const how of [numbered(2), numbered(2, sex)]) {
        await expect(read(rowOf({ [name]: '2020-03', sex1: 'f' }), how)).rejects.toMatchObject({
          code: 'COLUMN_MISSING',
          detail: expect.stringContaining('"born1"'),
        });
        const { rows, rejects } = await read(
          JSON.stringify({ ...childless, [name]: '2020-03' }),
          how,
        );
        expect(rows).toEqual([]);
        expect(rejects).toMatchObject([{ column: 'born1', code: 'VALUE_MISSING' }]);
      }
    },
  );

  it.each(['Born2', 'born 2', 'BORN_2'])(
    'are not left out under another name: %s',
    async (name) => {
      const row = { born1: '2020-03', [name]: '2021-03' };
      await expect(read(rowOf(row), numbered(2))).rejects.toMatchObject({
        code: 'COLUMN_MISSING',
        detail: expect.stringContaining('"born2"'),
      });
      const { rows, rejects } = await read(JSON.stringify({ ...childless, ...row }), numbered(2));
      expect(rows).toEqual([]);
      expect(rejects).toMatchObject([{ column: 'born2', code: 'VALUE_MISSING' }]);
      const both = { ...row, born2: '2021-04' };
      expect((await read(rowOf(both), numbered(2))).rows).toHaveLength(1);
      expect(
        (await read(JSON.stringify({ ...childless, ...both }), numbered(2))).rows,
      ).toHaveLength(1);
    },
  );

  it('may all be optional, and one of them must be there', async () => {
    const repeat = { upTo: 1, parts: [sex] };
    const how = readMapping({ fields: { ...fields, 'facts.children': { repeat } } });
    await expect(read(rowOf({ Sex1: 'f' }), how)).rejects.toMatchObject({ code: 'COLUMN_MISSING' });
    expect((await read(rowOf({ sex1: '' }), how)).rows).toHaveLength(1);
  });

  it.each([[null], ['']])('nobody is said by %p, and later ones need no columns', async (born1) => {
    const how = numbered(3, sex);
    for (const text of [rowOf({ born1: '' }), JSON.stringify({ ...childless, born1 })])
      expect((await read(text, how)).rows).toMatchObject([{ facts: { children: [] } }]);
  });
});

describe('an account beside cash', () => {
  const cash = (account: string) => ofRow({ kind: 'cash', account });
  it('is a contradiction', async () => {
    expect((await cash(household.account)).rejects).toMatchObject([
      { column: 'account', code: 'ACCOUNT_INVALID' },
    ]);
  });
  it.each(['', 'AB 123456'])('may be empty or the identity: "%s"', async (account) => {
    expect((await cash(account)).rows).toMatchObject([
      { account: { kind: 'cash', number: 'AB123456' } },
    ]);
  });
});

describe('a number of NDJSON where a numbered thing stands', () => {
  const joined = (how: object): Mapping =>
    readMapping({
      fields: { ...fields, nationalId: { columns: ['serie', 'numero'], join: '', ...how } },
    });
  test.each([
    ['joined', joined({ code: true }), { serie: 'AB', numero: 12_345 }],
    ['joined, of no code', joined({}), { serie: 'AB', numero: 12_345 }],
    [
      'alone, of no code',
      readMapping({ fields: { ...fields, nationalId: { column: 'id' } } }),
      { id: 123_456 },
    ],
    [
      'of a telephone',
      readMapping({ fields: { ...fields, phone: { column: 'phone' } } }),
      { phone: 612_345_678 },
    ],
  ])('has lost its zeros: %s', async (_what, how, changed) => {
    const { rows, rejects } = await read(
      JSON.stringify({ ...household, children: kids, ...changed }),
      how,
    );
    expect(rows).toEqual([]);
    expect(rejects).toMatchObject([{ code: 'TEXT_INVALID' }]);
  });
  test('is none where it is written as text', async () => {
    const told = { ...household, children: kids, serie: 'AB', numero: '012345' };
    const { rows } = await read(JSON.stringify(told), joined({ code: true }));
    expect(rows).toMatchObject([{ nationalId: 'AB012345' }]);
  });
});

describe('a name of NDJSON that looks like another, inside an object', () => {
  const how = readMapping({
    fields: {
      ...fields,
      'facts.covered': {
        column: 'menage.autre_regime',
        values: { oui: true, non: false },
        default: false,
      },
      'facts.children': {
        column: 'children',
        list: {
          parts: [
            part,
            { column: 'handicap', field: 'disabled', values: { H1: true }, default: false },
          ],
        },
      },
    },
  });
  test.each([
    ['of the object', { Menage: { autre_regime: 'oui' } }, 'menage.autre_regime'],
    ['of what is in it', { menage: { Autre_Regime: 'oui' } }, 'menage.autre_regime'],
    ['of a member', { children: [{ ...kids[0], Handicap: 'H1' }] }, 'children[1].handicap'],
  ])('is told and not read as nothing: %s', async (_where, changed, column) => {
    const line = JSON.stringify({ ...household, children: kids, ...changed });
    const { rows, rejects } = await read(line, how);
    expect(rows).toEqual([]);
    expect(rejects).toMatchObject([{ code: 'VALUE_MISSING', column }]);
  });
  test('is read where it is the one that is asked for, or may be absent', async () => {
    for (const menage of [{ autre_regime: 'oui' }, {}]) {
      const line = JSON.stringify({ ...household, children: kids, menage });
      expect((await read(line, how)).rejects).toEqual([]);
    }
  });
});
