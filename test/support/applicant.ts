import { ribOf } from '../../src/kernel/accounts.js';

/** What a household of one young child tells. */
export const facts = {
  scoreMicro: 8_000_000,
  coveredByOtherScheme: false,
  children: [
    {
      birthMonth: '2020-03',
      inSchool: false,
      schoolLevel: 'none',
      disabled: false,
      fatherlessOrphan: false,
    },
  ],
};
/** An account number with right check digits, another for each n. */
export const ribNumber = (n: number): string => ribOf('007', '810', String(n).padStart(16, '0'));
