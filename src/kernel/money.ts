import { DomainError } from './errors.js';

/**
 * ISO 4217 minor-unit scales of the currencies that aid is paid in here; another currency is
 * refused, never guessed.
 */
const SCALES: Readonly<Record<string, number>> = {
  MAD: 2,
  EUR: 2,
  USD: 2,
  XOF: 0,
  XAF: 0,
  TND: 3,
  MRU: 2,
  DZD: 2,
  EGP: 2,
  JOD: 3,
  KWD: 3,
  GBP: 2,
  CHF: 2,
  JPY: 0,
};

/** @throws DomainError UNKNOWN_CURRENCY */
export function scaleOf(currency: string): number {
  const scale = Object.hasOwn(SCALES, currency) ? SCALES[currency] : undefined;
  if (scale === undefined)
    throw new DomainError(
      'UNKNOWN_CURRENCY',
      `${JSON.stringify(currency)} is not a currency that Sanad knows.`,
      'invalid',
      'currency',
    );
  return scale;
}

/**
 * Decimal string in major units ("500.00") to minor units (50000n).
 * @throws DomainError INVALID_AMOUNT for a sign, an exponent, more decimals than the currency has,
 *   or over 18 digits
 */
export function parseAmount(text: string, currency: string, field = 'amount'): bigint {
  const scale = scaleOf(currency);
  const match =
    typeof text === 'string' ? /^(0|[1-9][0-9]{0,14})(?:\.([0-9]+))?$/.exec(text) : null;
  if (!match)
    throw new DomainError(
      'INVALID_AMOUNT',
      `${field} must be a decimal string such as "500.00": not negative, no exponent, no separators.`,
      'invalid',
      field,
    );
  const decimals = match[2] ?? '';
  if (decimals.length > scale)
    throw new DomainError(
      'INVALID_AMOUNT',
      `${field} has ${decimals.length} decimals; ${currency} has ${scale}.`,
      'invalid',
      field,
    );
  return BigInt(match[1]! + decimals.padEnd(scale, '0'));
}

/** xs:decimal, with the sign and the zeros that it allows. */
const DECIMAL = /^\+?0*(?:(\d+)(?:\.(\d*))?|\.(\d+))$/;

/**
 * A decimal number as the kernel's amounts are written: no sign, no zeros that say nothing, no bare
 * point.
 * Undefined where it is none, or negative.
 */
export function plainDecimal(text: string): string | undefined {
  const match = DECIMAL.exec(text);
  if (!match) return undefined;
  const whole = match[1]?.replace(/^0+(?=\d)/, '') ?? '0';
  const decimals = (match[2] ?? match[3] ?? '').replace(/0+$/, '');
  return decimals === '' ? whole : `${whole}.${decimals}`;
}

/** Minor units to a decimal string in major units, with all decimals of the currency. */
export function formatAmount(minor: bigint | string, currency: string): string {
  const value = BigInt(minor);
  const scale = scaleOf(currency);
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const sign = value < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Minor units as events carry them to bigint. */
export const minor = (text: string): bigint => BigInt(text);

export function sum(amounts: Iterable<bigint>): bigint {
  let total = 0n;
  for (const amount of amounts) total += amount;
  return total;
}
