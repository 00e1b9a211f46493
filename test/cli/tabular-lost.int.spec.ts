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
const ofRow = (changed: Line) => {
  const row = { ...household, ...changed };
  return read(`${Object.keys(row).join(';')}\n${Object.values(row).join(';')}\n`);
};
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
  ])('are told as such: %s', async (__, changed, reject) => {
    const { rows, rejects } = await ofRow(changed);
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
  it('are no dates', async () => {
    expect((await ofRow({ date: '45994' })).rejects).toMatchObject([
      { column: 'date', code: 'DATE_INVALID', reason: expect.stringContaining('spreadsheet') },
    ]);
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
  it('are not left out where the table has more than the mapping', async () => {
    const how = readMapping({
      fields: {
        ...fields,
        'facts.children': {
          repeat: { upTo: 1, parts: [{ ...part, column: 'born{n}' }] },
        },
      },
    });
    const row = { ...childless, born1: '2020-03', born2: '2021-03' };
    const csv = `${Object.keys(row).join(';')}\n${Object.values(row).join(';')}\n`;
    expect((await read(csv, how)).rejects).toMatchObject([
      { line: 2, column: 'born2', code: 'LIST_TOO_LONG' },
    ]);
    expect((await read(csv.replace('2021-03', ''), how)).rows).toHaveLength(1);
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
