/**
 * Names of accounts as every door takes them: ASCII without spaces, so that no letter looks like
 * another script's, is invisible, or has a second encoding.
 */
const SUBJECT = /^[A-Za-z0-9][A-Za-z0-9._:@|/-]{0,127}$/;
const PLAIN = /^[\x21-\x7e]*$/;
const UNSEEN = /[\p{White_Space}\p{Cf}\p{Cc}]/gu;

/** The engine's own hands. No token and no option makes a caller one of them. */
export const MACHINES = {
  automation: 'automation',
  bankFolder: 'bank-folder',
  outcomesTopic: 'outcomes-topic',
} as const;
const RESERVED: ReadonlySet<string> = new Set(Object.values(MACHINES));

/** True for what may be the name of an account at all; machines have such names too. */
export const isSubject = (text: string): boolean => SUBJECT.test(text);

/** True for the name of an account that somebody may come with. */
export const isCallersSubject = (text: string): boolean =>
  isSubject(text) && !RESERVED.has(foldSubject(text));

/**
 * The person behind a subject: its spellings in other cases, widths (Unicode NFKC) and with spaces
 * or invisible characters are one. Rules about "another person" compare this, never the subject;
 * the log keeps the subject as it was given.
 */
export function foldSubject(subject: string): string {
  if (PLAIN.test(subject)) return subject.toLowerCase();
  // Upper case first, so that letters with two lower-case forms (ß, ς) come out the same.
  const folded = subject.normalize('NFKC').replace(UNSEEN, '').toUpperCase().toLowerCase();
  return folded.normalize('NFKC').replace(UNSEEN, '');
}

/** True where two subjects are one person's. */
export const isSamePerson = (a: string, b: string): boolean => foldSubject(a) === foldSubject(b);

/** True where a subject is one of these persons'. */
export const isOneOf = (subjects: readonly string[], subject: string): boolean =>
  subjects.some((one) => isSamePerson(one, subject));
