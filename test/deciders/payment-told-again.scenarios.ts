import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fold } from '../../src/kernel/decider.js';
import { uuidOf } from '../../src/kernel/ids.js';
import { paymentDecider } from '../../src/payment/payment.decider.js';
import { isOfAccount } from '../../src/payment/bookings.rule.js';
import type { ReportOutcome } from '../../src/payment/reportable.rule.js';
import { was } from './given.js';
import {
  afterReport,
  bank,
  credit,
  debit,
  given,
  instructed,
  live,
  ordered,
  outcome,
  rejected,
  said,
  type Past,
} from './payment.fixtures.js';

const on = (report: ReportOutcome, day: number): ReportOutcome => ({
  ...report,
  settledOn: `2026-02-0${day}`,
  bookedOn: `2026-02-0${day}`,
});
const in054 = (report: ReportOutcome): ReportOutcome => ({ ...report, source: 'camt.054' });
const without = ({ reference: _, ...report }: ReportOutcome): ReportOutcome => report;
const after = (past: Past, ...reports: readonly ReportOutcome[]): Past =>
  reports.reduce(afterReport, past);
const statusOf = (past: Past): string => fold(paymentDecider, past).status;

const heard: Past = [
  ordered,
  instructed,
  was('PaymentSettled', {
    ...said(1),
    source: 'pain.002',
    amountMinor: '50000',
    currency: 'MAD',
    settledOn: '2026-02-02',
  }),
];

const countedAsSettled = (past: Past): Past => {
  const { paymentId, openBreaks } = fold(paymentDecider, past);
  const resolution = 'counted-as-settled';
  const { breakId } = openBreaks.at(-1)!;
  return [
    ...past,
    was('PaymentBreakResolved', { paymentId, breakId, resolution, reason: 'the bank says so' }),
  ];
};

/** What a bank tells a second time, and what it books after what it told before. */
export function toldAgainScenarios(): void {
  test('a return of another amount that was counted as a settlement is not the one that is told then', () => {
    const part = { ...credit('C1'), amountMinor: '49999' };
    const counted = countedAsSettled(after([...live], part));
    expect(statusOf(counted)).toBe('settled');
    for (const told of [credit('C1'), without(credit(''))])
      given(...counted)
        .when(told, bank)
        .thenOne('PaymentReturned');
  });

  test.each([
    ['an account', debit('A1'), credit('C1')],
    ['a payment system', outcome('settled'), outcome('returned', 1, { reference: 'C1' })],
  ])(
    'a return of before its debit that was counted as a settlement, and has another day then, is told now: of %s',
    (_, out, back) => {
      const odd = after([...live], on(out, 5), on(back, 3));
      const counted = countedAsSettled(odd);
      expect(odd.at(-1)).toMatchObject({ data: { kind: 'date-implausible' } });
      given(...counted)
        .when(on(back, 3), bank)
        .then();
      given(...counted)
        .when(on(back, 7), bank)
        .thenOne('PaymentReturned', { reference: 'C1' });
    },
  );

  describe('the return of a second debit', () => {
    const back = after([...live], debit('A1'), debit('A2'), credit('C1'));
    test.each<[string, ReportOutcome]>([
      ['by the same kind of message', credit('C1')],
      ['by the other kind of message', in054(credit('C1'))],
      ['of a day that the bank mended', on(credit('C1'), 7)],
    ])('told again %s leaves the payment settled', (_, report) => {
      given(...back)
        .when(report, bank)
        .then();
    });
    test('without a reference is booked by the other kind, and the payment stays settled', () => {
      const once = after([...live], debit('A1'), debit('A2'), on(without(credit('')), 6));
      const seen = after(once, in054(on(without(credit('')), 6)));
      expect(seen.at(-1)).toMatchObject({ type: 'PaymentBooked', data: { outcome: 'returned' } });
      given(...seen)
        .when(in054(on(without(credit('')), 6)), bank)
        .then();
      given(...seen)
        .when(on(without(credit('')), 7), bank)
        .thenOne('PaymentReturned');
    });
    test('that a payment system told before is booked by the first credit', () => {
      const told = after(
        [...live],
        debit('A1'),
        debit('A2'),
        outcome('returned', 1, { amountMinor: '50000' }),
      );
      given(...told)
        .when(credit('C1'), bank)
        .thenOne('PaymentBooked', { outcome: 'returned', reference: 'C1' });
      given(...after(told, credit('C1')))
        .when(credit('C2'), bank)
        .thenOne('PaymentReturned', { reference: 'C2' });
    });
    test('of which less came back first is not the return of the payment', () => {
      const less = after([...live], debit('A1'), debit('A2'), {
        ...credit('C1'),
        amountMinor: '49500',
      });
      given(...less)
        .when(credit('C1'), bank)
        .thenOne('PaymentBreakRecorded', { kind: 'other-contradiction', reported: 'returned' });
    });
    test('as the second of a list that no reference tells apart is told once', () => {
      const list = (source: ReportOutcome['source']): ReportOutcome[] => {
        const plain = { ...on(without(credit('')), 6), source, statement: uuidOf('S', source) };
        return [plain, { ...plain, bookedAgain: 1 }];
      };
      const thrice = after([...live], debit('A1'), debit('A2'), debit('A3'), ...list('camt.053'));
      const again = after(thrice, ...list('camt.054'), ...list('camt.053'), ...list('camt.054'));
      expect(again.at(-1)).toMatchObject({ type: 'PaymentBooked' });
      expect(statusOf(again)).toBe('settled');
      expect(again.filter(({ type }) => type === 'PaymentBreakRecorded')).toHaveLength(4);
    });
  });

  test('a return that contradicted a rejection is one of what was counted as settled since', () => {
    const odd = after([...live, rejected()], credit('C1'), debit('A1'));
    const settledAgain = countedAsSettled(odd);
    expect(statusOf(settledAgain)).toBe('settled');
    given(...settledAgain)
      .when(in054(credit('C1')), bank)
      .thenOne('PaymentReturned', { reference: 'C1' });
    const twice = after(settledAgain, debit('A2'), credit('C2'));
    expect(statusOf(after(twice, credit('C2')))).toBe('settled');
  });

  describe('a debit that is the first one known, of a payment that came back', () => {
    const back = after(heard, on(credit('C1'), 6));
    test('is a break where it is booked after the return', () => {
      expect(statusOf(back)).toBe('returned');
      given(...back)
        .when(on(debit('A1'), 7), bank)
        .thenOne('PaymentBreakRecorded', {
          kind: 'settled-after-returned',
          reportedOn: '2026-02-07',
        });
      given(...after(back, on(debit('A1'), 7)))
        .when(in054(on(debit('A1'), 7)), bank)
        .then();
    });
    test.each([
      ['on its day', on(debit('A1'), 6)],
      ['before it', on(debit('A1'), 5)],
      ['on no day that is said', debit('A1')],
    ])('is the debit of what came back where it is booked %s', (_, report) => {
      given(...back)
        .when(report, bank)
        .thenOne('PaymentBooked', { outcome: 'settled' });
    });
  });

  describe('a return that is the first one known, of a payment that was settled again', () => {
    const rail = outcome('returned', 1, { source: 'govstack' });
    const twice = after([...live], rail, on(debit('A2'), 7));
    const counted = countedAsSettled(twice);
    test.each([
      ['after it', on(credit('C2'), 9)],
      ['on its day', on(credit('C2'), 7)],
      ['on no day that is said', credit('C2')],
    ])('is a break where it is booked %s', (_, report) => {
      expect(twice.at(-1)).toMatchObject({ data: { kind: 'settled-after-returned' } });
      expect(statusOf(counted)).toBe('settled');
      given(...counted)
        .when(report, bank)
        .thenOne('PaymentBreakRecorded', { kind: 'other-contradiction', reported: 'returned' });
      given(...after(counted, report))
        .when(in054(report), bank)
        .then();
    });
    test('is the one that was told where it is booked before that', () => {
      const paid = after([...live], on(debit('A1'), 5), rail, on(debit('A2'), 7));
      given(...countedAsSettled(paid))
        .when(on(credit('C1'), 6), bank)
        .thenOne('PaymentBooked', { outcome: 'returned', reference: 'C1' });
    });
  });

  test('no report that was taken changes the payment when it is told again', () => {
    const kinds = ['camt.053', 'camt.054'] as const;
    const told = fc
      .record({
        isDebit: fc.boolean(),
        name: fc.constantFrom('1', '2', '3'),
        day: fc.constantFrom(5, 6, 7),
        amountMinor: fc.constantFrom('50000', '50000', '50000', '49500'),
      })
      .map(({ isDebit, name, day, amountMinor }) => {
        const plain = isDebit ? debit(`A${name}`) : credit(`C${name}`);
        return { ...on(plain, day), amountMinor };
      });
    /** As the message of a kind has it: each is in the statement of its day. */
    const inKind = (told: ReportOutcome, source: (typeof kinds)[number]): ReportOutcome =>
      isOfAccount(told.source)
        ? { ...told, source, statement: uuidOf(source, told.bookedOn ?? '') }
        : told;
    const status = outcome('settled', 1, { source: 'pain.002' });
    const rail = outcome('returned', 1, { source: 'govstack' });
    const report = fc.tuple(
      fc.oneof({ weight: 8, arbitrary: told }, fc.constantFrom(status, rail)),
      fc.constantFrom(...kinds),
    );
    const reports = fc.array(report, { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(reports, fc.boolean(), (said, isReferenced) => {
        const told = said.map(([one, kind]) => [isReferenced ? one : without(one), kind] as const);
        const past = after([...live], ...told.map(([one, kind]) => inKind(one, kind)));
        for (const [one] of told)
          for (const kind of kinds)
            expect(statusOf(afterReport(past, inKind(one, kind)))).toBe(statusOf(past));
      }),
      { numRuns: 2000 },
    );
  });
}
