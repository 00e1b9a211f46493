import { DomainError } from './errors.js';

/**
 * ISO 4217, list one, as of 2026-01-01: the currencies in use by how many decimals they have. Funds
 * (CLF), metals (XAU), units of account (XDR) and what was withdrawn are left out: nobody is paid
 * in them. What is not here is refused, never guessed.
 */
const BY_SCALE: readonly (readonly [number, string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [
    2,
    `
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN
    BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP
    GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD
    KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN
    NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG
    SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
    USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
    `,
  ],
];
const SCALES: ReadonlyMap<string, number> = new Map(
  BY_SCALE.flatMap(([scale, codes]) =>
    codes
      .trim()
      .split(/\s+/)
      .map((code) => [code, scale] as const),
  ),
);

/** The most that an amount in an event is: 18 digits of minor units. */
export const MOST_MINOR = 999_999_999_999_999_999n;

export const isCurrency = (code: string): boolean => SCALES.has(code);

/** @throws DomainError UNKNOWN_CURRENCY */
export function scaleOf(currency: string): number {
  const scale = SCALES.get(currency);
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
