import { describe, expect, test } from '@jest/globals';
import type { ReportOutcome } from '../../src/payment/reportable.rule.js';
import { afterReport, bank, given, live, officer, outcome, settled } from './payment.fixtures.js';

type More = Partial<ReportOutcome>;

/** As a payment system says it, with the day of it where it says one. */
const told = (more: More, kind: 'settled' | 'returned' = 'settled'): ReportOutcome => {
  const { settledOn } = more;
  return outcome(kind, 1, { ...(settledOn === undefined ? {} : { bookedOn: settledOn }), ...more });
};
const out = (more: More): ReportOutcome => told(more);
const back = (more: More): ReportOutcome => told(more, 'returned');
const on = (day: number): More => ({ settledOn: `2026-02-0${day}` });
const under = (reference: string, more: More = {}): More => ({ reference, ...more });
const PART: More = { amountMinor: '5000' };

/** What each report came to: `+` for the outcome, `.` for nothing, `seen`, or the kind of break. */
function cameTo(...reports: readonly ReportOutcome[]): readonly string[] {
  let past = afterReport([...live], reports[0]!);
  return reports.slice(1).map((report) => {
    const next = afterReport(past, report);
    const [event, ...more] = next.slice(past.length);
    expect(more).toEqual([]);
    past = next;
    if (event === undefined) return '.';
    if (event.type === 'PaymentBooked') return 'seen';
    return event.type === 'PaymentBreakRecorded' ? event.data.kind : '+';
  });
}

/** What a payment system says of one booking, or of two, in words of its own. */
export function ownWordScenarios(): void {
  describe('a payment system that told a booking', () => {
    test.each<[string, readonly ReportOutcome[], readonly string[]]>([
      [
        'without a reference, and then under two',
        [out({}), out(under('R1')), out(under('R2')), out(under('R1')), out(under('R2'))],
        ['seen', 'booked-twice', '.', '.'],
      ],
      [
        'under a reference, then without, and then under another',
        [out(under('R1')), out({}), out(under('R2')), out({}), out(under('R3'))],
        ['.', 'booked-twice', '.', 'booked-twice'],
      ],
      [
        'by one door without a reference, and by others under two',
        [out({ source: 'topic' }), out(under('R1', { source: 'file' })), out(under('R2'))],
        ['seen', 'booked-twice'],
      ],
      [
        'on a day without a reference, and then on others',
        [out(on(3)), out(on(4)), out(on(3)), out(on(5)), out(on(4)), out(on(5)), out({})],
        ['booked-twice', '.', 'booked-twice', '.', '.', '.'],
      ],
      [
        'without a day, and then on two',
        [out({}), out(on(3)), out(on(4)), out(on(3))],
        ['seen', 'booked-twice', '.'],
      ],
      [
        'on a day, then under a reference, and then under another',
        [out(on(3)), out(under('R1')), out(under('R1', on(3))), out(under('R2', on(3)))],
        ['seen', 'seen', 'booked-twice'],
      ],
      [
        'on three days by three doors',
        [
          out({ source: 'topic' }),
          out(on(3)),
          out(on(4)),
          out({ ...on(5), source: 'topic' }),
          out({ ...on(2), source: 'file' }),
          out({ ...on(4), source: 'file' }),
        ],
        ['seen', 'booked-twice', 'booked-twice', 'booked-twice', '.'],
      ],
      [
        'under a reference whose day it says later, and then on another day',
        [out(under('R1')), out(under('R1', on(5))), out(on(3)), out(on(5))],
        ['seen', 'booked-twice', '.'],
      ],
      [
        'on a day, and then under a reference that turns out to be of another day',
        [out(on(4)), out(under('R1')), out(under('R1', on(3))), out(on(3)), out(on(4))],
        ['seen', 'booked-twice', '.', '.'],
      ],
      [
        'under a reference whose day it mends',
        [out(under('R1', on(3))), out(under('R1', on(4))), out(on(4)), out(on(3)), out(on(5))],
        ['seen', '.', '.', 'booked-twice'],
      ],
      [
        'under a reference, and then without one on another day',
        [out(under('R1', on(3))), out(on(3)), out(on(4))],
        ['.', 'booked-twice'],
      ],
    ])('%s', (_, reports, expected) => {
      expect(cameTo(...reports)).toEqual(expected);
      const returns = reports.map(({ source, ...one }) =>
        back({ ...one, outcome: 'returned', source }),
      );
      expect(cameTo(out(under('S1')), ...returns)).toEqual(['+', ...expected]);
    });
    test('over a rail that has a name of its own is heard the same', () => {
      const rail = (reference?: string): ReportOutcome =>
        out({ source: 'govstack', ...(reference === undefined ? {} : { reference }) });
      expect(cameTo(rail(), rail('R1'), rail('R2'))).toEqual(['seen', 'booked-twice']);
    });
    test('keeps the reference and the day that it says later', () => {
      given(...live, settled())
        .when(out(under('R1', on(2))), bank)
        .thenOne('PaymentBooked', { reference: 'R1', booking: { bookedOn: '2026-02-02' } });
    });
    test('keeps neither of what a person says', () => {
      given(...live, settled())
        .when(outcome('settled', 1, under('R1')), officer)
        .then();
    });
  });

  describe('what does not fit is a break for each reference and each day that is said', () => {
    test.each<[string, readonly ReportOutcome[], readonly string[]]>([
      [
        'a part that came back',
        [out({}), back(PART), back(under('K1', PART)), back(under('K2', PART)), back(PART)],
        ['amount-differs', 'amount-differs', 'amount-differs', '.'],
      ],
      [
        'told under a reference from the start',
        [out({}), back(under('K1', PART)), back(under('K1', PART)), back(PART)],
        ['amount-differs', '.', '.'],
      ],
      [
        'on several days that cannot be',
        [
          out({ settledOn: '2027-05-01' }),
          out({ settledOn: '1999-01-01' }),
          out({ settledOn: '2099-05-01' }),
          out({ settledOn: '1999-01-01' }),
          out({ settledOn: '2027-05-01' }),
          out({ settledOn: '2099-05-01' }),
        ],
        ['date-implausible', 'date-implausible', '.', '.', '.'],
      ],
      [
        'under one reference on several days that cannot be',
        [
          out(under('R1', { settledOn: '2027-05-01' })),
          out(under('R1', { settledOn: '1999-01-01' })),
          out(under('R1', { settledOn: '1999-01-01' })),
          out(under('R1', { settledOn: '2027-05-01' })),
        ],
        ['date-implausible', '.', '.'],
      ],
    ])('%s', (_, reports, expected) => {
      expect(cameTo(...reports)).toEqual(expected);
    });
    test('a rejection on several days that cannot be', () => {
      const rejected = (settledOn: string): ReportOutcome => outcome('rejected', 1, { settledOn });
      const days = ['2099-01-01', '1999-01-01', '2099-01-01', '2098-01-01', '1999-01-01'];
      expect(cameTo(...days.map(rejected))).toEqual([
        'date-implausible',
        '.',
        'date-implausible',
        '.',
      ]);
    });
  });
}
