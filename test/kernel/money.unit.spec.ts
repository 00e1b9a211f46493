import { describe, expect, test } from '@jest/globals';
import { formatAmount, isCurrency, parseAmount, scaleOf } from '../../src/kernel/money.js';
import { codeOf } from '../use-cases/refusal-code.js';

/**
 * List one of 2026-01-01, each code with its minor unit, without funds, metals, units of account
 * and codes for tests.
 */
const LIST_ONE = `
  AED2 AFN2 ALL2 AMD2 AOA2 ARS2 AUD2 AWG2 AZN2 BAM2 BBD2 BDT2 BHD3 BIF0 BMD2 BND2 BOB2 BRL2 BSD2
  BTN2 BWP2 BYN2 BZD2 CAD2 CDF2 CHF2 CLP0 CNY2 COP2 CRC2 CUP2 CVE2 CZK2 DJF0 DKK2 DOP2 DZD2 EGP2
  ERN2 ETB2 EUR2 FJD2 FKP2 GBP2 GEL2 GHS2 GIP2 GMD2 GNF0 GTQ2 GYD2 HKD2 HNL2 HTG2 HUF2 IDR2 ILS2
  INR2 IQD3 IRR2 ISK0 JMD2 JOD3 JPY0 KES2 KGS2 KHR2 KMF0 KPW2 KRW0 KWD3 KYD2 KZT2 LAK2 LBP2 LKR2
  LRD2 LSL2 LYD3 MAD2 MDL2 MGA2 MKD2 MMK2 MNT2 MOP2 MRU2 MUR2 MVR2 MWK2 MXN2 MYR2 MZN2 NAD2 NGN2
  NIO2 NOK2 NPR2 NZD2 OMR3 PAB2 PEN2 PGK2 PHP2 PKR2 PLN2 PYG0 QAR2 RON2 RSD2 RUB2 RWF0 SAR2 SBD2
  SCR2 SDG2 SEK2 SGD2 SHP2 SLE2 SOS2 SRD2 SSP2 STN2 SVC2 SYP2 SZL2 THB2 TJS2 TMT2 TND3 TOP2 TRY2
  TTD2 TWD2 TZS2 UAH2 UGX0 USD2 UYU2 UZS2 VED2 VES2 VND0 VUV0 WST2 XAF0 XCD2 XCG2 XOF0 XPF0 YER2
  ZAR2 ZMW2 ZWG2`;
const LETTERS = Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZ');

describe('currencies of ISO 4217', () => {
  test.each([
    ['0', 0, ['XOF', 'XAF', 'KMF', 'DJF', 'RWF', 'UGX', 'GNF', 'BIF', 'JPY', 'VND', 'CLP', 'PYG']],
    ['2', 2, ['MAD', 'KES', 'ETB', 'UAH', 'NGN', 'BRL', 'GHS', 'MRU', 'MGA', 'INR', 'PHP', 'SLE']],
    ['3', 3, ['TND', 'JOD', 'KWD', 'LYD', 'IQD', 'BHD', 'OMR']],
  ] as const)('have their own decimals: %s', (_, scale, codes) => {
    for (const code of codes) expect([code, scaleOf(code)]).toEqual([code, scale]);
  });
  test('are the whole of list one with its decimals, and no other three letters', () => {
    const known = LETTERS.flatMap((a) => LETTERS.flatMap((b) => LETTERS.map((c) => a + b + c)))
      .filter(isCurrency)
      .map((code) => `${code}${scaleOf(code)}`);
    expect(known).toEqual(LIST_ONE.trim().split(/\s+/));
  });
  test('are those that this platform knows as tender today, and no other', () => {
    const known = Intl.supportedValuesOf('currency').filter((code) => {
      try {
        return scaleOf(code) >= 0;
      } catch {
        return false;
      }
    });
    expect(known.length).toBeGreaterThan(145);
  });
  test.each(['DEM', 'FRF', 'HRK', 'ZWL', 'CLF', 'XAU', 'XDR', 'XXX', 'XTS', 'mad', 'toString', ''])(
    'are not %j',
    async (code) => {
      expect(await codeOf((async () => scaleOf(code))())).toBe('UNKNOWN_CURRENCY');
    },
  );
  test('are read and written with their decimals', async () => {
    expect(parseAmount('1500.25', 'KES')).toBe(150_025n);
    expect(parseAmount('1500', 'UGX')).toBe(1_500n);
    expect(formatAmount(1_500n, 'LYD')).toBe('1.500');
    expect(await codeOf((async () => parseAmount('1.5', 'RWF'))())).toBe('INVALID_AMOUNT');
  });
});
