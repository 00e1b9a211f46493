import { csvCell, csvField, withoutFormula } from '../../src/kernel/csv.js';
import { splitRecord } from '../../src/tabular/csv.js';

test.each(['plain', 'a;b', 'a"b', '"', ' x ', 'a,b'])('a field of %j is read back', (text) => {
  expect(splitRecord(`${csvField(text, ';')};end`, ';')).toEqual([text, 'end']);
});

test('a field is in quotes only where it must be', () => {
  expect(csvField('a,b', ';')).toBe('a,b');
  expect(csvField('a,b', ',')).toBe('"a,b"');
  expect(csvField('a\nb', ',')).toBe('"a\nb"');
});

test('formulas are led by an apostrophe, numbers stay numbers', () => {
  expect(['=1+1', '@x', '-5', '-5.25', '-a'].map(withoutFormula)).toEqual([
    "'=1+1",
    "'@x",
    '-5',
    '-5.25',
    "'-a",
  ]);
  expect([csvCell(undefined), csvCell({ a: 1 }), csvCell('a;b'), csvCell(' a')]).toEqual([
    '',
    '"{""a"":1}"',
    '"a;b"',
    '" a"',
  ]);
});
