import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HouseholdRow, Reject } from '../../src/tabular/household-row.js';
import { MAX_LINE_BYTES } from '../../src/tabular/lines.js';
import { readMapping } from '../../src/tabular/mapping.js';
import { readHouseholds, readHouseholdsFile } from '../../src/tabular/read-households.js';
import { fields, file, GOOD, HEADER, mapping } from './households-table.fixtures.js';

async function* cut(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i += 1) {
    const size = sizes.length === 0 ? bytes.length : sizes[i % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function read(
  content: string | Buffer,
  how = mapping,
  sizes: readonly number[] = [],
): Promise<{ rows: HouseholdRow[]; rejects: Reject[]; records: number }> {
  const rows: HouseholdRow[] = [];
  const rejects: Reject[] = [];
  let records = 0;
  for await (const batch of readHouseholds(cut(Buffer.from(content), sizes), how, {
    batchSize: 3,
  })) {
    rows.push(...batch.rows);
    rejects.push(...batch.rejects);
    records = batch.records;
  }
  return { rows, rejects, records };
}

describe('reading CSV', () => {
  it('looks once at each column of a header, however many there are', async () => {
    const more = Array.from({ length: 120_000 }, (_, n) => `c${n}`).join(';');
    const { rejects } = await read(`${HEADER};${more}\n${GOOD}\n`);
    expect(rejects).toMatchObject([{ line: 2, code: 'COLUMN_COUNT' }]);
    await expect(read(`${HEADER};${more};c7\n`)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      detail: 'Column 120008 of the header has the name of column 15.',
    });
  });

  it('makes a typed row of a line', async () => {
    expect(await read(file(GOOD))).toEqual({
      records: 1,
      rejects: [],
      rows: [
        {
          line: 2,
          reference: 'A1',
          nationalId: 'AB123456',
          name: 'Aïcha El Fassi',
          region: 'MA-06',
          receivedOn: '2025-10-05',
          account: { kind: 'wallet', number: '0612345678' },
          facts: { scoreMicro: 9_743_001 },
        },
      ],
    });
  });

  it.each([
    ['commas', (text: string) => text.replaceAll(',', '.').replaceAll(';', ','), '.'],
    ['tabulators', (text: string) => text.replaceAll(';', '\t'), ','],
    ['a byte order mark', (text: string) => `\ufeff${text}`, ','],
    ['CRLF', (text: string) => text.replaceAll('\n', '\r\n'), ','],
    [
      'quotes around everything',
      (text: string) =>
        text
          .split('\n')
          .map((line) =>
            line === ''
              ? ''
              : line
                  .split(';')
                  .map((cell) => `"${cell}"`)
                  .join(';'),
          )
          .join('\n'),
      ',',
    ],
    ['no line end at the end', (text: string) => text.trimEnd(), ','],
    ['blank lines', (text: string) => text.replaceAll('\n', '\n\n'), ','],
  ])('takes %s', async (_, write, separator) => {
    const how = readMapping({
      fields: {
        ...fields,
        'facts.scoreMicro': { column: 'score', decimal: { scale: 6, separator } },
      },
    });
    const { rows, rejects } = await read(write(file(GOOD, GOOD)), how);
    expect(rejects).toEqual([]);
    expect(rows.map(({ name, facts }) => [name, facts['scoreMicro']])).toEqual([
      ['Aïcha El Fassi', 9_743_001],
      ['Aïcha El Fassi', 9_743_001],
    ]);
  });

  it('gives the same rows wherever the chunks are cut', async () => {
    const content = `\ufeff${file(GOOD, 'A2;CD1;x', '"A;3";ef445566;"زينب ""بنت"" علي";MA-01;01/01/2025;0611111111;1', GOOD)}`;
    const whole = await read(content);
    expect(whole.rows.map(({ line, reference }) => [line, reference])).toEqual([
      [2, 'A1'],
      [4, 'A;3'],
      [5, 'A1'],
    ]);
    expect(whole.rows[1]!.name).toBe('زينب "بنت" علي');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 10 }),
        async (sizes) => {
          expect(await read(content, mapping, sizes)).toEqual(whole);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('names line, column and code of everything that is wrong, and never the value', async () => {
    const { rows, rejects } = await read(
      file(
        GOOD,
        ';x;Zineb;Rabat;31/02/2025;0612;neuf',
        'A3;AB123456;Zineb;MA-04;05/10/2025;0612345678;9,7430011',
        'A4;AB123456;Zineb;MA-04;2025-10-05;;',
      ),
    );
    expect(rows).toHaveLength(1);
    expect(rejects.map(({ line, column, code }) => [line, column, code])).toEqual([
      [3, 'ref', 'VALUE_MISSING'],
      [3, 'cin', 'NATIONAL_ID_INVALID'],
      [3, 'region', 'REGION_INVALID'],
      [3, 'date', 'DATE_INVALID'],
      [3, 'compte', 'ACCOUNT_INVALID'],
      [3, 'score', 'NUMBER_INVALID'],
      [4, 'score', 'NUMBER_INVALID'],
      [5, 'date', 'DATE_INVALID'],
      [5, 'compte', 'VALUE_MISSING'],
      [5, 'score', 'VALUE_MISSING'],
    ]);
    expect(JSON.stringify(rejects)).not.toMatch(/Zineb|neuf|Rabat|0612/);
  });

  it('rejects lines that are no record and goes on', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${HEADER}\n`),
      Buffer.concat([
        Buffer.from('A1;ab123456;A'),
        Buffer.from([0xef, 0x69]),
        Buffer.from('cha;MA-06;05/10/2025;0612345678;1\n'),
      ]),
      Buffer.from(
        `${GOOD}\nA2;"ab123456;B;MA-06;05/10/2025;0612345678;1\n${GOOD}\nA3;ab"1;C;MA-06;05/10/2025;0612345678;1\n${GOOD};more\n${'x'.repeat(MAX_LINE_BYTES + 10)}\n${GOOD}\n`,
      ),
    ]);
    for (const sizes of [[], [65_536]]) {
      const { rows, rejects } = await read(bytes, mapping, sizes);
      expect(rows.map(({ line }) => line)).toEqual([3, 5, 9]);
      expect(rejects.map(({ line, code }) => [line, code])).toEqual([
        [2, 'LINE_NOT_UTF8'],
        [4, 'QUOTES_MALFORMED'],
        [6, 'QUOTES_MALFORMED'],
        [7, 'COLUMN_COUNT'],
        [8, 'LINE_TOO_LONG'],
      ]);
    }
  });

  it('reads a quoted field over several lines', async () => {
    const how = readMapping({
      fields: { ...fields, 'facts.note': { column: 'note', code: true } },
    });
    const { rows } = await read(`${HEADER};note\n${GOOD};"a\nb"\n${GOOD};c\n`, how);
    expect(rows.map(({ line, facts }) => [line, facts['note']])).toEqual([
      [2, 'AB'],
      [4, 'C'],
    ]);
  });

  it('reads a column under the name that one sees, in the header and in the mapping', async () => {
    const how = readMapping({
      fields: { ...fields, receivedOn: { column: 'date\u202fdemande', date: 'dd/mm/yyyy' } },
    });
    const { rows } = await read(`${HEADER.replace('date', 'date\u00a0demande')}\n${GOOD}\n`, how);
    expect(rows).toMatchObject([{ reference: 'A1', receivedOn: '2025-10-05' }]);
  });

  it.each([
    ['an empty file', '', 'INPUT_INVALID'],
    ['a column that occurs twice to the eye', `${HEADER};ref\u00a0\n`, 'INPUT_INVALID'],
    ['a column that the mapping reads and the header has not', 'ref;nom\nA;B\n', 'COLUMN_MISSING'],
    ['a column that occurs twice', `${HEADER};ref\n`, 'INPUT_INVALID'],
    ['UTF-16', Buffer.from(`\ufeff${HEADER}\n`, 'utf16le'), 'INPUT_INVALID'],
    ['a binary file', Buffer.from([1, 0, 2, 0, 10]), 'INPUT_INVALID'],
  ])('refuses %s', async (_, content, code) => {
    await expect(read(content)).rejects.toMatchObject({ code, kind: 'invalid' });
  });

  it('refuses a file that is not there', async () => {
    const reading = readHouseholdsFile(join(tmpdir(), 'sanad-no-such-file.csv'), mapping)[
      Symbol.asyncIterator
    ]();
    await expect(reading.next()).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  it('takes accounts with right check digits only', async () => {
    const how = readMapping({
      fields: {
        ...fields,
        'account.kind': {
          column: 'region',
          values: { rib: 'rib', iban: 'iban', cash: 'cash', other: 'gold' },
        },
        region: { constant: 'MA-06' },
      },
    });
    const line = (kind: string, number: string): string =>
      `A;AB123456;N;${kind};05/10/2025;${number};1`;
    const { rows, rejects } = await read(
      file(
        line('rib', '000000000000000000123481'),
        line('rib', '000000000000000000123482'),
        line('iban', 'MA64 0000 0000 0000 0000 0012 3481'),
        line('iban', 'MA65000000000000000000123481'),
        line('cash', ''),
        line('other', '1'),
      ),
      how,
    );
    expect(rows.map(({ account }) => account)).toEqual([
      { kind: 'rib', number: '000000000000000000123481' },
      { kind: 'iban', number: 'MA64000000000000000000123481' },
      { kind: 'cash', number: 'AB123456' },
    ]);
    expect(rejects.map(({ line: at, code }) => [at, code])).toEqual([
      [3, 'ACCOUNT_INVALID'],
      [5, 'ACCOUNT_INVALID'],
      [7, 'ACCOUNT_INVALID'],
    ]);
  });
});

describe('lists', () => {
  const parts = [
    { column: 'né', field: 'birthMonth', month: 'mm/yyyy' },
    {
      column: 'école',
      set: { oui: { inSchool: true, level: 'some' }, non: { inSchool: false, level: 'none' } },
    },
  ];
  const withList = (list: object) => readMapping({ fields: { ...fields, 'facts.children': list } });
  const inOne = withList({
    column: 'enfants',
    list: { separator: '|', partSeparator: ' ', sortBy: 'birthMonth', parts },
  });

  it('come from one column, eldest first', async () => {
    const { rows, rejects } = await read(
      `${HEADER};enfants\n${GOOD};06/2019 oui|1/2012 non\n${GOOD};\n${GOOD};06/2019|13/2012 non\n`,
      inOne,
    );
    expect(rows.map(({ facts }) => facts['children'])).toEqual([
      [
        { birthMonth: '2012-01', inSchool: false, level: 'none' },
        { birthMonth: '2019-06', inSchool: true, level: 'some' },
      ],
      [],
    ]);
    expect(rejects.map(({ line, column, code }) => [line, column, code])).toEqual([
      [4, 'enfants[1]', 'LIST_INVALID'],
      [4, 'enfants[2]', 'DATE_INVALID'],
    ]);
    expect(inOne.columnOf('facts/children/1/birthMonth')).toBe('enfants');
  });

  it('come from numbered columns, of which some may be missing', async () => {
    const how = withList({
      repeat: {
        upTo: 3,
        parts: [
          { column: 'né{n}', field: 'birthMonth', month: 'mm/yyyy' },
          { column: 'handicap{n}', field: 'disabled', values: { x: true }, default: false },
        ],
      },
    });
    const { rows, rejects } = await read(
      `${HEADER};né1;handicap1;né2;handicap2\n${GOOD};01/2012;x;06/2019;\n${GOOD};;;06/2019;\n${GOOD};;x;;\n`,
      how,
    );
    expect(rows.map(({ facts }) => facts['children'])).toEqual([
      [
        { birthMonth: '2012-01', disabled: true },
        { birthMonth: '2019-06', disabled: false },
      ],
      [{ birthMonth: '2019-06', disabled: false }],
    ]);
    expect(rejects).toEqual([
      { line: 4, column: 'né1', code: 'VALUE_MISSING', reason: 'is empty' },
    ]);
  });

  it('come from arrays of objects in NDJSON', async () => {
    const record = {
      ref: 'A1',
      cin: 'AB123456',
      nom: 'N',
      region: 'MA-06',
      date: '05/10/2025',
      compte: '0612345678',
      score: 9.5,
    };
    const { rows, rejects } = await read(
      [
        { ...record, enfants: [{ né: '06/2019', école: 'oui' }] },
        { ...record, enfants: [{ né: '06/2019' }, 7] },
        { ...record, enfants: {} },
        { ...record, nom: { a: 1 }, enfants: null },
      ]
        .map((entry) => JSON.stringify(entry))
        .join('\n'),
      inOne,
    );
    expect(rows.map(({ facts }) => facts)).toEqual([
      {
        scoreMicro: 9_500_000,
        children: [{ birthMonth: '2019-06', inSchool: true, level: 'some' }],
      },
    ]);
    expect(rejects.map(({ line, column, code }) => [line, column, code])).toEqual([
      [2, 'enfants[1].école', 'VALUE_UNKNOWN'],
      [2, 'enfants[2]', 'LIST_INVALID'],
      [3, 'enfants', 'LIST_INVALID'],
      [4, 'nom', 'TEXT_INVALID'],
    ]);
  });
});

describe('reading NDJSON', () => {
  it('rejects lines that are no object, without quoting them, and reads own keys only', async () => {
    const { rows, rejects } = await read(
      '{"ref":"A1","cin":"AB123456"\n["Zineb"]\n{"__proto__":{"ref":"A1"},"cin":"AB123456","nom":"N","region":"MA-06","date":"05/10/2025","compte":"0612345678","score":"1"}\n',
      mapping,
    );
    expect(rows).toEqual([]);
    expect(rejects.map(({ line, column, code }) => [line, column, code])).toEqual([
      [1, '', 'JSON_INVALID'],
      [2, '', 'JSON_INVALID'],
      [3, 'ref', 'VALUE_MISSING'],
    ]);
    expect(JSON.stringify(rejects)).not.toContain('Zineb');
  });

  it('takes a number as it is written, never through a float', async () => {
    const record = {
      ref: 7,
      cin: 'AB123456',
      nom: 'N',
      region: 'MA-06',
      date: '05/10/2025',
      compte: '0612345678',
    };
    const { rows, rejects } = await read(
      [
        { ...record, score: 9.743001 },
        { ...record, score: 1e300 },
        { ...record, ref: 2 ** 60, score: 1 },
      ]
        .map((entry) => JSON.stringify(entry))
        .join('\n'),
    );
    expect(rows.map(({ reference, facts }) => [reference, facts['scoreMicro']])).toEqual([
      ['7', 9_743_001],
    ]);
    expect(rejects.map(({ line, column, code }) => [line, column, code])).toEqual([
      [2, 'score', 'NUMBER_INVALID'],
      [3, 'ref', 'TEXT_INVALID'],
    ]);
  });
});
