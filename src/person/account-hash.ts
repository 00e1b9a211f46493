import type { Vault } from '../adapters/vault/port.js';
import { accountSpellings } from '../kernel/accounts.js';

type Hashing = Pick<Vault, 'keyedHash'>;

/**
 * What events hold of an account's number: the same for whoever gives it, in any of its spellings.
 */
export const hashOfAccount = (vault: Hashing, number: string): string =>
  vault.keyedHash('account', accountSpellings(number)[0]!);

/**
 * Each hash under which events may hold an account, the one that is written today first: they were
 * of the number as it was spelled.
 */
export const hashesOfAccount = (vault: Hashing, number: string): ReadonlySet<string> =>
  new Set(
    [...accountSpellings(number), number].map((spelling) => vault.keyedHash('account', spelling)),
  );
