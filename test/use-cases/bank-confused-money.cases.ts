import { uetrOf } from '../../src/kernel/ids.js';
import { amountOf, e2e, money } from './bank-agrees.fixtures.js';
import {
  SETTLED,
  BOTH,
  waits,
  refused,
  sum,
  debit,
  detail,
  of,
  charges,
  details,
  coded,
  returned,
  type Case,
} from './bank-confused.fixtures.js';

export const batches: readonly Case[] = [
  {
    name: 'a batch booked as one, with both transfers',
    of: (a, b) =>
      of({
        amount: sum(a, b),
        details: [
          `<Btch><NbOfTxs>2</NbOfTxs><TtlAmt Ccy="MAD">${sum(a, b)}</TtlAmt><CdtDbtInd>DBIT</CdtDbtInd></Btch>`,
          detail(a),
          detail(b),
        ],
      }),
    gives: BOTH,
  },
  {
    name: 'a batch that says it has three and lists two, which come to all of it',
    of: (a, b) =>
      of({
        amount: sum(a, b),
        details: ['<Btch><NbOfTxs>3</NbOfTxs></Btch>', detail(a), detail(b)],
      }),
    gives: waits('ENTRY_DIFFERS', 'ENTRY_DIFFERS'),
  },
  {
    name: 'a batch that says it has one and lists two',
    of: (a, b) =>
      of({
        amount: sum(a, b),
        details: ['<Btch><NbOfTxs>1</NbOfTxs></Btch>', detail(a), detail(b)],
      }),
    gives: refused('COUNT_DIFFERS'),
  },
  {
    name: 'a batch of another total than its transfers',
    of: (a, b) =>
      of({
        amount: sum(a, b),
        details: [
          '<Btch><NbOfTxs>2</NbOfTxs><TtlAmt Ccy="MAD">1.00</TtlAmt></Btch>',
          detail(a),
          detail(b),
        ],
      }),
    gives: refused('SUM_DIFFERS'),
  },
  {
    name: 'a batch of ours with another total than its entry',
    of: (a) =>
      of({
        amount: '100.00',
        details: [
          `<Btch><PmtInfId>${a.messageId}</PmtInfId><TtlAmt Ccy="MAD">200.00</TtlAmt></Btch>`,
        ],
      }),
    gives: waits('ENTRY_DIFFERS'),
  },
  {
    name: 'a batch that is a credit in an entry that is a debit',
    of: (a) =>
      of(
        debit(a, {
          details: [
            '<Btch><NbOfTxs>1</NbOfTxs><CdtDbtInd>CRDT</CdtDbtInd></Btch>',
            e2e(a.endToEndId) + amountOf(money(a)),
          ],
        }),
      ),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: "a batch of somebody else's message",
    of: () => of({ amount: '100.00', details: ['<Btch><PmtInfId>THEIRS-1</PmtInfId></Btch>'] }),
    gives: waits('MESSAGE_UNKNOWN'),
  },
  {
    name: 'a message of ours booked at one transfer of it',
    of: (a) => of(debit(a, { details: [`<Btch><PmtInfId>${a.messageId}</PmtInfId></Btch>`] })),
    gives: waits('BATCH_DIFFERS'),
  },
  ...(
    [
      ['nothing of ours', '', '', 'REFERENCE_UNKNOWN'],
      ['a message of ours', 'messageId', '', 'BATCH_DIFFERS'],
      ['a transfer of ours', '', 'UETR', 'ENTRY_DIFFERS'],
      ['a message and a transfer of ours', 'messageId', 'UETR', 'ENTRY_DIFFERS'],
    ] as const
  ).map(([name, message, uetr, code]): Case => ({
    name: `a batch of two with one detail that is not provided, which names ${name}`,
    of: (a) => {
      const id = message && `<PmtInfId>${a.messageId}</PmtInfId>`;
      const own = uetr && `<UETR>${uetrOf(a.paymentId, 1)}</UETR>`;
      const btch = `<Btch>${id}<NbOfTxs>2</NbOfTxs></Btch>`;
      return of(debit(a, { details: [btch, e2e('NOTPROVIDED', own) + amountOf(money(a))] }));
    },
    gives: waits(code),
  })),
  {
    name: 'a batch whose number of transfers is a word',
    of: (a) =>
      of({ amount: money(a), details: ['<Btch><NbOfTxs>zwei</NbOfTxs></Btch>', detail(a)] }),
    gives: refused('COUNT_DIFFERS'),
  },
  {
    name: 'one transfer twice in the details of one entry',
    of: (a) => of({ amount: sum(a, a), details: [detail(a), detail(a)] }),
    gives: { ...SETTLED, breaks: ['booked-twice'] },
  },
  {
    name: 'a transfer beside one of nothing',
    of: (a, b) =>
      of({ amount: money(a), details: [detail(a), e2e(b.endToEndId) + amountOf('0.00')] }),
    gives: { ...SETTLED, waiting: ['AMOUNT_NOT_POSITIVE'] },
  },
  {
    name: 'a credit among the details of a debit',
    of: (a, b) =>
      of({
        amount: money(a, -100n),
        details: [detail(a), `${e2e(b.endToEndId)}${amountOf('1.00')}<CdtDbtInd>CRDT</CdtDbtInd>`],
      }),
    gives: { ...SETTLED, waiting: ['CREDIT_UNCLEAR'] },
  },
];

export const reversals: readonly Case[] = [
  {
    name: 'a debit that is a reversal',
    of: (a) => of(debit(a)).replace('<Sts>', '<RvslInd>true</RvslInd><Sts>'),
    gives: waits('BOOKING_UNCLEAR'),
  },
  {
    name: 'a credit that is a reversal',
    of: (a) => of(debit(a, { direction: 'CRDT' })).replace('<Sts>', '<RvslInd>1</RvslInd><Sts>'),
    gives: { status: ['returned', 'instructed'] },
  },
  {
    name: 'a reversal that is perhaps one',
    of: (a) => of(debit(a)).replace('<Sts>', '<RvslInd>oui</RvslInd><Sts>'),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'a debit with the reason of a return',
    of: (a) => of(debit(a, { details: [detail(a, returned)] })),
    gives: waits('BOOKING_UNCLEAR'),
  },
  {
    name: 'a credit without any reason',
    of: (a) => of(debit(a, { direction: 'CRDT' })),
    gives: waits('CREDIT_UNCLEAR'),
  },
  {
    name: 'a return before its debit, in one statement',
    of: (a) => of(debit(a, { direction: 'CRDT', details: [detail(a, returned)] }), debit(a)),
    gives: { status: ['returned', 'instructed'] },
  },
  {
    name: 'a return of the day before its debit',
    of: (a) =>
      of(
        debit(a),
        debit(a, { direction: 'CRDT', details: [detail(a, returned)], bookedOn: '2026-01-04' }),
      ),
    gives: { ...SETTLED, breaks: ['date-implausible'] },
  },
  {
    name: 'a return of a day before its debit, read first',
    of: (a) =>
      of(
        debit(a, { direction: 'CRDT', details: [detail(a, returned)], bookedOn: '2026-01-04' }),
        debit(a),
      ),
    gives: { status: ['returned', 'instructed'], breaks: ['settled-after-returned'] },
  },
  {
    name: 'a return of more than was paid',
    of: (a) =>
      of(
        debit(a),
        debit(a, {
          direction: 'CRDT',
          amount: money(a, 100n),
          details: [e2e(a.endToEndId) + returned],
        }),
      ),
    gives: { ...SETTLED, breaks: ['amount-differs'] },
  },
  {
    name: 'a debit whose code is that of money that came in',
    of: (a) => coded(a, 'PMNT/RCDT/ESCT'),
    gives: waits('BOOKING_UNCLEAR'),
  },
  {
    name: 'a debit whose code is that of a fee',
    of: (a) => coded(a, 'ACMT/MDOP/CHRG'),
    gives: waits('BOOKING_UNCLEAR'),
  },
  {
    name: 'a credit whose code is that of a transfer that went out',
    of: (a) => coded(a, 'PMNT/ICDT/ESCT', { direction: 'CRDT' }),
    gives: waits('CREDIT_UNCLEAR'),
  },
  {
    name: 'a detail that goes the other way than its entry',
    of: (a) => of(debit(a, { details: [detail(a, '<CdtDbtInd>CRDT</CdtDbtInd>')] })),
    gives: waits('CREDIT_UNCLEAR'),
  },
  {
    name: 'no direction at all',
    of: (a) => of(debit(a)).replace('<CdtDbtInd>DBIT</CdtDbtInd>', ''),
    gives: waits('BOOKING_UNCLEAR'),
  },
];

export const amounts: readonly Case[] = [
  {
    name: 'an amount transacted that is not the one booked',
    of: (a) => of(debit(a, { details: [detail(a, details('TxAmt', '1.00'))] })),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'an amount instructed that is not the one booked',
    of: (a) => of(debit(a, { details: [detail(a, details('InstdAmt', money(a, -2_600n)))] })),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'an amount transacted less charges, which are named',
    of: (a) =>
      of(
        debit(a, {
          details: [detail(a, details('TxAmt', money(a, -2_600n)) + charges('26.00'))],
        }),
      ),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'a counter value that is not the amount booked',
    of: (a) => of(debit(a, { details: [detail(a, details('CntrValAmt', '1.00'))] })),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'an entry that was transacted at another amount than it is booked',
    of: (a) => of(debit(a, { inner: details('TxAmt', '1.00') })),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'amounts besides that are the same, or in another currency',
    of: (a, b) =>
      of(
        debit(a, { details: [detail(a, details('TxAmt', `${money(a)}000`))] }),
        debit(b, { details: [detail(b, details('InstdAmt', '46.00', 'EUR'))] }),
      ),
    gives: BOTH,
  },
  {
    name: 'an amount besides that cannot be read',
    of: (a) => of(debit(a, { details: [detail(a, details('InstdAmt', 'viel'))] })),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'nothing',
    of: (a) => of(debit(a, { amount: '0.00' })),
    gives: waits('AMOUNT_NOT_POSITIVE'),
  },
  {
    name: 'an amount twice',
    of: (a) => of(debit(a, { amount: amountOf(money(a)) + amountOf(money(a)) })),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'no amount',
    of: (a) => of(debit(a, { amount: '<!-- none -->' })),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'thousands with a comma',
    of: (a) => of(debit(a, { amount: '1,000.00' })),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'digits of another script',
    of: (a) => of(debit(a, { amount: '٥٠٠.٠٠' })),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'an exponent',
    of: (a) => of(debit(a, { amount: '5e2' })),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'a currency in small letters',
    of: (a) => of(debit(a, { amount: `<Amt Ccy="mad">${money(a)}</Amt>` })),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'a foreign currency',
    of: (a) => of(debit(a, { amount: `<Amt Ccy="EUR">${money(a)}</Amt>` })),
    gives: waits('CURRENCY_DIFFERS'),
  },
  {
    name: 'a foreign currency on an account that is kept in ours',
    of: (a) =>
      of(debit(a, { amount: `<Amt Ccy="EUR">${money(a)}</Amt>` })).replace(
        '</Acct>',
        '<Ccy>MAD</Ccy></Acct>',
      ),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'a detail in a foreign currency',
    of: (a) => of(debit(a, { details: [`${e2e(a.endToEndId)}<Amt Ccy="EUR">${money(a)}</Amt>`] })),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'charges that come to it',
    of: (a) => of({ amount: money(a, 2_600n), details: [detail(a, charges('26.00'))] }),
    gives: { ...SETTLED, waiting: ['BANK_CHARGES'] },
  },
  {
    name: 'charges that were given back',
    of: (a) =>
      of({
        amount: money(a, -2_700n),
        details: [detail(a, charges('27.00', '<CdtDbtInd>CRDT</CdtDbtInd>'))],
      }),
    gives: { ...SETTLED, waiting: ['BANK_CHARGES'] },
  },
  {
    name: 'charges of less than nothing',
    of: (a) => of({ amount: money(a, 2_600n), details: [detail(a, charges('-26.00'))] }),
    gives: waits('ENTRY_DIFFERS'),
  },
  {
    name: 'charges of another sum than what is missing',
    of: (a) => of({ amount: money(a, 2_600n), details: [detail(a, charges('25.00'))] }),
    gives: waits('ENTRY_DIFFERS'),
  },
];
