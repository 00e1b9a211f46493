import { isValidIBAN } from 'ibantools';
import type { EventData } from '../../events/generated.js';

/**
 * What an account waits for before it is paid on: days since it was registered, and whose
 * verification.
 */
export type AccountHold = Required<Pick<EventData['AccountHoldSet'], 'days' | 'verification'>>;

/** Remainder by 97 of a decimal number of any length. */
function mod97(digits: string): number {
  let rest = 0;
  for (let i = 0; i < digits.length; i += 7) rest = Number(`${rest}${digits.slice(i, i + 7)}`) % 97;
  return rest;
}

const asDigits = (text: string): string =>
  text.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));

/**
 * An IBAN without spaces, in capitals: of a country in the IBAN registry, in that country's length
 * and form, with the right check digits (ISO 13616). Those are 02 to 98: 00, 01 and 99 would be a
 * second spelling of the same account. A Moroccan one has a RIB in it, with the key of its own.
 */
export const isIban = (text: string): boolean =>
  isValidIBAN(text) &&
  !/^[A-Z]{2}(00|01|99|[0-9]{2}0+$)/.test(text) &&
  (!text.startsWith('MA') || isRib(text.slice(4)));

/**
 * A Moroccan RIB: 24 digits, of which the last two are the key, 01 to 97, that makes the whole
 * divisible by 97. An account of zeros is what stands where there is none.
 */
export const isRib = (text: string): boolean =>
  /^(?!0{22})[0-9]{22}(?!00|98|99)[0-9]{2}$/.test(text) && mod97(text) === 0;

/**
 * An account at a bank as a bank wrote it, where it can be compared: one that is masked, or a
 * number of the bank's own, says nothing against ours. Whatever stands between its digits, and in
 * which script they are, is how it is written.
 */
export function wholeBankAccount(written: string | undefined): string | undefined {
  const account = bareAccount(written);
  return isIban(account) || isRib(account) ? account : undefined;
}

/** What stands in place of digits that are not shown: a mark, or letters or dots in a row. */
const MASK = /[*#?\u2022\u25cf\u2217\u2716\u00d7\u2026]|XX|__|\.\.|\u00b7\u00b7/u;

/**
 * An account as somebody wrote it that money went to, a wallet as it is known: whatever its check
 * digits are, it is that account and no other. One that is masked says none, nor do words.
 */
export function saidAccount(written: string | undefined): string | undefined {
  const bare = bareAccount(written);
  const wallet = walletSpellings(bare)?.[0];
  if (wallet !== undefined || isIban(bare) || isRib(bare)) return wallet ?? bare;
  const isMasked = MASK.test((written ?? '').normalize('NFKC').toUpperCase());
  return isMasked || !/[1-9]/.test(bare) ? undefined : bare;
}

/** A wallet, or an account with right check digits. */
export const isWholeAccount = (account: string): boolean =>
  isWallet(account) || isIban(account) || isRib(account);

/**
 * Whether what is written is our account or the part of it that a bank may write alone: without its
 * country, its key, or its bank and city; zeros before it are how it is written.
 */
export function isPartOfAccount(written: string, account: string): boolean {
  const bare = bareAccount(account);
  const inner = isIban(bare) ? bare.slice(4) : bare;
  const parts = isRib(inner)
    ? [ibanOfRib(inner), inner, inner.slice(0, 22), inner.slice(6), inner.slice(6, 22)]
    : [inner];
  const plain = (text: string): string => text.replace(/^0+/, '');
  return [bare, ...parts].some((part) => plain(part) === plain(written));
}

function bareAccount(written: string | undefined): string {
  const text = (written ?? '').normalize('NFKC').toUpperCase();
  const digits = text.replace(/\p{Nd}/gu, (digit) => String(digitOf(digit)));
  return digits.replace(/[^A-Z0-9+]/g, '').replace(/^(?:IBAN|RIB)/, '');
}

/** Decimal digits stand in tens, from 0 on, in every script. */
function digitOf(digit: string): number {
  const code = digit.codePointAt(0)!;
  let zero = code;
  while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return code - zero;
}

/**
 * A mobile wallet is addressed by its telephone number: with the country, or a Moroccan one as it
 * is dialled there, never with both the country and the 0.
 */
export const isWallet = (text: string): boolean =>
  /^(\+(?!212)[1-9][0-9]{7,14}|(\+212|0)[5-7][0-9]{8})$/.test(text);

/**
 * What stands for an account where there is none: a document shown at a counter, an operator's own
 * number. Fits Max34Text.
 */
const OTHER = /^[A-Za-z0-9+][A-Za-z0-9+/ ._-]{0,33}$/;

/**
 * Whether a payment message can name the account. Numbers are checked where they come in; older
 * ones may not have been.
 */
export function canBePaid(kind: 'iban' | 'rib' | 'wallet' | 'cash', number: string): boolean {
  if (kind === 'iban') return isIban(number);
  return kind === 'rib' ? isRib(number) : OTHER.test(number);
}

/** Completes bank (3), city (3) and account (16 digits) to a RIB. */
export function ribOf(bank: string, city: string, account: string): string {
  const body = `${bank}${city}${account}`;
  return `${body}${String(97 - mod97(`${body}00`)).padStart(2, '0')}`;
}

/** The Moroccan IBAN of a RIB. */
export const ibanOfRib = (rib: string): string =>
  `MA${String(98 - mod97(asDigits(`${rib}MA00`))).padStart(2, '0')}${rib}`;

/**
 * A telephone number with its country after `+`, or a Moroccan one in any way: as it is dialled, or
 * with `+212`, `00212` or `212`, and the 0 after that. The one that it is known by is first.
 */
function walletSpellings(bare: string): readonly [string, ...string[]] | undefined {
  const own = /^(?:(?:\+|00)?2120?|0)([5-7][0-9]{8})$/.exec(bare)?.[1];
  if (own !== undefined) return [`+212${own}`, `0${own}`, `00212${own}`, `212${own}`];
  const abroad = /^\+((?!212)[1-9][0-9]{7,14})$/.exec(bare)?.[1];
  return abroad === undefined ? undefined : ([bare, `00${abroad}`, abroad] as const);
}

/**
 * An account as it may have been written, whatever stands between its digits: a Moroccan IBAN is
 * its RIB, too, and a telephone number stands with `+`, `00` or neither before its country, and a
 * Moroccan one without it. The first is the one that it is known by. Other digits may be a
 * telephone abroad or a number of a bank's own: they are known by themselves, and found by either.
 */
export function accountSpellings(text: string): readonly string[] {
  const bare = bareAccount(text);
  const rib = bare.startsWith('MA') ? bare.slice(4) : bare;
  if (isRib(rib)) return [rib, ibanOfRib(rib)];
  if (isIban(bare)) return [bare];
  const wallet = walletSpellings(bare);
  if (wallet !== undefined) return wallet;
  const account = text.replace(/[\s.-]/g, '').toUpperCase();
  const abroad = walletSpellings(`+${bare.replace(/^00/, '')}`) ?? [];
  return [...new Set([account, ...abroad])];
}
