import { describe, expect, test } from '@jest/globals';
import type {
  BookedEntry,
  StatusEntry,
} from '../../src/adapters/payment-rail/iso20022/incoming/port.js';
import { dated, idsOf, verdictOf } from '../../src/use-cases/statements/bank-verdict.rule.js';

const OURS = `E${'0A'.repeat(12)}`;
const place = { line: 1, column: 1 };
const amount = { text: '500.00', currency: 'MAD', amountMinor: '50000' };
const status = (more: Partial<StatusEntry> = {}): StatusEntry => ({
  kind: 'status',
  family: 'pain.002',
  scope: 'transaction',
  place,
  problems: [],
  original: { endToEndId: OURS },
  status: 'ACSC',
  reasons: [],
  proprietaryReasons: [],
  ...more,
});
const booking = (more: Partial<BookedEntry> = {}): BookedEntry => ({
  kind: 'booking',
  family: 'camt.054',
  scope: 'transaction',
  place,
  problems: [],
  statement: 0,
  entry: 0,
  status: 'BOOK',
  direction: 'debit',
  reversal: false,
  returned: false,
  amount,
  bookedOn: '2026-01-05',
  references: { endToEndId: OURS, bank: 'B-1' },
  ...more,
});
const whole = { messageId: 'SIM-2026-01-0001' };

describe('a status report', () => {
  test.each([
    ['ACSP', 'accepted'],
    ['ACSC', 'settled'],
    ['RJCT', 'rejected'],
    ['PDNG', 'unknown'],
  ])('%s of a transaction is %s of its payment', (code, outcome) => {
    expect(verdictOf(status({ status: code }))).toMatchObject({
      kind: 'payment',
      outcome: { outcome, endToEndId: OURS, source: 'pain.002' },
    });
  });

  test('rejects for the reason that is given, and for MS03 where none is that may stand in an event', () => {
    const reasonFor = (...reasons: readonly string[]): unknown =>
      verdictOf(status({ status: 'RJCT', reasons }));
    expect(reasonFor('AC04', 'AC01')).toMatchObject({ outcome: { reason: 'AC04' } });
    expect(reasonFor('Amina moved')).toMatchObject({ outcome: { reason: 'MS03' } });
    expect(reasonFor()).toMatchObject({ outcome: { reason: 'MS03' } });
  });

  test('of a whole message is about as many payments as it says', () => {
    expect(
      verdictOf(status({ scope: 'group', status: 'RJCT', original: { ...whole, count: '3' } })),
    ).toMatchObject({ kind: 'message', ...whole, exactly: { count: '3' } });
  });

  test('that is partly accepted says nothing that its transactions do not say', () => {
    for (const scope of ['group', 'batch'] as const)
      expect(verdictOf(status({ scope, status: 'PART' }))).toEqual({ kind: 'ignored' });
  });

  test('of a word of its own, or none, is for a person', () => {
    const { status: _, ...none } = status();
    for (const entry of [status({ status: 'DONE' }), none])
      expect(verdictOf(entry)).toMatchObject({ kind: 'unclear', code: 'STATUS_UNKNOWN' });
  });

  test('dates a settlement or a rejection by the day of its message, and nothing else', () => {
    const settled = { outcome: 'settled', source: 'pain.002' } as const;
    expect(dated(settled, '2026-01-05')).toEqual({ ...settled, settledOn: '2026-01-05' });
    expect(dated({ ...settled, outcome: 'rejected' }, '2026-01-05').settledOn).toBe('2026-01-05');
    expect(dated({ ...settled, outcome: 'accepted' }, '2026-01-05')).not.toHaveProperty(
      'settledOn',
    );
    expect(dated({ ...settled, source: 'camt.054' }, '2026-01-05').settledOn).toBe('2026-01-05');
    const booked = { ...settled, source: 'camt.054', settledOn: '2026-01-02' } as const;
    expect(dated(booked, '2026-01-05').settledOn).toBe('2026-01-02');
  });
});

/** What no door takes as a text. */
const UNFIT = ['K\u202e1', 'K\u00851', 'K\n1', 'K\ufffd1', 'K\ue0001', '\u200b'];

describe('a reference of the bank that is no text', () => {
  test.each(UNFIT)('is none, in a report and in a booking: %j', (text) => {
    const referencesIn = (entry: StatusEntry | BookedEntry): unknown => {
      const verdict = verdictOf(entry);
      if (verdict.kind !== 'payment') return verdict;
      return [verdict.outcome.reference, verdict.outcome.entryReference];
    };
    const references = { endToEndId: OURS, bank: text, entryBank: text };
    expect(referencesIn(status({ reference: text }))).toEqual([undefined, undefined]);
    expect(referencesIn(booking({ references }))).toEqual([undefined, undefined]);
    expect(referencesIn(booking({ references: { ...references, bank: 'K1' } }))).toEqual([
      'K1',
      undefined,
    ]);
  });
  test.each(UNFIT)('is no end-to-end id of ours either: %j', (endToEndId) => {
    const references = { endToEndId, instructionId: OURS };
    expect(verdictOf(booking({ references }))).toMatchObject({ code: 'REFERENCES_DIFFER' });
  });
});

describe.each(['NOTPROVIDED', 'nonref', 'N/A', 'No Reference', '0000', '-'])(
  'a reference that stands for none: %s',
  (none) => {
    const uetr = '8a562c67-ca16-48ba-b074-65581be6f011';
    test('leaves a payment to be told by its UETR', () => {
      const named = { endToEndId: none, instructionId: none, uetr };
      for (const entry of [booking({ references: named }), status({ original: named })]) {
        expect(verdictOf(entry)).toMatchObject({ kind: 'payment', uetr });
        expect(idsOf(entry)).toEqual({ ids: [], uetr });
      }
    });
    test('leaves a payment to be told by its instruction, whatever the message and UETR are', () => {
      const named = { endToEndId: none, instructionId: OURS, uetr: none, batchId: none, ...whole };
      for (const entry of [booking({ references: named }), status({ original: named })]) {
        expect(verdictOf(entry)).toMatchObject({ outcome: { endToEndId: OURS, ...whole } });
        expect(idsOf(entry)).toEqual({ ids: [OURS] });
      }
    });
    test('names no payment by itself', () => {
      const named = { endToEndId: none, instructionId: none, uetr: none };
      for (const entry of [booking({ references: named }), status({ original: named })]) {
        expect(verdictOf(entry)).toMatchObject({ code: 'REFERENCE_UNKNOWN' });
        expect(idsOf(entry)).toEqual({ ids: [] });
      }
    });
    test('leaves a whole message to be told by its other names', () => {
      for (const references of [
        { batchId: none, ...whole },
        { batchId: none, messageId: none, entry: whole.messageId },
      ])
        expect(verdictOf(booking({ scope: 'batch', references }))).toMatchObject(whole);
      const original = { batchId: none, ...whole };
      expect(verdictOf(status({ scope: 'batch', original }))).toMatchObject(whole);
      expect(verdictOf(status({ scope: 'group', original: { messageId: none } }))).toMatchObject({
        code: 'REFERENCE_UNKNOWN',
      });
    });
  },
);

describe('a booking', () => {
  test('settles as a debit and returns as a credit that is said to come back', () => {
    expect(verdictOf(booking())).toEqual({
      kind: 'payment',
      outcome: {
        outcome: 'settled',
        source: 'camt.054',
        endToEndId: OURS,
        amountMinor: '50000',
        currency: 'MAD',
        reference: 'B-1',
        settledOn: '2026-01-05',
        bookedOn: '2026-01-05',
      },
    });
    for (const back of [{ returned: true }, { reversal: true }, { bankCode: 'PMNT/ICDT/RRTN' }])
      expect(verdictOf(booking({ direction: 'credit', ...back }))).toMatchObject({
        kind: 'payment',
        outcome: { outcome: 'returned', reason: 'MS03' },
      });
  });

  test.each(['PDNG', 'INFO', 'FUTR'])('that is not booked yet says nothing: %s', (code) => {
    expect(verdictOf(booking({ status: code }))).toEqual({ kind: 'ignored' });
  });

  test('says what was written where it is a number that cannot be read, and no word', () => {
    const invalid = (text: string): unknown =>
      verdictOf(
        booking({
          amount: { text, currency: 'MAD' },
          problems: [{ code: 'AMOUNT_INVALID', element: 'Amt' }],
        }),
      );
    expect(invalid('1.005')).toMatchObject({ detail: 'AMOUNT_INVALID in Amt, which says 1.005.' });
    expect(invalid('Amina')).toMatchObject({ detail: 'AMOUNT_INVALID in Amt.' });
  });

  test('of a whole message counts where it is exactly its sum', () => {
    expect(
      verdictOf(booking({ scope: 'batch', references: whole, batch: { count: '2' } })),
    ).toMatchObject({ kind: 'message', ...whole, exactly: { count: '2', totalMinor: '50000' } });
  });

  test.each([
    ['CREDIT_UNCLEAR', booking({ direction: 'credit' })],
    ['STATUS_UNKNOWN', booking({ status: 'GEBU' })],
    ['BOOKING_UNCLEAR', booking({ returned: true })],
    ['REFERENCE_UNKNOWN', booking({ references: { endToEndId: 'Amina' } })],
    ['REFERENCE_UNKNOWN', booking({ scope: 'entry', references: {} })],
    ['ENTRY_INVALID', booking({ problems: [{ code: 'AMOUNT_INVALID', element: 'Amt' }] })],
  ])('is for a person as %s where it is not clear', (code, entry) => {
    const verdict = verdictOf(entry);
    expect(verdict).toMatchObject({ kind: 'unclear', code });
    expect(JSON.stringify(verdict)).not.toContain('Amina');
  });
});
