import { describe, expect, it } from '@jest/globals';
import { parseMapping, readMapping } from '../../src/tabular/mapping.js';
import { referenceMapping } from '../../src/tabular/reference-mapping.js';

const fields: Record<string, unknown> = referenceMapping.fields;
const withField = (target: string, how: unknown): object => ({
  fields: { ...fields, [target]: how },
});
const { phone: _, region: __, ...withoutRegion } = fields;

describe('a mapping file', () => {
  it.each([
    ['no object', [], 'mapping'],
    ['an unknown key', { fields, delimeter: ';' }, 'mapping/delimeter'],
    ['another delimiter', { fields, delimiter: '|' }, 'delimiter'],
    ['a missing target', { fields: withoutRegion }, 'fields/region'],
    ['an unknown target', withField('surname', { column: 'x' }), 'fields/surname'],
    [
      'a fact with a prototype name',
      withField('facts.__proto__', { column: 'x' }),
      'fields/facts.__proto__',
    ],
    [
      'no fact',
      {
        fields: Object.fromEntries(
          Object.entries(fields).filter(([target]) => !target.startsWith('facts.')),
        ),
      },
      'fields',
    ],
    ['neither column nor constant', withField('name', { code: true }), 'fields/name'],
    ['both column and constant', withField('name', { column: 'a', constant: 'b' }), 'fields/name'],
    [
      'two conversions',
      withField('name', { column: 'a', integer: true, code: true }),
      'fields/name',
    ],
    ['an unknown conversion', withField('name', { column: 'a', upper: true }), 'fields/name/upper'],
    ['an empty column', withField('name', { column: '' }), 'fields/name/column'],
    [
      'a date without a year',
      withField('receivedOn', { column: 'a', date: 'dd/mm' }),
      'fields/receivedOn/date',
    ],
    [
      'a scale that is no number',
      withField('facts.a', { column: 'a', decimal: { scale: '2' } }),
      'fields/facts.a/decimal/scale',
    ],
    [
      'an empty table of values',
      withField('facts.a', { column: 'a', values: {} }),
      'fields/facts.a/values',
    ],
    ['a list for a name', withField('name', { column: 'a', list: { parts: [] } }), 'fields/name'],
    [
      'a list without parts',
      withField('facts.a', { column: 'a', list: { parts: [] } }),
      'fields/facts.a/list/parts',
    ],
    [
      'a part without a field',
      withField('facts.a', { column: 'a', list: { parts: [{ column: 'x' }] } }),
      'fields/facts.a/list/parts/0/field',
    ],
    [
      'a numbered column without its number',
      withField('facts.a', { repeat: { upTo: 2, parts: [{ column: 'x', field: 'y' }] } }),
      'fields/facts.a/repeat/parts/0/column',
    ],
  ])('is refused with %s', (_name, json, field) => {
    expect(() => readMapping(json)).toThrow(
      expect.objectContaining({ code: 'MAPPING_INVALID', kind: 'invalid', field }),
    );
  });

  it('is refused when it is no JSON, and read with a byte order mark', () => {
    expect(() => parseMapping('{')).toThrow(expect.objectContaining({ code: 'MAPPING_INVALID' }));
    expect(parseMapping(`\ufeff${JSON.stringify(referenceMapping)}`).fields.size).toBe(
      Object.keys(fields).length,
    );
  });

  it('says which column a target comes from', () => {
    const mapping = readMapping(referenceMapping);
    expect([
      mapping.columnOf('name'),
      mapping.columnOf('facts/scoreMicro'),
      mapping.columnOf('facts/children/3/birthMonth'),
      mapping.columnOf('account.number'),
      mapping.columnOf('facts/other'),
    ]).toEqual(['prenom+nom', 'score_rsu', 'enfants', 'compte', 'facts/other']);
  });
});
