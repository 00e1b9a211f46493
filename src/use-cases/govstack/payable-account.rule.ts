import { isIban, isWallet } from '../../kernel/accounts.js';
import { DomainError } from '../../kernel/errors.js';
import { parseAmount } from '../../kernel/money.js';

/** Why nobody has an account: it may be written wrongly. */
export function whyUnknown(number: string): string {
  if (/^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,}$/.test(number) && !isIban(number))
    return 'The check digits of the IBAN are wrong.';
  if (/^\+/.test(number) && !isWallet(number)) return 'The telephone number is wrong.';
  return 'No beneficiary has this account.';
}

/** Why an amount cannot be paid; undefined where it can, or where none is said. */
export function wrongAmount(
  amount: number | undefined,
  currency: string | undefined,
): string | undefined {
  if (amount === undefined) return undefined;
  if (currency === undefined) return 'An amount has a currency.';
  try {
    return parseAmount(String(amount), currency) > 0n ? undefined : 'The amount is zero.';
  } catch (error) {
    if (error instanceof DomainError) return error.detail;
    throw error;
  }
}
