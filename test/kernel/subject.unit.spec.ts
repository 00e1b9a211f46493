import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  foldSubject,
  isCallersSubject,
  isOneOf,
  isSamePerson,
  isSubject,
} from '../../src/kernel/subject.js';

describe('the person behind a subject', () => {
  test.each([
    ['in another case', 'A.B'],
    ['partly in another case', 'A.b'],
    ['in wide letters', 'ａ．ｂ'],
    ['with a space', ' a.b '],
    ['with a no-break space', 'a.\u00a0b'],
    ['with a zero-width space', 'a\u200b.b'],
    ['with a soft hyphen', 'a\u00ad.b'],
    ['with a mark of direction', '\u202ea.b'],
  ])('is the same %s', (_, spelled) => {
    expect(foldSubject(spelled)).toBe('a.b');
    expect(isSamePerson('a.b', spelled)).toBe(true);
    expect(isOneOf(['x', spelled], 'A.B')).toBe(true);
  });
  test.each([
    ['straße', 'STRASSE'],
    ['ὀδυσσεύς', 'ὈΔΥΣΣΕΎΣ'],
    ['ﬁlali', 'FILALI'],
    ['Kelvin', 'kelvin'],
  ])('is the same for %s and %s', (one, other) => {
    expect(isSamePerson(one, other)).toBe(true);
  });
  test('is another for another account', () => {
    expect(isSamePerson('a.b', 'a.c')).toBe(false);
    expect(isSamePerson('auth0|1', 'auth0|2')).toBe(false);
    expect(isOneOf([], 'a')).toBe(false);
  });
  test('folds once: folding again changes nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(foldSubject(foldSubject(text))).toBe(foldSubject(text));
      }),
    );
  });
});

describe('the name of an account', () => {
  test.each(['f.elfassi', 'A.B', 'auth0|5f7', 'urn:x/y@z', '0', 'a'.repeat(128)])(
    'is %s',
    (subject) => {
      expect(isCallersSubject(subject)).toBe(true);
    },
  );
  test.each([
    ['empty', ''],
    ['too long', 'a'.repeat(129)],
    ['with a space', 'a b'],
    ['with a letter of another script', 'а.b'],
    ['with an accent', 'é.b'],
    ['in wide letters', 'ａ.b'],
    ['with an invisible character', 'a\u200bb'],
    ['ending in a line break', 'a.b\n'],
    ['beginning with a sign', '.a'],
  ])('is none that is %s', (_, subject) => {
    expect(isSubject(subject)).toBe(false);
    expect(isCallersSubject(subject)).toBe(false);
  });
  test.each(['automation', 'Automation', 'AUTOMATION', 'bank-folder', 'Outcomes-Topic'])(
    "of nobody who calls is the engine's own %s",
    (subject) => {
      expect(isSubject(subject)).toBe(true);
      expect(isCallersSubject(subject)).toBe(false);
    },
  );
});
