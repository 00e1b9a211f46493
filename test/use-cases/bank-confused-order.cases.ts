import { uetrOf } from '../../src/kernel/ids.js';
import { pain002Of } from '../support/bank-messages.js';
import { amountOf, e2e, money, refs, type Booking } from './bank-agrees.fixtures.js';
import {
  debit,
  detail,
  IBAN,
  of,
  OTHER_IBAN,
  refused,
  report,
  SETTLED,
  sum,
  twoStatements,
  waits,
  type Case,
  type Paid,
} from './bank-confused.fixtures.js';

const ref = (text: string): string => `<AcctSvcrRef>${text}</AcctSvcrRef>`;
const detailed = (paid: Paid, more: Partial<Booking> = {}): Booking =>
  debit(paid, { details: [detail(paid)], ...more });
const after = (paid: Paid, text: string): string =>
  of(detailed(paid)).replace('</NtryDtls>', `</NtryDtls>${text}`);
const acct = (iban: string): string => `<Acct><Id><IBAN>${iban}</IBAN></Id></Acct>`;
const onTwoDays = (paid: Paid, reference: string): string => {
  const on = (bookedOn: string): string => of(debit(paid, { inner: ref(reference), bookedOn }));
  return twoStatements(on('2026-01-05'), on('2026-01-06'));
};
const counted = (paid: Paid, inner: string): string =>
  report(paid, 'rejected', { reason: 'AC04' }).replace(
    '</OrgnlMsgNmId>',
    `</OrgnlMsgNmId>${inner}`,
  );

/** What comes too late, or twice, of what was relied on before. */
export const orders: readonly Case[] = [
  ...[
    ['another amount', '<Amt Ccy="MAD">1.00</Amt>'],
    ['that it is a reversal', '<RvslInd>true</RvslInd>'],
    ['that it is pending', '<Sts>PDNG</Sts>'],
  ].map(([name, text]) => ({
    name: `an entry that says after its details ${name}`,
    of: (a: Paid) => after(a, text!),
    gives: waits('ENTRY_DIFFERS'),
  })),
  {
    name: 'an account of somebody else, after the entries',
    of: (a) =>
      of(detailed(a))
        .replace(acct(IBAN), '')
        .replace('</Stmt>', `${acct(OTHER_IBAN)}</Stmt>`),
    gives: refused('ELEMENT_MISPLACED'),
  },
  {
    name: 'two accounts, of which the first is ours',
    of: (a) => of(detailed(a)).replace(acct(IBAN), acct(IBAN) + acct(OTHER_IBAN)),
    gives: refused('ELEMENT_TWICE'),
  },
  {
    name: 'two batches in the details of one entry',
    of: (a) =>
      of(
        debit(a, {
          details: [
            `<Btch><PmtInfId>${a.messageId}</PmtInfId></Btch>`,
            '<Btch><PmtInfId>THEIRS</PmtInfId></Btch>',
            detail(a),
          ],
        }),
      ),
    gives: waits('ENTRY_DIFFERS'),
  },
  {
    name: 'two statuses of a whole message, and a payment that has none of its own',
    of: (a) =>
      report(a, 'settled')
        .replace('</OrgnlMsgNmId>', '</OrgnlMsgNmId><GrpSts>ACSC</GrpSts><GrpSts>RJCT</GrpSts>')
        .replace('<TxSts>ACSC</TxSts>', ''),
    gives: refused('ELEMENT_TWICE'),
  },
];

/** What names a payment or a message in a way that does not agree, or a booking in none at all. */
export const names: readonly Case[] = [
  {
    name: 'an entry of more than its one detail, which is of somebody else',
    of: () => of({ amount: '600.00', details: [e2e('THEIRS') + amountOf('500.00')] }),
    gives: waits('ENTRY_DIFFERS'),
  },
  {
    name: 'one payment by its UETR and by its id, in one statement',
    of: (a) => {
      const none = '<EndToEndId>NOTPROVIDED</EndToEndId>';
      const uetr = refs(`${none}<UETR>${uetrOf(a.paymentId, 1)}</UETR>`);
      return of(debit(a, { details: [uetr] }), debit(a));
    },
    gives: { ...SETTLED, breaks: ['booked-twice'] },
  },
  ...['NONREF', 'n/a', '0000'].map((none) => ({
    name: `one payment by its UETR, and all else is ${none}`,
    of: (a: Paid) => {
      const names = `<PmtInfId>${none}</PmtInfId><InstrId>${none}</InstrId>`;
      const id = `<EndToEndId>${none}</EndToEndId><UETR>${uetrOf(a.paymentId, 1)}</UETR>`;
      return of(debit(a, { details: [refs(names + id)] }));
    },
    gives: SETTLED,
  })),
  {
    name: 'one with a reference and one without, in one statement',
    of: (a) => of(debit(a, { inner: ref('K1') }), debit(a)),
    gives: { ...SETTLED, breaks: ['booked-twice'] },
  },
  ...['NONREF', 'NOTPROVIDED', 'not provided', '0000000', '-'].map((text) => ({
    name: `two debits of two days under the reference ${text}`,
    of: (a: Paid) => onTwoDays(a, text),
    gives: { ...SETTLED, breaks: ['booked-twice'] },
  })),
  {
    name: 'two debits of two days under our own id',
    of: (a) => onTwoDays(a, a.endToEndId),
    gives: { ...SETTLED, breaks: ['booked-twice'] },
  },
  {
    name: 'two debits of two days under the id of our message',
    of: (a) => onTwoDays(a, a.messageId),
    gives: { ...SETTLED, breaks: ['booked-twice'] },
  },
  {
    name: 'a whole message of ours that comes back',
    of: (a, b) =>
      of({
        amount: sum(a, b),
        direction: 'CRDT',
        details: [`<Btch><PmtInfId>${a.messageId}</PmtInfId></Btch>`],
      }).replace('<Sts>', '<RvslInd>true</RvslInd><Sts>'),
    gives: waits('MESSAGE_UNCLEAR'),
  },
  {
    name: 'a report about one payment of a message of three, which has more',
    of: (a) =>
      pain002Of(
        [{ endToEndId: a.endToEndId, amount: money(a), what: 'settled' }],
        {},
        { originalId: a.messageId, count: 3 },
      ),
    gives: refused('BATCH_DIFFERS'),
  },
  {
    name: 'a report that two are rejected, which names one',
    of: (a) =>
      counted(
        a,
        '<NbOfTxsPerSts><DtldNbOfTxs>2</DtldNbOfTxs><DtldSts>RJCT</DtldSts></NbOfTxsPerSts>',
      ),
    gives: refused('COUNT_DIFFERS'),
  },
  {
    name: 'a report that says twice how many are rejected',
    of: (a) =>
      counted(
        a,
        '<NbOfTxsPerSts><DtldNbOfTxs>1</DtldNbOfTxs><DtldNbOfTxs>2</DtldNbOfTxs><DtldSts>RJCT</DtldSts></NbOfTxsPerSts>',
      ),
    gives: refused('ELEMENT_TWICE'),
  },
  {
    name: 'a payment that was settled at another amount than instructed',
    of: (a) =>
      report(a, 'settled').replace(
        '<OrgnlTxRef>',
        '<OrgnlTxRef><IntrBkSttlmAmt Ccy="MAD">1.00</IntrBkSttlmAmt>',
      ),
    gives: waits('ENTRY_INVALID'),
  },
];
