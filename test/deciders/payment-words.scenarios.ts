import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ReportOutcome } from '../../src/payment/reportable.rule.js';
import { afterReport, live, outcome, rejected, settled, type Past } from './payment.fixtures.js';
import {
  fewestBookings,
  isToldAgain,
  someWords,
  toldAs,
  wordsOfOne,
  type Kind,
  type Word,
} from './payment-words.js';

/** What each report came to: the types of the events, or the kinds of the breaks. */
function cameTo(before: Past, reports: readonly ReportOutcome[]): readonly string[] {
  let past = before;
  return reports.map((report) => {
    const next = afterReport(past, report);
    const events = next.slice(past.length);
    past = next;
    return events
      .map(({ type, data }) => (type === 'PaymentBreakRecorded' ? data.kind : type))
      .join();
  });
}

const OUT: Past = [...live, settled()];
/** A payment of which a teller begins to tell the bookings of one kind. */
const beforeAny = (kind: Kind): Past => (kind === 'settled' ? [...live] : OUT);
const SAID = { settled: 'PaymentSettled', returned: 'PaymentReturned' } as const;

/** The first word is the outcome; nothing follows of what was told; a booking more is a break. */
function expected(kind: Kind, words: readonly Word[], at: number): string {
  if (at === 0) return SAID[kind];
  const before = words.slice(0, at);
  if (isToldAgain(before, words[at]!)) return '';
  const isMore = fewestBookings(words.slice(0, at + 1)) > fewestBookings(before);
  return isMore ? 'booked-twice' : 'PaymentBooked';
}

const kinds = fc.constantFrom<Kind[]>('settled', 'returned');
const MANY = { numRuns: 1000 };

/** What a payment system says of bookings, at random, held against an oracle of its own. */
export function wordScenarios(): void {
  describe('of the words of one teller, by whichever door and in whatever order,', () => {
    test('each booking that they tell apart is a break after the first, and nothing else is', () => {
      fc.assert(
        fc.property(kinds, someWords, (kind, words) => {
          const reports = words.map((one) => toldAs(kind, one));
          expect(cameTo(beforeAny(kind), reports)).toEqual(
            words.map((_, at) => expected(kind, words, at)),
          );
        }),
        MANY,
      );
    });
    test('those of one booking are no break, whatever they leave out', () => {
      fc.assert(
        fc.property(kinds, wordsOfOne, (kind, words) => {
          const came = cameTo(
            beforeAny(kind),
            words.map((one) => toldAs(kind, one)),
          );
          expect(new Set(came.slice(1))).not.toContain('booked-twice');
        }),
        MANY,
      );
    });
    test('all told once more come to nothing', () => {
      fc.assert(
        fc.property(kinds, someWords, (kind, words) => {
          const reports = words.map((one) => toldAs(kind, one));
          const again = cameTo(beforeAny(kind), [...reports, ...reports]).slice(words.length);
          expect(again).toEqual(words.map(() => ''));
        }),
        MANY,
      );
    });
    test('those that fit nothing are a break each, unless they were told', () => {
      const unfit = fc.constantFrom<[Past, Kind, Partial<ReportOutcome>, string]>(
        [[...live, rejected()], 'settled', {}, 'settled-after-rejected'],
        [[...live, rejected()], 'returned', {}, 'returned-after-rejected'],
        [OUT, 'returned', { amountMinor: '5000' }, 'amount-differs'],
      );
      fc.assert(
        fc.property(unfit, someWords, ([before, kind, more, name], words) => {
          const reports = words.map((one) => toldAs(kind, one, more));
          expect(cameTo(before, reports)).toEqual(
            words.map((one, at) => (isToldAgain(words.slice(0, at), one) ? '' : name)),
          );
        }),
        MANY,
      );
    });
    test('what came back of a second debit counts as the first of its kind', () => {
      const twice = [
        outcome('settled', 1, { reference: 'S1' }),
        outcome('settled', 1, { reference: 'S2' }),
      ];
      fc.assert(
        fc.property(someWords, (words) => {
          const reports = words.map((one) => toldAs('returned', one));
          const came = cameTo([...live], [...twice, ...reports]).slice(2);
          const breaks = came.filter((one) => one !== '' && one !== 'PaymentBooked');
          expect(breaks.length).toBeGreaterThanOrEqual(fewestBookings(words));
          expect(came[0]).toBe('other-contradiction');
        }),
        MANY,
      );
    });
  });
}
