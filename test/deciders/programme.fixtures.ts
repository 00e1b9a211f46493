import { asdProgramme, asdVersions } from '../../src/eligibility/reference/asd.js';

export const account = {
  accountId: 'POSTE',
  name: 'Trésorerie fictive',
  bic: 'SNADMAMR',
  kind: 'iban' as const,
  number: asdProgramme.debtor.iban,
  format: 'pain.001.001.03' as const,
  characters: 'latin' as const,
  maxPerFile: 50_000,
};
export const terms = {
  programmeId: 'asd',
  remittance: 'Aide {period}',
  accounts: [
    account,
    { ...account, accountId: 'SUD', kind: 'rib' as const, number: '011519000001205000534921' },
  ],
};

type Version = (typeof asdVersions)[0] & object;
export const [v1, v2, v3] = asdVersions as [Version, Version, Version];
