import { describe, expect, test } from '@jest/globals';
import { formatAmount, parseAmount, scaleOf } from '../../src/kernel/money.js';
import { codeOf } from '../use-cases/refusal-code.js';

describe('currencies of ISO 4217', () => {
  test.each([
    ['0', 0, ['XOF', 'XAF', 'KMF', 'DJF', 'RWF', 'UGX', 'GNF', 'BIF', 'JPY', 'VND', 'CLP', 'PYG']],
    ['2', 2, ['MAD', 'KES', 'ETB', 'UAH', 'NGN', 'BRL', 'GHS', 'MRU', 'MGA', 'INR', 'PHP', 'SLE']],
    ['3', 3, ['TND', 'JOD', 'KWD', 'LYD', 'IQD', 'BHD', 'OMR']],
  ] as const)('have their own decimals: %s', (_, scale, codes) => {
    for (const code of codes) expect([code, scaleOf(code)]).toEqual([code, scale]);
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
