import { expect, test } from '@jest/globals';
import { columnName } from '../../src/tabular/records.js';

test.each([
  ['a no-break space', 'date\u00a0demande', 'date demande'],
  ['a narrow one, twice', 'date\u202f\u202fdemande', 'date demande'],
  ['spaces around', ' date demande\t', 'date demande'],
  ['a mark that nobody sees', 'date\u200b demande\u00ad', 'date demande'],
  ['an accent of its own', 'de\u0301pot', 'd\u00e9pot'],
  ['nothing that is seen', '\u00a0\u200b', ''],
  ['no Latin letters', 'تاريخ الطلب', 'تاريخ الطلب'],
])('a column has the name that one sees: %s', (_, written, name) => {
  expect(columnName(written)).toBe(name);
});
