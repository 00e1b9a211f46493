import { readMapping } from '../../src/tabular/mapping.js';

/** A people's table of households: its mapping, its header and a row of it that is taken. */
export const fields = {
  reference: { column: 'ref' },
  nationalId: { column: 'cin', code: true },
  name: { column: 'nom' },
  region: { column: 'region' },
  receivedOn: { column: 'date', date: 'dd/mm/yyyy' },
  'account.kind': { constant: 'wallet' },
  'account.number': { column: 'compte', code: true },
  'facts.scoreMicro': { column: 'score', decimal: { scale: 6, separator: ',' } },
};
export const mapping = readMapping({ fields });
export const HEADER = 'ref;cin;nom;region;date;compte;score';
export const GOOD = 'A1;ab 123-456;Aïcha El Fassi;MA-06;05/10/2025;06 12 34 56 78;9,743001';
export const file = (...lines: readonly string[]): string => `${[HEADER, ...lines].join('\n')}\n`;
