import type { GeneratedHousehold } from './columns.js';

/**
 * Mistakes as they come in real files, each of which the import must reject; `column` is where it
 * will say so.
 */
const MISTAKES: readonly {
  readonly column: keyof GeneratedHousehold;
  readonly spoil: (row: GeneratedHousehold) => Partial<GeneratedHousehold>;
}[] = [
  { column: 'score_rsu', spoil: () => ({ score_rsu: 'n.d.' }) },
  { column: 'date_demande', spoil: () => ({ date_demande: '31/02/2025' }) },
  { column: 'cin', spoil: () => ({ cin: '' }) },
  { column: 'region', spoil: () => ({ region: 'MA-99' }) },
  { column: 'score_rsu', spoil: (row) => ({ score_rsu: `-${row.score_rsu}` }) },
  { column: 'compte', spoil: () => ({ compte_type: 'RIB', compte: '350810000000000000000001' }) },
  {
    column: 'enfants',
    spoil: (row) => ({
      enfants: [
        { naissance: '2015-13', scolarite: 'S1', handicap: 'H0', orphelin: 'O0' },
        ...row.enfants,
      ],
    }),
  },
  { column: 'nom', spoil: () => ({ nom: '', prenom: '' }) },
  { column: 'autre_regime', spoil: () => ({ autre_regime: 'peut-être' }) },
  { column: 'compte_type', spoil: () => ({ compte_type: 'chèque' }) },
  {
    column: 'enfants',
    spoil: (row) => ({
      enfants: [
        { naissance: '2016-05', scolarite: 'S7', handicap: 'H0', orphelin: 'O0' },
        ...row.enfants,
      ],
    }),
  },
  { column: 'reference', spoil: () => ({ reference: '' }) },
];

/** The row with the n-th mistake, in turn. */
export const spoil = (row: GeneratedHousehold, nth: number): GeneratedHousehold => ({
  ...row,
  ...MISTAKES[nth % MISTAKES.length]!.spoil(row),
});
