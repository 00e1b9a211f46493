/** A child as the columns of `enfants` write it. */
export interface GeneratedChild {
  naissance: string;
  scolarite: string;
  handicap: string;
  orphelin: string;
}

/**
 * A household in the columns of an administration's own file. All text, as a spreadsheet would
 * export it.
 */
export interface GeneratedHousehold {
  reference: string;
  cin: string;
  nom: string;
  prenom: string;
  nom_arabe: string;
  telephone: string;
  region: string;
  /** dd/mm/yyyy */
  date_demande: string;
  /** Decimal comma, six places. */
  score_rsu: string;
  /** oui or non */
  autre_regime: string;
  /** RIB, IBAN, portefeuille or especes */
  compte_type: string;
  compte: string;
  enfants: GeneratedChild[];
}

export const COLUMNS = [
  'reference',
  'cin',
  'nom',
  'prenom',
  'nom_arabe',
  'telephone',
  'region',
  'date_demande',
  'score_rsu',
  'autre_regime',
  'compte_type',
  'compte',
  'enfants',
] as const satisfies readonly (keyof GeneratedHousehold)[];
