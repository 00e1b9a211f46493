import { pain002Of } from '../support/bank-messages.js';
import { e2e, money, refs, statementOf } from './bank-agrees.fixtures.js';
import {
  IBAN,
  OTHER_IBAN,
  INSTRUCTED,
  SETTLED,
  waits,
  refused,
  debit,
  of,
  headed,
  status,
  twoStatements,
  balance,
  report,
  type Case,
  type Paid,
} from './bank-confused.fixtures.js';

export const statuses: readonly Case[] = [
  ...['PDNG', 'INFO', 'FUTR'].map((text) => ({
    name: `an entry that is ${text}`,
    of: (a: Paid) => status(a, `<Sts>${text}</Sts>`),
    gives: INSTRUCTED,
  })),
  {
    name: 'an entry that is pending and then booked',
    of: (a) => of(debit(a), debit(a)).replace('BOOK', 'PDNG'),
    gives: SETTLED,
  },
  {
    name: 'an entry that is book',
    of: (a) => status(a, '<Sts>book</Sts>'),
    gives: waits('STATUS_UNKNOWN'),
  },
  {
    name: 'an entry that is booked and pending',
    of: (a) => status(a, '<Sts><Cd>BOOK</Cd><Prtry>PDNG</Prtry></Sts>'),
    gives: waits('ENTRY_INVALID'),
  },
  { name: 'an entry without a status', of: (a) => status(a, ''), gives: waits('STATUS_UNKNOWN') },
];

export const sums: readonly Case[] = [
  ...[
    ['two entries where there is one', 'TtlNtries', '<NbOfNtries>2</NbOfNtries>', 'COUNT_DIFFERS'],
    ['entries in words', 'TtlNtries', '<NbOfNtries>eine</NbOfNtries>', 'COUNT_DIFFERS'],
    ['another sum', 'TtlNtries', '<Sum>1.00</Sum>', 'SUM_DIFFERS'],
    ['another sum of debits', 'TtlDbtNtries', '<Sum>1.00</Sum>', 'SUM_DIFFERS'],
    ['a credit where there is none', 'TtlCdtNtries', '<NbOfNtries>1</NbOfNtries>', 'COUNT_DIFFERS'],
  ].map(([name, element, text, file]) => ({
    name: `a summary of ${name}`,
    of: (a: Paid) => headed(`<TxsSummry><${element}>${text}</${element}></TxsSummry>`, debit(a)),
    gives: refused(file!),
  })),
  {
    name: 'balances that the entries do not lead to',
    of: (a) => headed(balance('OPBD', '1000.00') + balance('CLBD', '1000.00'), debit(a)),
    gives: refused('BALANCES_DIFFER'),
  },
  {
    name: 'balances in two currencies',
    of: (a) => headed(balance('OPBD', '1000.00') + balance('CLBD', '1.00', 'EUR'), debit(a)),
    gives: refused('BALANCES_DIFFER'),
  },
  {
    name: 'a closing balance of two amounts, of which the first is right',
    of: (a) =>
      headed(
        balance('OPBD', '100000.00') +
          balance('CLBD', money(a, 10_000_000n - 2n * BigInt(a.amountMinor))).replace(
            '</Amt>',
            '</Amt><Amt Ccy="MAD">1.00</Amt>',
          ),
        debit(a),
      ),
    gives: refused('ELEMENT_TWICE'),
  },
  {
    name: 'a closing balance alone',
    of: (a) => headed(balance('CLBD', '1.00'), debit(a)),
    gives: SETTLED,
  },
];

export const accounts: readonly Case[] = [
  {
    name: 'a statement of another account',
    of: (a) => statementOf([debit(a)], OTHER_IBAN),
    gives: waits('ACCOUNT_DIFFERS'),
  },
  {
    name: 'our account in small letters and groups of four',
    of: (a) => statementOf([debit(a)], IBAN.toLowerCase().replaceAll(/(.{4})/g, '$1 ')),
    gives: SETTLED,
  },
  {
    name: 'two statements, of which one is of another account',
    of: (a, b) => twoStatements(of(debit(a)), statementOf([debit(b)], OTHER_IBAN)),
    gives: { ...SETTLED, waiting: ['ACCOUNT_DIFFERS'] },
  },
  {
    name: 'one entry in two statements of one day',
    of: (a) => twoStatements(of(debit(a)), of(debit(a))),
    gives: { ...SETTLED, breaks: ['booked-twice'] },
  },
  {
    name: 'one statement twice in a file',
    of: (a) => twoStatements(of(debit(a)), of(debit(a)), ['S1', 'S1']),
    gives: SETTLED,
  },
  {
    name: 'an IBAN and another number',
    of: (a) => of(debit(a)).replace('</IBAN>', '</IBAN><Othr><Id>123</Id></Othr>'),
    gives: refused('ELEMENT_TWICE'),
  },
  {
    name: 'an account without a number',
    of: (a) => of(debit(a)).replace(/<IBAN>.*<\/IBAN>/, ''),
    gives: refused('ELEMENT_MISSING'),
  },
];

export const references: readonly Case[] = [
  {
    name: 'no reference',
    of: (a) => of(debit(a, { details: [refs('')] })),
    gives: waits('REFERENCE_UNKNOWN'),
  },
  {
    name: 'NOTPROVIDED',
    of: (a) => of(debit(a, { details: [e2e('NOTPROVIDED')] })),
    gives: waits('REFERENCE_UNKNOWN'),
  },
  {
    name: 'our id in small letters',
    of: (a) => of(debit(a, { details: [e2e(a.endToEndId.toLowerCase())] })),
    gives: waits('REFERENCE_UNKNOWN'),
  },
  {
    name: 'our id cut short',
    of: (a) => of(debit(a, { details: [e2e(a.endToEndId.slice(0, -1))] })),
    gives: waits('REFERENCE_UNKNOWN'),
  },
  {
    name: 'our id with a character that nobody sees',
    of: (a) => of(debit(a, { details: [e2e(`${a.endToEndId}\u200b`)] })),
    gives: waits('REFERENCE_UNKNOWN'),
  },
  {
    name: 'our id among blanks',
    of: (a) => of(debit(a, { details: [e2e(`\n  ${a.endToEndId}\t`)] })),
    gives: SETTLED,
  },
  {
    name: 'two end-to-end ids',
    of: (a, b) =>
      of(debit(a, { details: [e2e(a.endToEndId, `<EndToEndId>${b.endToEndId}</EndToEndId>`)] })),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'ids of two payments',
    of: (a, b) => of(debit(a, { details: [e2e(a.endToEndId, `<TxId>${b.endToEndId}</TxId>`)] })),
    gives: waits('REFERENCES_DIFFER', 'REFERENCES_DIFFER'),
  },
  {
    name: 'a reference of the bank that is a book',
    of: (a) => of(debit(a, { inner: `<AcctSvcrRef>${'X'.repeat(36)}</AcctSvcrRef>` })),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'a message without an id',
    of: (a) => of(debit(a)).replace('<MsgId>S-1</MsgId>', ''),
    gives: refused('ELEMENT_MISSING'),
  },
  {
    name: 'an entry without days',
    of: (a) => of(debit(a)).replace(/<BookgDt>.*<\/ValDt>/, ''),
    gives: SETTLED,
  },
  {
    name: 'a day that is none',
    of: (a) => of(debit(a, { bookedOn: '2026-02-30' })),
    gives: waits('ENTRY_INVALID'),
  },
  {
    name: 'a value date of 2099',
    of: (a) => of(debit(a, { valueOn: '2099-01-01' })),
    gives: { ...INSTRUCTED, breaks: ['date-implausible'] },
  },
  {
    name: 'an element of a foreign namespace among ours',
    of: (a) => of(debit(a)).replace('<CdtDbtInd>', '<CdtDbtInd xmlns="urn:theirs">'),
    gives: refused('NAMESPACE_DIFFERS'),
  },
  {
    name: 'an element that the standard does not have',
    of: (a) => of(debit(a)).replace('<Sts>', '<Paid>yes</Paid><Sts>'),
    gives: refused('ELEMENT_UNKNOWN'),
  },
];

const utf16 = (text: string): Uint8Array =>
  Buffer.from(`\ufeff${text.replace('UTF-8', 'UTF-16')}`, 'utf16le');
export const encodings: readonly Case[] = [
  { name: 'UTF-16', of: (a) => utf16(of(debit(a))), gives: SETTLED },
  { name: 'a byte order mark', of: (a) => Buffer.from(`\ufeff${of(debit(a))}`), gives: SETTLED },
  {
    name: 'UTF-16 that says UTF-8',
    of: (a) => Buffer.from(of(debit(a)), 'utf16le'),
    gives: SETTLED,
  },
  {
    name: 'UTF-7',
    of: (a) => of(debit(a)).replace('UTF-8', 'UTF-7'),
    gives: refused('ENCODING_UNKNOWN'),
  },
  {
    name: 'an id in references of characters',
    of: (a) => of(debit(a, { details: [e2e(`&#69;${a.endToEndId.slice(1)}`)] })),
    gives: SETTLED,
  },
  {
    name: 'an id as CDATA',
    of: (a) => of(debit(a, { details: [e2e(`<![CDATA[${a.endToEndId}]]>`)] })),
    gives: SETTLED,
  },
  {
    name: 'a null',
    of: (a) => of(debit(a)).replace('BOOK', 'BOOK\0'),
    gives: refused('XML_INVALID'),
  },
  {
    name: 'something after its end',
    of: (a) => `${of(debit(a))}<x/>`,
    gives: refused('XML_INVALID'),
  },
];

export const kinds: readonly Case[] = [
  {
    name: 'a report within the day',
    of: (a) =>
      of(debit(a))
        .replace('camt.053', 'camt.052')
        .replaceAll('BkToCstmrStmt', 'BkToCstmrAcctRpt')
        .replaceAll('Stmt>', 'Rpt>'),
    gives: refused('INTRADAY_REPORT'),
  },
  {
    name: 'a report within the day without a namespace',
    of: (a) =>
      of(debit(a))
        .replace(/ xmlns="[^"]*"/, '')
        .replaceAll('BkToCstmrStmt', 'BkToCstmrAcctRpt'),
    gives: refused('INTRADAY_REPORT'),
  },
  {
    name: 'a version of the future',
    of: (a) => of(debit(a)).replace('camt.053.001.04', 'camt.053.001.99'),
    gives: refused('VERSION_UNKNOWN'),
  },
  {
    name: 'a foreign namespace',
    of: (a) => of(debit(a)).replace(/xmlns="[^"]*"/, 'xmlns="urn:example:statements"'),
    gives: refused('NAMESPACE_UNKNOWN'),
  },
  {
    name: 'a namespace that is nearly that of the standard',
    of: (a) => of(debit(a)).replace('xsd:camt.053', 'xsd:notcamt.053'),
    gives: refused('NAMESPACE_UNKNOWN'),
  },
  {
    name: 'our own order sent back',
    of: () =>
      '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn/></Document>',
    gives: refused('MESSAGE_UNKNOWN'),
  },
  {
    name: 'a statement beside a report within the day',
    of: (a) =>
      `<x>${of(debit(a)).replace(/<\?.*?\?>/, '')}<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.052.001.08"><BkToCstmrAcctRpt/></Document></x>`,
    gives: refused('INTRADAY_REPORT'),
  },
];

export const reports: readonly Case[] = [
  {
    name: 'a status of another amount',
    of: (a) => report({ ...a, amountMinor: '1' }, 'settled'),
    gives: { ...INSTRUCTED, breaks: ['amount-differs'] },
  },
  {
    name: 'a rejection without a reason',
    of: (a) => report(a, 'rejected'),
    gives: { status: ['rejected', 'instructed'] },
  },
  {
    name: 'a status that nobody knows',
    of: (a) => report(a, 'settled').replace('ACSC', 'ZZZZ'),
    gives: waits('STATUS_UNKNOWN'),
  },
  {
    name: 'paid and refused in one report',
    of: (a) =>
      report(a, 'settled').replace(
        /(<TxInfAndSts>.*<\/TxInfAndSts>)/,
        (text) => text + text.replace('ACSC', 'RJCT'),
      ),
    gives: { ...SETTLED, breaks: ['rejected-after-settled'] },
  },
  {
    name: 'a message that is refused, and one payment of it that is paid',
    of: (a) =>
      report(a, 'settled').replace('</OrgnlMsgNmId>', '</OrgnlMsgNmId><GrpSts>RJCT</GrpSts>'),
    gives: refused('STATUS_DIFFERS'),
  },
  {
    name: 'a batch that is paid, and one payment of it that is refused',
    of: (a) =>
      report(a, 'rejected').replace(
        '</OrgnlPmtInfId>',
        '</OrgnlPmtInfId><PmtInfSts>ACSC</PmtInfSts>',
      ),
    gives: refused('STATUS_DIFFERS'),
  },
  ...(
    [
      ['accepted', 'ACCP', 'a batch of it of which nobody can read what is said', 'ZZZZ'],
      ['accepted', 'ACTC', 'a batch of it in small letters', 'rjct'],
      ['accepted', 'ACSP', 'a batch of it without a word', ''],
      ['paid', 'ACSC', 'a batch of it that waits', 'PDNG'],
      ['paid', 'ACCC', 'a batch of it that is only accepted', 'ACSP'],
      ['paid', 'ACSC', 'a batch of it that is so in part', 'PART'],
      ['paid', 'ACSC', 'a batch of it that is recalled', 'CANC'],
    ] as const
  ).map(([all, status, name, batchStatus]) => ({
    name: `a message that is ${all}, and ${name}`,
    of: (a: Paid) => pain002Of([], {}, { originalId: a.messageId, status, batchStatus }),
    gives: refused('STATUS_DIFFERS'),
  })),
  ...['ACSP', 'PDNG', 'ZZZZ', ''].map((text) => ({
    name: `a message that is paid, and one payment of it of the status ${text || 'of nothing'}`,
    of: (a: Paid) =>
      report(a, 'settled')
        .replace('<TxSts>ACSC<', `<TxSts>${text}<`)
        .replace('</OrgnlMsgNmId>', '</OrgnlMsgNmId><GrpSts>ACSC</GrpSts>'),
    gives: refused('STATUS_DIFFERS'),
  })),
  {
    name: 'a batch without a word',
    of: (a) => pain002Of([], {}, { originalId: a.messageId, batchStatus: '' }),
    gives: waits('STATUS_UNKNOWN'),
  },
  {
    name: 'a status of another number of payments than the message has',
    of: (a) => pain002Of([], {}, { originalId: a.messageId, status: 'ACSC', count: 3 }),
    gives: waits('BATCH_DIFFERS'),
  },
  {
    name: 'the ids of two payments in one status',
    of: (a, b) =>
      report(a, 'settled').replace(/<OrgnlInstrId>[^<]*/, `<OrgnlInstrId>${b.endToEndId}`),
    gives: waits('REFERENCES_DIFFER', 'REFERENCES_DIFFER'),
  },
  ...['ACCP', 'ACTC', 'RCVD', 'ZZZZ', ''].flatMap((text) =>
    (['rejected', 'settled'] as const).map((what) => ({
      name: `a message of another sum that is ${text || 'of no status'}, and one payment of it ${what}`,
      of: (a: Paid) =>
        report(a, what).replace(
          '</OrgnlMsgNmId>',
          `</OrgnlMsgNmId><OrgnlCtrlSum>5.00</OrgnlCtrlSum><GrpSts>${text}</GrpSts>`,
        ),
      gives: refused('BATCH_DIFFERS'),
    })),
  ),
  {
    name: 'an accepted batch of another number of payments, and one of them paid',
    of: (a) =>
      report(a, 'settled').replace(
        '</OrgnlPmtInfId>',
        '</OrgnlPmtInfId><OrgnlNbOfTxs>9999</OrgnlNbOfTxs><PmtInfSts>ACCP</PmtInfSts>',
      ),
    gives: refused('BATCH_DIFFERS'),
  },
];
