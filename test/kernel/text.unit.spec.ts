import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEBTOR } from '../rails/pain001.fixtures.js';
import { transfer } from '../../src/adapters/payment-rail/iso20022/pain001.js';
import {
  faultOfName,
  faultOfText,
  firstOf,
  lastOf,
  MAX_NAME,
  quotable,
  tidyName,
} from '../../src/kernel/text.js';

const UNFIT: readonly (readonly [string, string])[] = [
  ['a lone half of a character', '\udc00'],
  ['a control', 'Ali\u0007'],
  ['a control of the second set', 'Ali\u0085'],
  ['a mark that turns the direction of writing', '\u202e'],
  ['an isolate', 'Ali \u2066Ben'],
  ['a right-to-left mark', 'علي\u200f'],
  ['a noncharacter', 'Ali\ufffe'],
  ['a noncharacter of another plane', 'Ali\u{1fffe}'],
  ['a private character', 'Ali\ue000'],
  ['a tag', 'Ali\u{e0041}'],
  ['a character that was lost in a conversion', 'Jos\ufffd'],
  ['a line separator', 'Ali\u2028Ben'],
];
const UNSEEN: readonly (readonly [string, string])[] = [
  ['spaces', '   '],
  ['no-break spaces', '\u00a0\u2003'],
  ['joiners', '\u200d\u200c'],
  ["Hangul's filler", '\u3164'],
  ["Braille's blank", '\u2800'],
  ['a mark without a letter', '\u0301'],
  ['soft hyphens', '\u00ad'],
];

describe('a text', () => {
  test.each([...UNFIT, ...UNSEEN])('is refused with %s', (_, text) => {
    expect(faultOfText(text, 'one')).toEqual(expect.any(String));
    expect(faultOfText(text)).toEqual(expect.any(String));
    expect(faultOfName(text)).toEqual(expect.any(String));
  });
  test('has lines where it may have them, on any machine', () => {
    expect(faultOfText('one\r\ntwo\tthree')).toBeUndefined();
    expect(faultOfText('one\ntwo', 'one')).toEqual(expect.any(String));
    expect(faultOfText('')).toBeUndefined();
  });
});

describe('a text that a message of ours repeats', () => {
  test.each(UNFIT)('has no %s in it', (_kind, text) => {
    const quoted = quotable(text);
    expect(faultOfText(quoted, 'one')).toBeUndefined();
    expect(quoted).toMatch(/\\u\{[0-9a-f]{1,5}\}/);
  });
  test('is on one line, and short', () => {
    expect(quotable('a\r\nb')).toBe('a\\u{d}\\u{a}b');
    expect(quotable('قم بالدفع')).toBe('قم بالدفع');
    expect(quotable('é'.repeat(100))).toBe('é'.repeat(100));
    expect(quotable('😀'.repeat(101))).toBe(`${'😀'.repeat(100)}…`);
  });
});

describe('a name', () => {
  test.each([
    'Ali',
    "N'Guyen-Smith",
    'فاطمة الزهراء',
    'ⴼⴰⵟⵉⵎⴰ',
    '王小明',
    'José',
    'می\u200cخواهم',
    '𞤀𞤣',
  ])('is %s', (name) => {
    expect(faultOfName(name)).toBeUndefined();
  });
  test('has a letter or a digit', () => {
    expect(faultOfName('---')).toEqual(expect.any(String));
    expect(faultOfName('🙂')).toEqual(expect.any(String));
  });
  test('is as long as a message takes, also once it is in Latin letters', () => {
    expect(faultOfName('a'.repeat(MAX_NAME))).toBeUndefined();
    expect(faultOfName('a'.repeat(MAX_NAME + 1))).toEqual(expect.any(String));
    expect(faultOfName('خ'.repeat(80))).toEqual(expect.any(String));
  });
  test('that is taken can be written, whatever it is', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), (text) => {
        const name = tidyName(text);
        if (faultOfName(name) !== undefined) return;
        taken += 1;
        for (const characters of ['unicode', 'latin'] as const) {
          const written = transfer(
            {
              paymentId: 'asd-2025-12-6b0e5c4e-6c2c-4a3d-9a58-1a5fbb4ae001',
              attempt: 1,
              endToEndId: 'e2e',
              amountMinor: 50_000n,
              currency: 'MAD',
              payee: { name, kind: 'wallet', account: '0612345678' },
              remittance: '',
            },
            { debtor: DEBTOR, currency: 'MAD', characters },
          );
          expect(written).toMatch(/<Nm>.+<\/Nm>/u);
        }
      }),
      { numRuns: 2_000, seed: 7 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

test('a text is cut between characters', () => {
  expect([firstOf('abc😀d', 4), firstOf('abc😀d', 5), firstOf('abc', 5)]).toEqual([
    'abc',
    'abc😀',
    'abc',
  ]);
  expect([lastOf('a😀bcd', 4), lastOf('a😀bcd', 5), lastOf('abc', 5)]).toEqual([
    'bcd',
    '😀bcd',
    'abc',
  ]);
});
