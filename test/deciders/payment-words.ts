import fc from 'fast-check';
import type { ReportOutcome } from '../../src/payment/reportable.rule.js';

/** What a payment system says of a booking, and by which door; numbers stand for what they name. */
export interface Word {
  readonly reference?: number | undefined;
  readonly day?: number | undefined;
  readonly door: 'http' | 'file' | 'topic';
}
export type Kind = 'settled' | 'returned';

export const someWord = fc.record({
  reference: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  day: fc.option(fc.integer({ min: 2, max: 5 }), { nil: undefined }),
  door: fc.constantFrom<Word['door'][]>('http', 'file', 'topic'),
});

/** What a teller says of bookings, at random. */
export const someWords = fc.array(someWord, { minLength: 1, maxLength: 7 });

/** What it says of one booking that has a day and a reference: a word may leave out either. */
export const wordsOfOne = fc.array(
  fc.tuple(someWord, fc.boolean(), fc.boolean()).map(([{ door }, isNamed, isDated]) => ({
    ...(isNamed ? { reference: 1 } : {}),
    ...(isDated ? { day: 3 } : {}),
    door,
  })),
  { minLength: 1, maxLength: 7 },
);

const dayOf = (day: number): string => `2026-02-0${day}`;

/** A word as the payment is told it, of its first attempt, and whole unless more is said. */
export const toldAs = (
  kind: Kind,
  { reference, day, door }: Word,
  more: Partial<ReportOutcome> = {},
): ReportOutcome => ({
  type: 'ReportOutcome',
  outcome: kind,
  attempt: 1,
  endToEndId: 'E1',
  source: door,
  ...(kind === 'returned' ? { reason: 'AC04' } : {}),
  ...(reference === undefined ? {} : { reference: `R${reference}` }),
  ...(day === undefined ? {} : { settledOn: dayOf(day), bookedOn: dayOf(day) }),
  ...more,
});

export const isToldAgain = (before: readonly Word[], word: Word): boolean =>
  before.some(
    (one) =>
      [undefined, one.reference].includes(word.reference) &&
      [undefined, one.day].includes(word.day),
  );

/** The fewest bookings that words can be of: all ways of sharing them out are tried. */
export function fewestBookings(words: readonly Word[]): number {
  let fewest = words.length;
  const shareOut = (rest: readonly Word[], bookings: readonly (readonly Word[])[]): void => {
    if (bookings.length > fewest) return;
    const [first, ...others] = rest;
    if (first === undefined) {
      if (bookings.every(isOne)) fewest = bookings.length;
      return;
    }
    for (let at = 0; at < bookings.length; at += 1)
      shareOut(others, bookings.with(at, [...bookings[at]!, first]));
    shareOut(others, [...bookings, [first]]);
  };
  shareOut(words, []);
  return fewest;
}

/**
 * One booking has one reference. Of its day a teller may change its mind under the reference; a day
 * without it is one of those, or the only one that was told.
 */
function isOne(words: readonly Word[]): boolean {
  const daysOf = (some: readonly Word[]): Set<number> =>
    new Set(some.flatMap(({ day }) => (day === undefined ? [] : [day])));
  const named = words.filter(({ reference }) => reference !== undefined);
  if (new Set(named.map(({ reference }) => reference)).size > 1) return false;
  const days = daysOf(named);
  const others = daysOf(words.filter(({ reference }) => reference === undefined));
  return days.size === 0 ? others.size <= 1 : [...others].every((day) => days.has(day));
}
