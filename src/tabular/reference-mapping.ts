/**
 * The mapping file of the columns that `sanad households generate` writes, for the facts of the
 * reference programme: as JSON, a start for your own. `readMapping` checks and reads it.
 */
export const referenceMapping = {
  $comment: 'Columns of sanad households generate, for the facts of the reference programme asd.',
  fields: {
    reference: { column: 'reference' },
    nationalId: { column: 'cin', code: true },
    name: { columns: ['prenom', 'nom'], join: ' ' },
    nameArabic: { column: 'nom_arabe', optional: true },
    phone: { column: 'telephone', code: true, optional: true },
    region: {
      column: 'region',
      oneOf: [
        'MA-01',
        'MA-02',
        'MA-03',
        'MA-04',
        'MA-05',
        'MA-06',
        'MA-07',
        'MA-08',
        'MA-09',
        'MA-10',
        'MA-11',
        'MA-12',
      ],
    },
    receivedOn: { column: 'date_demande', date: 'dd/mm/yyyy' },
    'account.kind': {
      column: 'compte_type',
      values: { RIB: 'rib', IBAN: 'iban', portefeuille: 'wallet', especes: 'cash' },
    },
    'account.number': { column: 'compte', code: true, optional: true },
    'facts.scoreMicro': { column: 'score_rsu', decimal: { scale: 6, separator: ',' } },
    'facts.coveredByOtherScheme': { column: 'autre_regime', values: { oui: true, non: false } },
    'facts.children': {
      column: 'enfants',
      list: {
        separator: '|',
        partSeparator: '/',
        sortBy: 'birthMonth',
        parts: [
          { column: 'naissance', field: 'birthMonth', month: 'yyyy-mm' },
          {
            column: 'scolarite',
            set: {
              S0: { inSchool: false, schoolLevel: 'none' },
              S1: { inSchool: true, schoolLevel: 'primary' },
              S2: { inSchool: true, schoolLevel: 'lower-secondary' },
              S3: { inSchool: true, schoolLevel: 'upper-secondary' },
            },
          },
          { column: 'handicap', field: 'disabled', values: { H0: false, H1: true } },
          { column: 'orphelin', field: 'fatherlessOrphan', values: { O0: false, O1: true } },
        ],
      },
    },
  },
};
