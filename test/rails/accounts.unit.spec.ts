import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  accountSpellings,
  ibanOfRib,
  isIban,
  isRib,
  isWallet,
  ribOf,
  isPartOfAccount,
  saidAccount,
} from '../../src/kernel/accounts.js';

const digits = (n: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: n, maxLength: n }).map((d) => d.join(''));

describe('account numbers', () => {
  it.each([
    'GB29NWBK60161331926819',
    'DE89370400440532013000',
    'MA64011519000001205000534921',
    'FR1420041010050500013M02606',
  ])('takes the published example %s', (iban) => {
    expect(isIban(iban)).toBe(true);
  });

  it.each([
    '',
    'MA',
    'GB29NWBK60161331926818',
    'gb29nwbk60161331926819',
    'GB29 NWBK 6016 1331 9268 19',
    'MA64011519000001205000534921'.repeat(2),
  ])('refuses %p as an IBAN', (text) => {
    expect(isIban(text)).toBe(false);
  });

  /** What ISO 7064 alone would take: right check digits before any text. */
  const withCheckDigits = (country: string, rest: string): string => {
    const digits = `${rest}${country}00`.replace(/[A-Z]/g, (letter) =>
      String(letter.charCodeAt(0) - 55),
    );
    return `${country}${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${rest}`;
  };

  it.each([
    ['14 characters for Morocco, which has 28', withCheckDigits('MA', '0115190000')],
    ['a country that is none', withCheckDigits('QQ', '011519000001205000534921')],
    ['letters in a Moroccan account', withCheckDigits('MA', 'A11519000001205000534921')],
    ['a country without IBANs', withCheckDigits('US', '011519000001205000534921')],
  ])('refuses %s, whatever the check digits', (_, iban) => {
    expect(isIban(withCheckDigits('MA', '011519000001205000534921'))).toBe(true);
    expect(isIban(iban)).toBe(false);
  });

  it('is written in one way: with the check digits that are given, and no others that fit', () => {
    const body = '0077800001234567890123';
    const keys = Array.from({ length: 100 }, (_, key) => String(key).padStart(2, '0'));
    const spellings = (bodyOfRib: string): readonly string[] =>
      keys.map((key) => `${bodyOfRib}${key}`).filter(isRib);
    for (let n = 0; n < 97; n += 1) {
      const one = String(BigInt(body) + BigInt(n)).padStart(22, '0');
      expect(spellings(one)).toEqual([ribOf(one.slice(0, 3), one.slice(3, 6), one.slice(6))]);
      const [rib] = spellings(one);
      expect(keys.map((key) => `MA${key}${rib}`).filter(isIban)).toEqual([ibanOfRib(rib!)]);
      const ibans = keys.map((key) => withCheckDigits('MA', `${one}${key}`));
      expect(ibans.filter(isIban)).toEqual([ibanOfRib(rib!)]);
    }
  });

  it.each([ribOf('000', '000', '0'.repeat(16)), '0'.repeat(24)])(
    'is no account where there are zeros only: %s',
    (zeros) => {
      expect(isRib(zeros)).toBe(false);
      expect(isIban(withCheckDigits('MA', '0'.repeat(24)))).toBe(false);
    },
  );

  it('completes any bank, city and account to a RIB and an IBAN, and notices any one digit changed', () => {
    fc.assert(
      fc.property(
        digits(3),
        digits(3),
        digits(16),
        fc.nat(23),
        fc.integer({ min: 1, max: 9 }),
        (bank, city, account, at, by) => {
          const rib = ribOf(bank, city, account);
          expect(isRib(rib)).toBe(true);
          expect(isIban(ibanOfRib(rib))).toBe(true);
          const changed =
            rib.slice(0, at) + String((Number(rib[at]) + by) % 10) + rib.slice(at + 1);
          expect(isRib(changed)).toBe(false);
          expect(isIban(`${ibanOfRib(rib).slice(0, 4)}${changed}`)).toBe(false);
        },
      ),
    );
  });

  it('takes a wallet by its telephone number', () => {
    expect(['+212612345678', '0612345678'].every(isWallet)).toBe(true);
    expect(isWallet('+33612345678')).toBe(true);
    for (const text of ['', '212612345678', '+0612345678', '06123', '0112345678'])
      expect([text, isWallet(text)]).toEqual([text, false]);
    // The same telephone in a spelling that nobody dials, or none.
    for (const text of ['+2120612345678', '+21261234567', '+2126123456789', '+212112345678'])
      expect([text, isWallet(text)]).toEqual([text, false]);
  });
});

describe('one account', () => {
  const rib = ribOf('007', '780', '0001234567890123');
  const known = (text: string): unknown => accountSpellings(text)[0];

  it.each([
    ...['+212612345678', '00212612345678', '212612345678', '0612345678', '+2120612345678'],
    ...['+212 6 12 34 56 78', '00 212 612-345678', '(+212) 612 345 678', '+212 (0)6.12.34.56.78'],
    ...['06\u00a012\u202f34\u00a056\u202f78', '06/12/34/56/78', '06_12_34_56_78', '٠٦١٢٣٤٥٦٧٨'],
    ...['٠٠٢١٢ ٦١٢ ٣٤٥٦٧٨', '+２１２６１２３４５６７８'],
  ])('is a wallet, as %s', (written) => {
    expect(known(written)).toBe('+212612345678');
    expect(saidAccount(written)).toBe('+212612345678');
    for (const spelled of ['+212612345678', '0612345678', '00212612345678', '212612345678'])
      expect(accountSpellings(written)).toContain(spelled);
  });

  it('is a wallet abroad with a plus; without one it may be, and is known by itself', () => {
    const wallet = '+33612345678';
    for (const written of [wallet, '+33 6 12-34-56-78', '(+33) 612345678']) {
      expect([known(written), saidAccount(written)]).toEqual([wallet, wallet]);
      expect(accountSpellings(written)).toEqual([wallet, '0033612345678', '33612345678']);
    }
    for (const written of ['33612345678', '0033612345678']) {
      expect([known(written), saidAccount(written)]).toEqual([written, written]);
      expect(accountSpellings(written)).toContain(wallet);
    }
    expect(accountSpellings('0033/612 345 678')).toContain(wallet);
  });

  it.each(['0512', '021261234567', '2126123456789', '2120112345678', '002125', '+212112345678'])(
    'is none of a telephone of Morocco, as %s',
    (written) => {
      expect(known(written)).toBe(written);
      expect(saidAccount(written)).toBe(written);
    },
  );

  it.each([
    ...[undefined, '', 'NOTPROVIDED', 'COMPTE CLIENT', '0000000000', '-', 'XXXXXXXXXXXX0109'],
    ...['MA64XXXXXXXXXXXXXXXXXXXX0109', '007 780 **** 0123', '####0123', '••••0123', '007…123'],
  ])('is none that is said where it is masked or no number, as %s', (written) => {
    expect(saidAccount(written)).toBeUndefined();
  });

  it('is said by its part, and with zeros before it, and by no other number', () => {
    const iban = ibanOfRib(rib);
    const own = [iban, rib, rib.slice(0, 22), rib.slice(6), '0001234567890123', '1234567890123'];
    for (const account of [rib, iban])
      for (const written of own) {
        expect([written, isPartOfAccount(written, account)]).toEqual([written, true]);
        expect(isPartOfAccount(`000${written}`, account)).toBe(true);
        expect(isPartOfAccount(`${written}9`, account)).toBe(false);
      }
    const french = 'FR1420041010050500013M02606';
    expect(isPartOfAccount(french.slice(4), french)).toBe(true);
    expect(isPartOfAccount('999999', rib)).toBe(false);
  });

  it('is a RIB or an IBAN, whatever parts its groups', () => {
    for (const mark of ['', ' ', '-', '/', '_', '\u00a0', '\u2013']) {
      const apart = (text: string): string => text.replace(/(.{4})(?=.)/g, `$1${mark}`);
      for (const written of [rib, ibanOfRib(rib), ibanOfRib(rib).toLowerCase()])
        expect(accountSpellings(apart(written))).toEqual([rib, ibanOfRib(rib)]);
      expect(accountSpellings(apart('DE89370400440532013000'))).toEqual(['DE89370400440532013000']);
    }
  });

  it('is what a bank or an operator calls it, where it is neither', () => {
    expect(accountSpellings('ab/1 2_3.4')).toEqual(['AB/12_34']);
    expect(accountSpellings('1234')).toEqual(['1234']);
  });
});
