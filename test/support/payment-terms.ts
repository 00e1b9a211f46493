import { asdProgramme } from '../../src/eligibility/reference/asd.js';

/** Terms of one paying account, as a person writes them in a file or a request. */
export const termsOf = (account: object = {}, more: object = {}) => ({
  ...more,
  accounts: [
    {
      accountId: 'A',
      name: 'Agence',
      bic: 'BCMAMAMC',
      kind: 'iban',
      number: asdProgramme.debtor.iban,
      format: 'pain.001.001.09',
      characters: 'latin',
      maxPerFile: 1_000,
      ...account,
    },
  ],
});
