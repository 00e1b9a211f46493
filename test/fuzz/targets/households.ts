import { DomainError } from '../../../src/kernel/errors.js';
import type { HouseholdRow, Reject } from '../../../src/tabular/household-row.js';
import { readMapping } from '../../../src/tabular/mapping.js';
import { readHouseholds } from '../../../src/tabular/read-households.js';
import { referenceMapping } from '../../../src/tabular/reference-mapping.js';
import { inPieces } from '../../support/bank-messages.js';
import { unitsOf } from '../amounts.js';
import { holds, one, refusedWell, type FuzzTarget, type Next } from '../target.js';

export const HEADER =
  'reference;cin;prenom;nom;nom_arabe;telephone;region;date_demande;compte_type;compte;score_rsu;autre_regime;enfants';
export const LINES = [
  'D-0001;TT100001;Essai;Menage 1;;0612000001;MA-06;03/12/2025;RIB;007810000000000000100116;7,500000;non;',
  'D-0002;TT100002;"Essai ""x""";Menage;الأسرة;;MA-01;29/02/2024;IBAN;MA64007810000000000000004280;0;oui;2020-02/S0/H0/O0|2019-12/S1/H1/O1',
  'D-0003;TT100003;Essai;"Men;age";;;MA-12;31/12/2025;especes;;9,743001;non;2024-01/S3/H0/O0',
];
const MAPPING = readMapping(referenceMapping);

interface Read {
  readonly rows: readonly HouseholdRow[];
  readonly rejects: readonly Reject[];
  readonly records: number;
}

export async function readAllHouseholds(
  input: Buffer | string,
  mapping = MAPPING,
  piece = 1_000_000,
): Promise<Read | DomainError> {
  const rows: HouseholdRow[] = [];
  const rejects: Reject[] = [];
  let records = 0;
  try {
    for await (const batch of readHouseholds(inPieces(input, piece), mapping)) {
      rows.push(...batch.rows);
      rejects.push(...batch.rejects);
      records = batch.records;
    }
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  return { rows, rejects, records };
}

/** A record is a household or has something wrong with it, and none is dropped. */
export function requireAccounted({ rows, rejects, records }: Read): void {
  const refused = new Set(rejects.map(({ line }) => line));
  holds(
    rows.length + refused.size === records,
    `${records} records, and not all are accounted for`,
  );
  for (const { line } of rows) holds(!refused.has(line), 'a household is taken and refused');
  for (const { code, reason } of rejects) {
    holds(/^[A-Z][A-Z0-9_]+$/.test(code), `the code ${code}`);
    holds(reason.length > 5, `${code} gives no reason`);
  }
}

/** What a plain line says, read here anew: without quotes, as many cells as the header has. */
function requireAsWritten(row: HouseholdRow, lines: readonly string[]): void {
  const cells = (lines[row.line - 1] ?? '').split(';').map((cell) => cell.trim());
  if (cells.length !== 13 || cells.some((cell) => cell.includes('"'))) return;
  const [, , , , , , region, received, , , score, , children] = cells;
  holds(row.region.toLowerCase() === region!.toLowerCase(), 'the region is another');
  holds(
    row.receivedOn === received!.split('/').reverse().map(padded).join('-'),
    'the day is another',
  );
  const facts = row.facts as { readonly scoreMicro: number; readonly children: readonly object[] };
  const said = unitsOf(score!.replace(',', '.'), 6);
  holds(said === BigInt(facts.scoreMicro), `the score ${score} is read as ${facts.scoreMicro}`);
  const named =
    children === '' ? 0 : children!.split('|').filter((child) => child.trim() !== '').length;
  holds(facts.children.length === named, `${named} children are read as ${facts.children.length}`);
}

const padded = (number: string): string => number.padStart(2, '0');

/** Nobody's data is in a reason, which is shown and kept. */
function requireNoQuotation({ rejects }: Read, lines: readonly string[]): void {
  for (const { line, reason } of rejects)
    for (const cell of (lines[line - 1] ?? '').split(/[;",]/))
      if (/\d{5}/.test(cell)) holds(!reason.includes(cell), 'a reason quotes a cell');
}

async function check(input: Buffer): Promise<string> {
  const read = await readAllHouseholds(input);
  const again = await readAllHouseholds(input, MAPPING, 1 + (input.length % 13));
  holds(said(read) === said(again), 'pieces of it say something else');
  if (read instanceof DomainError) return refusedWell(read);
  requireAccounted(read);
  const lines = input
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split('\n')
    .map((line) => line.replace(/\r$/, ''));
  requireNoQuotation(read, lines);
  if (lines[0] === HEADER) for (const row of read.rows) requireAsWritten(row, lines);
  return read.rows.length > 0 ? 'taken' : 'refused line by line';
}

const said = (read: Read | DomainError): string =>
  read instanceof DomainError ? read.code : JSON.stringify(read);

const generate = (next: Next): string =>
  [
    HEADER,
    ...Array.from({ length: 1 + next(3) }, () =>
      [
        `D-${next(9)}`,
        one(next, 'TT100001', '0012345', 'A1', ''),
        one(next, 'Essai', '', 'É', '"a"'),
        one(next, 'Menage', ' x '),
        one(next, '', 'الأسرة'),
        one(next, '', '0612000001', '+212612000001', '06-12'),
        `MA-${one(next, '01', '06', '12', '13', '6')}`,
        `${next(32)}/${next(13)}/${2020 + next(6)}`,
        one(next, 'RIB', 'IBAN', 'portefeuille', 'especes', 'rib'),
        one(next, '007810000000000000100116', 'MA64007810000000000000004280', '0612000001', ''),
        `${next(12)}${one(next, ',', '.', '')}${next(10_000_000)}`,
        one(next, 'oui', 'non', 'OUI', ''),
        Array.from(
          { length: next(3) },
          () =>
            `${1990 + next(40)}-${one(next, '01', '12', '13', '1')}/S${next(5)}/H${next(3)}/O${next(2)}`,
        ).join('|'),
      ].join(';'),
    ),
  ].join(one(next, '\n', '\r\n'));

const AS_JSON = JSON.stringify({
  ...{ reference: 'D-1', cin: 'TT100001', prenom: 'Essai', nom: 'Menage', region: 'MA-06' },
  ...{ date_demande: '03/12/2025', compte_type: 'RIB', compte: '007810000000000000100116' },
  ...{ score_rsu: '7,5', autre_regime: 'non', enfants: '' },
});

export const households: FuzzTarget = {
  seeds: [[HEADER, ...LINES].join('\n'), `\ufeff${[HEADER, ...LINES].join('\r\n')}\r\n`, AS_JSON],
  words: [HEADER, ...LINES, ';', '"', '""', '\r\n', '|', '/S0/H0/O0', '1e3', '7,5000001'],
  generate,
  check,
};
