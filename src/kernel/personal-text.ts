import { isIban, isRib } from './accounts.js';
import { DomainError } from './errors.js';
import { faultOfText } from './text.js';

/**
 * What may stand between two groups of one number: whatever is neither letter nor digit, but for
 * what sums and amounts have, and for a comma or colon with a space, which part two numbers.
 */
const JOINT = String.raw`(?:[,;:]|[^\p{L}\p{N}\p{M}\p{Sc},;:+=%]{1,3})`;
/** The same between letters and their digits, where a colon introduces and a comma parts. */
const AFTER_LETTERS = String.raw`(?:[,;]|[^\p{L}\p{N}\p{M},;]{1,3})`;
/** One letter and a bracket numbers a list. */
const LETTERS = String.raw`(?<![\p{L}\p{N}])([A-Z]{2}|[A-Z](?!\)))${AFTER_LETTERS}?`;
/** A Moroccan identity card: one or two letters and five to seven digits. */
const CARD = new RegExp(String.raw`${LETTERS}[0-9]{5,7}(?![\p{L}\p{N}])`, 'iu');
/** Its digits in groups that are parted alike; its letters are capitals then. */
const PART = String.raw`[^\p{L}\p{N}\p{M}\p{Sc},;:+=%]`;
const CARD_IN_GROUPS = new RegExp(
  String.raw`${LETTERS}(?=[0-9](?:${PART}?[0-9]){4,6}(?!,?[0-9]|${PART}[0-9]|\p{L}))` +
    String.raw`[0-9]{2,4}(${PART})[0-9]{2,4}(?:\2[0-9]{2,4})?(?!${PART}?[0-9])`,
  'gu',
);
/** A Moroccan telephone number as it is dialled, or with its country; or one of any country. */
const TELEPHONE = new RegExp(
  [
    String.raw`(?<!\p{N})0(?:(?![.,:])${JOINT})?[5-7](?:${JOINT}?[0-9]){8}(?!\p{N})`,
    String.raw`(?<!\p{N})212${JOINT}?[5-7](?:${JOINT}?[0-9]){8}(?!\p{N})`,
    String.raw`(?<!\p{N})\+[ (]{0,2}[1-9](?:${JOINT}?[0-9]){9,14}(?!\p{N})`,
    String.raw`(?<!\p{N})00[1-9][0-9]{9,14}(?!\p{N})`,
    String.raw`(?<![\p{L}\p{N}]|\p{N}[.,])00${JOINT}?[1-9](?:${JOINT}?[0-9]){9,14}(?!\p{N})`,
  ].join('|'),
  'u',
);
/** Each in a look ahead, so that what begins before a number does not hide it. */
const IBAN = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?=([A-Z]{2}${JOINT}?[0-9]{2}(?:${JOINT}?[A-Z0-9]){11,30}))`,
  'giu',
);
const DIGITS = new RegExp(String.raw`(?<!\p{N})(?=([0-9](?:${JOINT}?[0-9]){23})(?!\p{N}))`, 'gu');

type Found = 'an identity number' | 'an account number' | 'a telephone number';

const joined = (text: string): string => text.replace(/[^A-Za-z0-9]/g, '').toUpperCase();

/**
 * An IBAN may be followed by words: each beginning of what looks like one is held against its check
 * digits.
 */
function hasIban(text: string): boolean {
  for (const [, candidate = ''] of text.matchAll(IBAN)) {
    const letters = joined(candidate);
    for (let length = 15; length <= letters.length; length += 1)
      if (isIban(letters.slice(0, length))) return true;
  }
  return false;
}

/** Ids of ours, one of sixty of which would read as a card's number. */
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/giu;
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;
/** Digits of a script stand ten in a row, from zero on. */
const OTHER_DIGIT = /(?![0-9])\p{Nd}/gu;

function digitOf(digit: string): string {
  let zero = digit.codePointAt(0)!;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((digit.codePointAt(0)! - zero) % 10);
}

/** Letters of other scripts that look like a Latin capital, or are the small one of such. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  [
    ['АВЕКМНОРСТУХІЈЅ', 'ABEKMHOPCTYXIJS'],
    ['ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ', 'ABEZHIKMNOPTYX'],
  ].flatMap(([others, latin]) =>
    Array.from(others!, (letter, i): [string, string] => [letter, latin![i]!]),
  ),
);
const GREEK_OR_CYRILLIC = /[\p{Script=Greek}\p{Script=Cyrillic}]/gu;
const latinOf = (letter: string): string => LOOK_ALIKES.get(letter.toUpperCase()) ?? letter;

/** A word with a digit in it: `à 15000` are two, and French. */
const WITH_DIGIT = /[\p{L}\p{N}\p{M}]*\p{N}[\p{L}\p{N}\p{M}]*/gu;
const withoutMarks = (word: string): string => word.normalize('NFKD').replace(/\p{M}/gu, '');
/** The letters of a card that stand apart from its digits, and the French words that may. */
const LETTERS_APART = new RegExp(
  String.raw`(?<![\p{L}\p{N}\p{M}])(?:\p{L}\p{M}*){1,2}(?=${AFTER_LETTERS}\p{N})`,
  'gu',
);
const FRENCH: ReadonlySet<string> = new Set(['à', 'dû', 'où', 'là']);

/** "AB n° 123456": a word that says that a number follows, after letters or by itself. */
const NUMBERED =
  /(?<![\p{L}\p{N}\p{M}])((?:\p{L}\p{M}*){1,3})[^\p{L}\p{N}\p{M}]{1,3}(?:n ?°|nos?|nr|num(?:[eé]ro)?|number|رقم)[^\p{L}\p{N}\p{M}]{0,3}(?=\p{N})/giu;
const NUMBER_SIGN = /(?<![\p{L}\p{N}\p{M}])n ?°/giu;
/** Little words, and a currency, that stand before a number or an amount which is nobody's. */
const LITTLE: ReadonlySet<string> = new Set(
  'au ce de du en et la le ou sa se un as at by in is of on or to dh'.split(' '),
);
/** Arabic marks, and the line that only lengthens a word. */
const ARABIC: ReadonlyMap<string, string> = new Map([
  ['\u060c', ','],
  ['\u066b', ','],
  ['\u066c', ','],
  ['\u061b', ';'],
  ['\u0640', '-'],
]);
const ARABIC_MARK = /[\u060c\u061b\u0640\u066b\u066c]/gu;
const LENGTHENED = /(?<=\p{Script=Arabic})\u0640+(?=\p{Script=Arabic})/gu;
/** A row of one mark is one: what fills a form. */
const ROW = /([^\p{L}\p{N}\p{M}])\1+/gu;

/**
 * As a person reads it: widths, scripts of digits, dashes, rows of marks, marks beside digits,
 * letters that look like Latin ones, "n°" and what is not seen make no difference.
 */
const asRead = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(UNSEEN, '')
    .replace(LENGTHENED, '')
    .replace(ARABIC_MARK, (mark) => ARABIC.get(mark)!)
    .replace(/[\p{Pd}\u2212]/gu, '-')
    .replace(ROW, '$1')
    .replace(NUMBERED, (_, word: string) => `${word}${LITTLE.has(word) ? ', ' : ' '}`)
    .replace(NUMBER_SIGN, '#')
    .replace(WITH_DIGIT, withoutMarks)
    .replace(LETTERS_APART, (word) => (FRENCH.has(word.toLowerCase()) ? word : withoutMarks(word)))
    .replace(GREEK_OR_CYRILLIC, latinOf)
    .replace(OTHER_DIGIT, digitOf)
    .replace(UUID, ' ');

/** Days, months and times stand in reasons, and are nobody's. */
const DAY =
  /(?<!\p{N})(?:(?:19|20)[0-9]{2}([./-])[0-9]{1,2}\1[0-9]{1,2}|[0-3]?[0-9]([./-])[01]?[0-9]\2(?:19|20)[0-9]{2})(?!\p{N}|\2[0-9])/gu;
const MONTH =
  /(?<!\p{N})(?:(?:19|20)[0-9]{2}[./-](?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])[./-](?:19|20)[0-9]{2})(?!\p{N})/gu;
const TIME = /(?<![\p{N}:])[0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?(?![\p{N}:])/gu;

const hasCard = (text: string): boolean =>
  CARD.test(text) ||
  [...text.matchAll(CARD_IN_GROUPS)].some(([, letters]) => !LITTLE.has(letters!.toLowerCase()));

/**
 * What in a free text is somebody's: it would stay in the log for ever, where no erasure reaches
 * it. Found is, whatever marks stand between its groups and in whatever script it is written: an
 * account with right check digits (IBAN, RIB); a telephone number of Morocco (`06…`, `212…`) or
 * with `+` or `00`; an identity card of Morocco, its digits in groups where its letters are
 * capitals. Not found is what has no form of its own: a number of an identity without letters or of
 * another country, one of fewer than five digits, a telephone number of another country without it.
 * Of identities, those that are known here are found by `possibleIdentities`.
 * @returns undefined where nothing looks like it
 */
export function personalIn(text: string): Found | undefined {
  const plain = asRead(text);
  if (hasIban(plain)) return 'an account number';
  for (const [, candidate = ''] of plain.matchAll(DIGITS))
    if (isRib(joined(candidate))) return 'an account number';
  const undated = plain.replace(DAY, ', ').replace(MONTH, ', ').replace(TIME, ', ');
  if (TELEPHONE.test(undated)) return 'a telephone number';
  return hasCard(undated) ? 'an identity number' : undefined;
}

const WORD = /[\p{L}\p{N}]+/gu;
/** A group of an identity number has digits, or is its letters by themselves. */
const GROUP = /\p{N}|^\p{L}{1,3}$/u;
/** The longest are written in groups: a French number of social insurance in seven. */
const GROUPS = 8;
const IDENTITY = /^(?=(?:[A-Z]*[0-9]){5})[A-Z0-9]{5,24}$/;
/** Four digits are a year or a count, unless letters stand at them. */
const SHORT_IDENTITY = /^(?=(?:[A-Z]*[0-9]){4}[A-Z]*$)[A-Z0-9]{5,24}$/;
const DIGITS_JOINED = new RegExp(`^${JOINT}$`, 'u');
const LETTERS_JOINED = /^[^\p{L}\p{N}\p{M}]{1,3}$/u;

function isJoined(text: string, one: RegExpExecArray, next: RegExpExecArray): boolean {
  const between = text.slice(one.index + one[0].length, next.index);
  return (/\p{N}/u.test(one[0]) ? DIGITS_JOINED : LETTERS_JOINED).test(between);
}

/**
 * What in a text may be the number of an identity, whatever its country, as identities are
 * compared: a word with five digits or more, or words that follow each other, with any marks
 * between them, and have as many; and a word of letters and four digits. An identity of fewer
 * digits is not looked for: each year and each count would ask whether it is somebody's.
 */
export function possibleIdentities(text: string): readonly string[] {
  const plain = asRead(text).toUpperCase().replace(DAY, ', ');
  const words = [...plain.matchAll(WORD)];
  const found = new Set<string>();
  words.forEach((first, at) => {
    if (SHORT_IDENTITY.test(first[0])) found.add(first[0]);
    let all = '';
    for (let i = at; i < words.length && i < at + GROUPS; i += 1) {
      const word = words[i]!;
      if (!GROUP.test(word[0]) || (i > at && !isJoined(plain, words[i - 1]!, word))) return;
      all += word[0];
      if (IDENTITY.test(all)) found.add(all);
    }
  });
  return [...found];
}

/** Fields of events in which people write in their own words. */
const FREE = ['reason', 'note', 'method', 'grounds'] as const;
const TERMS = [
  'remittance',
  'accounts/*/accountId',
  'accounts/*/name',
  'accounts/*/address/*',
] as const;
/** Its codes, expressions and schema are typed too. */
const POLICY = ['legalBasis', 'policy/factsSchema', 'policy/criteria/*', 'policy/benefits/*/*'];
/**
 * The same in some events only: the text that is there, or all texts and names of what is there.
 * `*` stands for each of a list, or of an object whose names are ours.
 */
const FREE_IN: Readonly<Record<string, readonly string[]>> = {
  BudgetAllotted: ['reference'],
  PaymentBreakOwnerSet: ['owner'],
  BankEntryOwnerSet: ['owner'],
  ProgrammeDefined: ['programmeId', 'name/*', 'debtor/name'],
  PolicyProposed: POLICY,
  PolicyPublished: POLICY,
  PaymentTermsProposed: TERMS,
  PaymentTermsSet: TERMS,
};
/** Where what became of a payment was typed: elsewhere its reference is a bank's. */
const TYPED: ReadonlySet<unknown> = new Set(['http', 'file']);

/**
 * Whether the words of an event were written here: those of a bank's file stand in events that say
 * which kind of file it is.
 */
export function isWrittenHere(data: object): boolean {
  const source: unknown = Reflect.get(data, 'source');
  return (source === undefined || TYPED.has(source)) && !Reflect.has(data, 'family');
}

/** What somebody wrote in their own words, and the field that it stands in. */
export interface WrittenText {
  readonly name: string;
  readonly text: string;
}

/** All that is written in a value: its texts, and the names in it. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsIn(inner)]);
}

/** What is written at a place, which is named as far as it is ours. */
function writtenAt(value: unknown, [part, ...rest]: readonly string[], at = ''): WrittenText[] {
  if (part === undefined) return textsIn(value).map((text) => ({ name: at, text }));
  if (typeof value !== 'object' || value === null) return [];
  const names = part === '*' ? Object.keys(value) : [part];
  return names.flatMap((name) =>
    writtenAt(Reflect.get(value, name), rest, at === '' ? name : `${at}/${name}`),
  );
}

/** The texts of an event that are people's own words. */
export const writtenTexts = (data: object, type = ''): readonly WrittenText[] => [
  ...[...FREE, ...(TYPED.has(Reflect.get(data, 'source')) ? ['reference'] : [])].flatMap((name) => {
    const text: unknown = Reflect.get(data, name);
    return typeof text === 'string' ? [{ name, text }] : [];
  }),
  ...(FREE_IN[type] ?? []).flatMap((place) => writtenAt(data, place.split('/'))),
];

/** The refusal of a text, which never carries what was found in it. */
export const personalDataIn = (name: string, found: string): DomainError =>
  new DomainError(
    'PERSONAL_DATA_IN_TEXT',
    `${name} carries ${found}, which would stay for ever; say it without.`,
    'invalid',
    name,
  );

/** @throws DomainError PERSONAL_DATA_IN_TEXT */
export function refusePersonalTexts(data: object, type = ''): void {
  for (const { name, text } of writtenTexts(data, type)) {
    const found = personalIn(text);
    if (found !== undefined) throw personalDataIn(name, found);
  }
}

/** @throws DomainError INVALID_TEXT */
export function refuseUnfitTexts(data: object, type = ''): void {
  for (const { name, text } of writtenTexts(data, type)) {
    const fault = faultOfText(text);
    if (fault !== undefined)
      throw new DomainError('INVALID_TEXT', `${name} ${fault}.`, 'invalid', name);
  }
}

/** A text that somebody else wrote, and that is not ours to refuse, without what is somebody's. */
export const withoutPersonal = (text: string): string =>
  personalIn(text) === undefined ? text : text.replace(/\p{N}/gu, 'x');

/**
 * The same of a sentence of ours that quotes a name: word by word, so that "of 100000" is an
 * amount.
 */
export const wordsWithoutPersonal = (text: string): string =>
  text.replace(/\S+/gu, withoutPersonal);
