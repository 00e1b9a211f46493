import { holds } from './target.js';

/** ISO 4217, list one; decided here anew, so that the engine's own table is held against it. */
const DECIMALS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(['MAD', 'EUR', 'USD', 'GBP', 'CHF', 'XCD', 'EGP'].map((code) => [code, 2])),
  ...Object.fromEntries(['JPY', 'XOF', 'XAF', 'KRW', 'CLP'].map((code) => [code, 0])),
  ...Object.fromEntries(['TND', 'BHD', 'KWD', 'JOD', 'OMR', 'IQD', 'LYD'].map((code) => [code, 3])),
};

/**
 * What a decimal text comes to in units of 10^-scale, digit by digit; undefined where it is no
 * plain decimal that is not negative, or has more decimals than that.
 */
export function unitsOf(text: string, scale: number): bigint | undefined {
  let units = 0n;
  let decimals: number | undefined;
  let digits = 0;
  for (const [at, character] of [...text].entries()) {
    if (at === 0 && character === '+') continue;
    if (character === '.' && decimals === undefined) {
      decimals = 0;
      continue;
    }
    if (character < '0' || character > '9') return undefined;
    digits += 1;
    if (decimals !== undefined && decimals >= scale) {
      if (character !== '0') return undefined;
      continue;
    }
    units = units * 10n + BigInt(character);
    if (decimals !== undefined) decimals += 1;
  }
  return digits === 0 ? undefined : units * 10n ** BigInt(scale - (decimals ?? 0));
}

/** Minor units that the engine read are those that the text has, in whatever currency. */
export function requireSameAmount(text: string, currency: string, amountMinor: string): void {
  const scale = DECIMALS[currency];
  const scales = scale === undefined ? [0, 2, 3, 4] : [scale];
  const possible = scales.map((decimals) => unitsOf(text, decimals));
  holds(/^\d+$/.test(amountMinor), `${amountMinor} is no number of minor units`);
  holds(
    possible.some((units) => units === BigInt(amountMinor)),
    `${text} ${currency} was read as ${amountMinor}`,
  );
}
