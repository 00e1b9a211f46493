import { hash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { BlockTransaction, SentBatch } from '../../src/adapters/payment-rail/govstack/port.js';
import { ibanOfRib, ribOf } from '../../src/kernel/accounts.js';
import { DomainError } from '../../src/kernel/errors.js';
import {
  answerOf,
  outcomeOfAll,
  requireSame,
  requireSameCounts,
  type BatchStatus,
} from '../../src/use-cases/govstack/block-answer.rule.js';
import { entryOf } from '../../src/use-cases/govstack/block-entry.rule.js';
import type { QuarantinedEntry } from '../../src/use-cases/statements/quarantined-entry.rule.js';
import { TransferFinder } from '../../src/use-cases/govstack/transfer-finder.rule.js';

const transfer = (n: number, amountMinor: bigint) => ({
  instructionId: `i${n}`,
  paymentId: `p${n}`,
  endToEndId: `e${n}`,
  payeeIdentity: `person${n}`,
  account: `account${n}`,
  amountMinor,
});
const batch: SentBatch = {
  correlationId: 'C',
  messageId: 'M',
  currency: 'MAD',
  transfers: [transfer(1, 50_000n), transfer(2, 100_030n)],
};
const status = (more: Partial<BatchStatus> = {}): BatchStatus => ({
  correlationId: 'C',
  batchId: 'B',
  total: 2,
  ongoing: 0,
  completed: 2,
  failed: 0,
  totalAmount: '1500.30',
  completedAmount: '1500.30',
  ongoingAmount: '0',
  failedAmount: '0',
  generatedAt: '2026-01-05T10:00:00Z',
  ...more,
});
const refusal = (work: () => unknown): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof DomainError ? `${error.code} ${error.field}` : 'another';
  }
};

describe('what a block says of a whole batch', () => {
  test('is held against what was sent, to the centime, and bears sums in floating point', () => {
    requireSame(batch, status({ totalAmount: '1500.3000000000002' }));
    const wrong: readonly (readonly [Partial<BatchStatus>, string])[] = [
      [{ total: 3 }, 'TotalTransactions'],
      [{ ongoing: 1 }, 'completed'],
      [{ ongoing: -1, failed: 1 }, 'completed'],
      [{ totalAmount: '1500.31' }, 'totalAmount'],
      [{ completedAmount: '1500.29' }, 'completed_amount'],
      [{ completed: 0, ongoing: 2 }, 'completed_amount'],
      [{ failedAmount: '1' }, 'failed_amount'],
      [{ ongoingAmount: '1500.30' }, 'ongoing_amount'],
    ];
    for (const [more, field] of wrong)
      expect(refusal(() => requireSame(batch, status(more)))).toBe(`BATCH_DIFFERS ${field}`);
    expect(refusal(() => requireSame(batch, status({ totalAmount: '1500.304' })))).toBe(
      'INVALID_AMOUNT totalAmount',
    );
  });

  test('settles each transfer where all are completed, and says nothing of each where some are', () => {
    expect(outcomeOfAll(batch, status())).toMatchObject([
      { paymentId: 'p1', outcome: 'settled', amountMinor: '50000', settledOn: '2026-01-05' },
      { paymentId: 'p2', outcome: 'settled', amountMinor: '100030', settledOn: '2026-01-05' },
    ]);
    const accepted = outcomeOfAll(batch, status({ completed: 0, ongoing: 2 }))!;
    expect(accepted.map(({ outcome, settledOn }) => [outcome, settledOn])).toEqual([
      ['accepted', undefined],
      ['accepted', undefined],
    ]);
    expect(outcomeOfAll(batch, status({ completed: 1, failed: 1 }))).toBeUndefined();
  });
});

describe('what a block says of each transfer', () => {
  const each = (...outcomes: readonly ('settled' | 'rejected' | 'accepted')[]) =>
    outcomes.map((outcome, i) => ({ paymentId: `p${i}`, outcome }));
  const counts = { total: 3, completed: 1, failed: 1 };
  test('is none of the opposite of what it said of all, and may have gone on since', () => {
    for (const said of [
      each('settled', 'rejected', 'accepted'),
      each('settled', 'rejected', 'settled'),
      each('accepted', 'accepted', 'accepted'),
      [...each('settled', 'rejected'), ...each('settled')],
      [...each('settled', 'settled', 'rejected'), ...each('rejected')],
    ])
      expect(refusal(() => requireSameCounts(said, counts))).toBe('none');
    const allSettled = each('settled', 'settled', 'settled');
    expect(refusal(() => requireSameCounts(allSettled, counts))).toBe('BATCH_DIFFERS failed');
    const allFailed = each('rejected', 'rejected', 'rejected');
    expect(refusal(() => requireSameCounts(allFailed, counts))).toBe('BATCH_DIFFERS completed');
  });
});

const INSTRUCTION = { accountId: 'account-1', executionDate: '2025-12-28' };
const hashed = (text: string): string => hash('sha256', text);

describe('what a block says of one transfer', () => {
  const said = (
    transaction: Partial<BlockTransaction>,
    transfers = new TransferFinder(batch),
    of = batch,
  ): unknown => {
    const answer = answerOf(transaction as BlockTransaction, of, transfers, {});
    if (answer.kind === 'outcome') return answer.outcome;
    return answer.kind === 'unclear' ? entryOf(answer, of, INSTRUCTION, hashed) : undefined;
  };
  const waits = (code: string, paymentId = 'p1'): unknown =>
    expect.objectContaining({ family: 'govstack', code, paymentId });

  test('is taken as often as it is said: the payment knows what is new', () => {
    const transfers = new TransferFinder(batch);
    const failed = { transactionId: 'i1', status: 'FAILED', amount: '500.00' };
    const again = { payeePartyId: 'person1', status: 'COMPLETED', amount: '500.00' };
    expect(said(failed, transfers)).toMatchObject({ paymentId: 'p1', outcome: 'rejected' });
    expect(said({ ...again, transactionId: 'i1' }, transfers)).toMatchObject({
      paymentId: 'p1',
      outcome: 'settled',
    });
    expect(said({ ...again, transactionId: 'x9' }, transfers)).toMatchObject({
      paymentId: 'p1',
      reference: 'x9',
    });
    expect(transfers.left).toBe(1);
  });

  test('waits for a person where its day cannot be read', () => {
    const settled = { transactionId: 'i1', status: 'COMPLETED', amount: '500.00' };
    expect(said({ ...settled, completedAt: '31/12/2025' })).toEqual(waits('ENTRY_INVALID'));
    expect(said({ ...settled, completedAt: '2025-12-31T10:00:00Z' })).toMatchObject({
      settledOn: '2025-12-31',
    });
  });

  test('is taken for the transfer that it names', () => {
    const transfers = new TransferFinder(batch);
    const settled = { transactionId: 'i1', status: 'completed', amount: '500.00' };
    expect(said(settled, transfers)).toMatchObject({
      paymentId: 'p1',
      outcome: 'settled',
      amountMinor: '50000',
    });
    expect(transfers.left).toBe(1);
  });

  test('is found by payee and amount where only one transfer is so', () => {
    const named = { payeePartyId: 'person2', status: 'FAILED', amount: '1000.30' };
    expect(said(named)).toMatchObject({ paymentId: 'p2', outcome: 'rejected', reason: 'MS03' });
    expect(said({ ...named, amount: '1000.31' })).toEqual(waits('AMOUNT_DIFFERS', 'p2'));
    expect(said({ payeePartyId: 'person2', status: 'FAILED' })).toEqual(
      waits('AMOUNT_MISSING', 'p2'),
    );
    expect(said({ ...named, payeePartyId: 'person3' })).toBeUndefined();
    const twice = {
      ...batch,
      transfers: [...batch.transfers, { ...transfer(3, 100_030n), account: 'account2' }],
    };
    expect(
      said({ ...named, payeePartyId: 'account2' }, new TransferFinder(twice), twice),
    ).toBeUndefined();
  });

  test('waits for a person where it names another payee than our id does', () => {
    const transfers = new TransferFinder(batch);
    for (const status of ['COMPLETED', 'FAILED', 'IN_PROGRESS'])
      for (const payeePartyId of ['person2', 'account2', 'PERSON1', 'nobody'])
        expect(
          said({ transactionId: 'i1', payeePartyId, status, amount: '500.00' }, transfers),
        ).toEqual(waits('ACCOUNT_DIFFERS'));
    expect(transfers.left).toBe(2);
    for (const payeePartyId of ['person1', ' account1 ', 'ACCOUNT1', ''])
      expect(
        said({ transactionId: 'i1', payeePartyId, status: 'COMPLETED', amount: '500.00' }),
      ).toMatchObject({ paymentId: 'p1' });
  });

  test('names an account in any of its spellings', () => {
    const rib = ribOf('007', '780', '0000000000000001');
    const accounts = [
      [rib, ibanOfRib(rib), `${rib.slice(0, 3)} ${rib.slice(3)}`],
      ['+212612345678', '0612345678', '212612345678', '+212 612-345678'],
      ['0612345678', '00212612345678', '00 212 (0)6 12 34 56 78', '212 0612345678', '06/12/345678'],
      ['+33612345678', '0033612345678', '33 612345678'],
      ['06 12 34 56 78', '+212612345678'],
    ];
    for (const [account, ...spelled] of accounts) {
      const paid = { ...batch, transfers: [{ ...transfer(1, 50_000n), account: account! }] };
      for (const payeePartyId of [account!, ...spelled])
        for (const transactionId of ['i1', 'x9'])
          expect(
            said(
              { transactionId, payeePartyId, status: 'COMPLETED', amount: '500.00' },
              new TransferFinder(paid),
              paid,
            ),
          ).toMatchObject({ paymentId: 'p1' });
    }
  });

  test('has the reason that it gives where that is a reason code', () => {
    const failed = { transactionId: 'i1', status: 'FAILED' };
    expect(said({ ...failed, errorInformation: 'AC04 closed' })).toMatchObject({ reason: 'AC04' });
    expect(said({ ...failed, errorInformation: 'no money' })).toMatchObject({ reason: 'MS03' });
  });

  test('is of the same booking as what was said of its batch, whatever its own reference', () => {
    const [first] = outcomeOfAll(batch, status())!;
    const settled = { transactionId: 'i1', status: 'COMPLETED', amount: '500.00' };
    expect(first).toMatchObject({ reference: 'C', entryReference: 'C' });
    expect(said(settled)).toMatchObject({ reference: 'i1', entryReference: 'C' });
  });

  test('has the amount that it gives, also where the transfer failed', () => {
    const failed = { transactionId: 'i1', status: 'FAILED', amount: '499.00' };
    expect(said(failed)).toMatchObject({ outcome: 'rejected', amountMinor: '49900' });
    expect(said({ transactionId: 'i1', status: 'FAILED' })).not.toHaveProperty('amountMinor');
  });

  test('settles nothing by a word or an amount that cannot be read', () => {
    const settled = { transactionId: 'i1', status: 'COMPLETED', amount: '500.00' };
    expect(said({ ...settled, status: 'MAYBE' })).toEqual(waits('STATUS_UNKNOWN'));
    for (const amount of ['many', '', '0.00', '500.001', null])
      expect(said({ ...settled, amount })).toEqual(waits('ENTRY_INVALID'));
    expect(said({ ...settled, status: ' ' })).toBeUndefined();
    expect(said({ ...settled, transactionId: 'x9' })).toBeUndefined();
  });

  describe('that waits', () => {
    const settled = { transactionId: 'i1', status: 'COMPLETED', amount: '500.00' };
    const entryFor = (more: Partial<BlockTransaction>) =>
      said({ ...settled, ...more }) as QuarantinedEntry;

    test('has both values', () => {
      for (const [more, code, both] of [
        [{ currency: 'EUR' }, 'CURRENCY_DIFFERS', [/EUR/, /MAD/]],
        [{ amount: '5,00' }, 'ENTRY_INVALID', [/5,00/, /500\.00 MAD/]],
        [{ completedAt: '31/12/2025' }, 'ENTRY_INVALID', [/31\/12\/2025/, /2025-12-28/]],
        [{ payeePartyId: 'person2' }, 'ACCOUNT_DIFFERS', [/payee of p2/, /account-1/]],
        [{ payeePartyId: 'person3' }, 'ACCOUNT_DIFFERS', [/[0-9a-f]{64}/, /account-1/]],
        [{ status: 'REVERSED' }, 'STATUS_UNKNOWN', [/REVE/]],
        [
          { transactionId: 'x9', payeePartyId: 'person1', amount: '5.00' },
          'AMOUNT_DIFFERS',
          [/ 5\.00/, /500\.00 MAD/],
        ],
      ] as const) {
        const entry = entryFor(more);
        expect(entry).toMatchObject({ code, paymentId: 'p1', endToEndId: 'e1', messageId: 'M' });
        for (const value of both) expect(entry.detail).toMatch(value);
      }
    });

    test('has all that is wrong, under the first of it, and the money where it can be read', () => {
      const entry = entryFor({ payeePartyId: 'person2', currency: 'EUR', completedAt: 'never' });
      expect(entry).toMatchObject({
        code: 'ACCOUNT_DIFFERS',
        outcome: 'settled',
        amountMinor: '50000',
        currency: 'EUR',
        bankReference: 'C',
      });
      expect(entry.detail).toMatch(/payee of p2.*EUR.*5 characters/);
      expect(entry).not.toHaveProperty('bookedOn');
      expect(entryFor({ payeePartyId: 'x', completedAt: '2025-12-29T10:00:00Z' })).toMatchObject({
        bookedOn: '2025-12-29',
      });
      expect(entryFor({ currency: 'euros' })).not.toHaveProperty('amountMinor');
    });

    test('is the same however often the same is wrong, and another where something else is', () => {
      const { entryId } = entryFor({ currency: 'EUR' });
      const again = { currency: 'EUR', errorInformation: 'x', completedAt: '2025-12-31T10:00:00Z' };
      expect(entryFor(again).entryId).toBe(entryId);
      const others = [
        { currency: 'USD' },
        { currency: 'EUR', payeePartyId: 'person2' },
        { currency: 'EUR', status: 'FAILED' },
        { currency: 'EUR', transactionId: 'i2' },
      ].map((more) => entryFor(more).entryId);
      expect(new Set([entryId, ...others]).size).toBe(5);
    });

    test('tells no name and no number of somebody, and stays short', () => {
      for (const text of [
        'Fatima Zahra',
        '+212612345678',
        '0612345678',
        'MA64'.padEnd(28, '1'),
        'a\u202eb\u0000',
      ])
        for (const field of [
          'payeePartyId',
          'currency',
          'amount',
          'completedAt',
          'status',
        ] as const) {
          const { detail } = entryFor({ [field]: text.repeat(field === 'status' ? 1 : 7) });
          expect(detail).not.toContain(text);
          expect(detail.length).toBeLessThan(500);
          expect(detail).not.toMatch(/[\p{C}]/u);
        }
      const { detail } = entryFor({ amount: '0612345678' });
      expect(detail).not.toContain('0612345678');
    });
  });
});
