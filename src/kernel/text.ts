import { toLatin } from './transliteration.js';

/**
 * What text may be: one set of rules for every door that it comes in by, and for the messages that
 * banks are given. What is refused here is what XML cannot hold (controls, half characters,
 * noncharacters), what has no meaning outside one system (private use), what stands for a character
 * that an earlier conversion lost, and what makes a reader see another text than a program does
 * (marks that turn the direction of writing, tags).
 */
const UNFIT =
  /[\p{Cc}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}\p{Bidi_Control}\u2028\u2029\ufeff\ufff9-\ufffb\ufffd\u{e0000}-\u{e007f}]/u;
/** The same, but text of several lines may have line ends and tabs. */
const UNFIT_IN_LINES = new RegExp(`(?![\\t\\n\\r])${UNFIT.source}`, 'u');
/** Something that a reader sees: not only spaces, marks, fillers and the blank of Braille. */
const VISIBLE = /[^\p{Default_Ignorable_Code_Point}\p{Z}\p{C}\p{M}\u2800]/u;
/** A letter or a digit that is seen; a filler of Hangul counts as a letter and is not. */
const NAMING = /(?!\p{Default_Ignorable_Code_Point})[\p{L}\p{N}]/u;
/** Printable ASCII: nothing in it needs a closer look. */
const ASCII = /^[ -~]*$/;

/** A name in an ISO 20022 message has at most 140 characters. */
export const MAX_NAME = 140;

/**
 * What is wrong with a text, as the end of a sentence that begins with its field; undefined where
 * nothing is. An empty text is not wrong here: whether one is needed the field says.
 */
export function faultOfText(
  text: string,
  lines: 'one' | 'several' = 'several',
): string | undefined {
  if (ASCII.test(text)) return text === '' || text.trim() !== '' ? undefined : NOTHING_SEEN;
  if ((lines === 'one' ? UNFIT : UNFIT_IN_LINES).test(text))
    return text.includes('\ufffd')
      ? 'has a character that was lost when it was converted (\ufffd); write it again'
      : 'must have no control characters, half characters, private characters or marks that turn the direction of writing';
  return text === '' || VISIBLE.test(text) ? undefined : NOTHING_SEEN;
}
const NOTHING_SEEN = 'must have something that can be read';

const MAX_QUOTED = 100;

/**
 * What somebody else wrote, as a message of ours repeats it: on one line, at most 100 characters
 * and nothing in it that a reader does not see, so that it cannot look like another message.
 */
export function quotable(text: string): string {
  const characters = Array.from(text);
  const cut = characters.length > MAX_QUOTED;
  const seen = characters
    .slice(0, MAX_QUOTED)
    .map((one) => (UNFIT.test(one) ? `\\u{${one.codePointAt(0)!.toString(16)}}` : one));
  return `${seen.join('')}${cut ? '…' : ''}`;
}

/** The first of a text, of at most so many UTF-16 units, without half a character at its end. */
export const firstOf = (text: string, most: number): string =>
  text.slice(0, most).replace(text.length > most ? /[\ud800-\udbff]$/ : /$^/, '');

/** The last of a text, without half a character at its beginning. */
export const lastOf = (text: string, most: number): string =>
  text.slice(-most).replace(text.length > most ? /^[\udc00-\udfff]/ : /$^/, '');

/** As names are kept and written: composed, without spaces around. */
export const tidyName = (text: string): string => text.normalize('NFC').trim();

/**
 * What is wrong with the name of a person or of an account, as it is kept; undefined where nothing
 * is. It has a letter or a digit, on one line, and fits a payment message also in Latin letters,
 * which may be more than it was written with.
 */
export function faultOfName(text: string): string | undefined {
  const fault = faultOfText(text, 'one');
  if (fault !== undefined) return fault;
  if (!NAMING.test(text)) return 'must have a letter or a digit';
  if (Array.from(text).length > MAX_NAME) return `must have at most ${MAX_NAME} characters`;
  return toLatin(text).length > MAX_NAME
    ? `must have at most ${MAX_NAME} characters in Latin letters, as banks write it`
    : undefined;
}

/** The form of a business identifier code, ISO 9362. */
export const BIC = /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/;
/**
 * As it was before 2014, and pain.001.001.03 still has it: a bank of letters only, no 0, 1 or O in
 * certain places.
 */
export const OLD_BIC = /^[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?$/;
