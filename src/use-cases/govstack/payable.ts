import { isIban, isWallet } from '../../kernel/accounts.js';
import { DomainError } from '../../kernel/errors.js';
import { parseAmount } from '../../kernel/money.js';
import { accountsInUse } from './beneficiaries.js';
import type { Deps } from '../../write-side/context.js';

/** An account that somebody asks about before it is paid. */
export interface QueriedAccount {
  readonly financialAddress: string;
  readonly amount?: number;
  readonly currency?: string;
}
export interface Unpayable {
  readonly index: number;
  readonly reason: string;
}

/**
 * Which of these accounts Sanad would not pay on: those that are misspelt, those that no person who
 * is registered here has, and those that are asked about with an amount that cannot be paid. Reads
 * the persons, so it may take a while.
 */
export async function unpayable(
  deps: Deps,
  accounts: readonly QueriedAccount[],
): Promise<readonly Unpayable[]> {
  const numbers = accounts.map(({ financialAddress }) =>
    financialAddress.replace(/[\s.-]/g, '').toUpperCase(),
  );
  const known = await accountsInUse(deps, numbers);
  return accounts.flatMap(({ amount, currency }, index): Unpayable[] => {
    const number = numbers[index]!;
    const reason = known.has(number) ? wrongAmount(amount, currency) : whyUnknown(number);
    return reason === undefined ? [] : [{ index, reason }];
  });
}

/** Why nobody has an account: it may be written wrongly. */
function whyUnknown(number: string): string {
  if (/^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,}$/.test(number) && !isIban(number))
    return 'The check digits of the IBAN are wrong.';
  if (/^\+/.test(number) && !isWallet(number)) return 'The telephone number is wrong.';
  return 'No beneficiary has this account.';
}

function wrongAmount(amount: number | undefined, currency: string | undefined): string | undefined {
  if (amount === undefined) return undefined;
  if (currency === undefined) return 'An amount has a currency.';
  try {
    return parseAmount(String(amount), currency) > 0n ? undefined : 'The amount is zero.';
  } catch (error) {
    if (error instanceof DomainError) return error.detail;
    throw error;
  }
}
