import { describe, expect, it } from '@jest/globals';
import { inWords, reasonCodes, reasonTexts } from '../../src/kernel/reasons.js';

describe('reason codes in words', () => {
  it('have a text in each of the three languages, in its own script', () => {
    expect(reasonCodes.length).toBeGreaterThan(80);
    expect(new Set(reasonCodes).size).toBe(reasonCodes.length);
    for (const code of reasonCodes) {
      expect(code).toMatch(/^[A-Z0-9]{4}$/);
      const { fr, ar, en } = reasonTexts(code)!;
      expect([
        code,
        /^[\p{Script=Latin}\p{P}\s]+$/u.test(fr),
        /^[\p{Script=Latin}\p{P}\s]+$/u.test(en),
        /^[\p{Script=Arabic}\p{P}\s]+$/u.test(ar),
      ]).toEqual([code, true, true, true]);
    }
  });
  it('say nothing where only the bank can', () => {
    expect(inWords('ZZ99')).toEqual({});
    expect(inWords('AC04').reasonTexts).toEqual({
      fr: 'Compte clos',
      ar: 'الحساب مغلق',
      en: 'The account is closed',
    });
  });
});
