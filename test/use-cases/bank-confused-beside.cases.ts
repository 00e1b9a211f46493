import { formatAmount } from '../../src/kernel/money.js';
import { amountOf, e2e, money } from './bank-agrees.fixtures.js';
import {
  charges,
  debit,
  detail,
  IBAN,
  of,
  OTHER_IBAN,
  report,
  returned,
  SETTLED,
  waits,
  type Case,
  type Paid,
} from './bank-confused.fixtures.js';

const noMoney = (element: string, amt: string): string =>
  `<AmtDtls><${element}>${amt}</${element}></AmtDtls>`;
const NO_CURRENCY: readonly (readonly [string, string])[] = [
  ['of no currency', '<Amt>1.00</Amt>'],
  ['of an empty currency', '<Amt Ccy="">1.00</Amt>'],
  ['of a currency in small letters', '<Amt Ccy="mad">1.00</Amt>'],
  ['of a currency that there is not', '<Amt Ccy="QQQ">1.00</Amt>'],
  ['in words, of no currency', '<Amt>viel</Amt>'],
];

/** Amounts beside the booked one whose currency nobody can read: they may be the booked one. */
export const besides: readonly Case[] = NO_CURRENCY.flatMap(([name, amt]) =>
  ['TxAmt', 'InstdAmt', 'CntrValAmt'].flatMap((element): readonly Case[] => [
    {
      name: `${element} of a detail, ${name}`,
      of: (a) => of(debit(a, { details: [detail(a, noMoney(element, amt))] })),
      gives: waits('ENTRY_INVALID'),
    },
    {
      name: `${element} of a detail without an amount, ${name}`,
      of: (a) => of(debit(a, { details: [e2e(a.endToEndId, '') + noMoney(element, amt)] })),
      gives: waits('ENTRY_INVALID'),
    },
    {
      name: `${element} of an entry, ${name}`,
      of: (a) => of(debit(a, { inner: noMoney(element, amt) })),
      gives: waits('ENTRY_INVALID'),
    },
  ]),
);

const chrgs = (inner: string): string => `<Chrgs>${inner}</Chrgs>`;
const rcrd = (inner: string): string => `<Rcrd>${inner}</Rcrd>`;
const total = (text: string): string => `<TtlChrgsAndTaxAmt Ccy="MAD">${text}</TtlChrgsAndTaxAmt>`;

const taxed = (text: string): string => `<Tax><TtlTaxAmt Ccy="MAD">${text}</TtlTaxAmt></Tax>`;

/** Charges that cannot be read, or that are not what they say to come to. */
export const charged: readonly Case[] = [
  ...(
    [
      ['an amount twice', chrgs(rcrd(amountOf('26.00') + amountOf('1.00')))],
      ['a direction that is none', charges('26.00', '<CdtDbtInd>XXX</CdtDbtInd>')],
      [
        'two directions',
        charges('26.00', '<CdtDbtInd>DBIT</CdtDbtInd><CdtDbtInd>CRDT</CdtDbtInd>'),
      ],
      ['another total than they come to', chrgs(total('20.00') + rcrd(amountOf('26.00')))],
      ['a total twice', chrgs(total('26.00') + total('1.00') + rcrd(amountOf('26.00')))],
    ] as const
  ).flatMap(([name, text]): readonly Case[] => [
    {
      name: `charges of a detail with ${name}`,
      of: (a) => of({ amount: money(a, 2_600n), details: [detail(a, text)] }),
      gives: waits('ENTRY_DIFFERS'),
    },
    {
      name: `charges of an entry with ${name}`,
      of: (a) => of({ amount: money(a, 2_600n), inner: text, details: [detail(a)] }),
      gives: waits('ENTRY_INVALID'),
    },
  ]),
  ...(
    [
      ['charges that come to their total', '29.00', 2_900n],
      ['charges that come to their total with their taxes', '41.40', 3_100n],
    ] as const
  ).map(([name, said, sum]): Case => ({
    name,
    of: (a) => {
      const tax = '<Tax><Amt Ccy="MAD">5.20</Amt></Tax>';
      const records = [formatAmount(sum - 600n, 'MAD'), '6.00'].map((one) =>
        rcrd(amountOf(one) + tax),
      );
      const text = chrgs(total(said) + records.join(''));
      return of({ amount: money(a, sum), details: [detail(a, text)] });
    },
    gives: { ...SETTLED, waiting: ['BANK_CHARGES'] },
  })),
  ...(
    [
      ['a total alone', 3_300n, chrgs(total('33.00'))],
      ['a charge and a tax beside it', 3_400n, `${charges('28.80')}${taxed('5.20')}`],
    ] as const
  ).flatMap(([name, sum, text]): readonly Case[] => [
    {
      name: `${name}, which come to it`,
      of: (a) => of({ amount: money(a, sum), details: [detail(a, text)] }),
      gives: { ...SETTLED, waiting: ['BANK_CHARGES'] },
    },
    {
      name: `${name}, which are more than it`,
      of: (a) => of({ amount: money(a, sum - 100n), details: [detail(a, text)] }),
      gives: waits('ENTRY_DIFFERS'),
    },
    {
      name: `${name}, by which less came back`,
      of: (a) =>
        of(
          debit(a),
          debit(a, {
            direction: 'CRDT',
            amount: money(a, -sum),
            details: [detail(a, text + returned)],
          }),
        ),
      gives: { ...SETTLED, breaks: ['amount-differs'] },
    },
  ]),
  {
    name: 'a tax that cannot be read',
    of: (a) => of(debit(a, { details: [detail(a, taxed('viel'))] })),
    gives: waits('ENTRY_INVALID'),
  },
];

const to = (iban: string): string => `<CdtrAcct><Id><IBAN>${iban}</IBAN></Id></CdtrAcct>`;
const from = (iban: string): string => `<DbtrAcct><Id><IBAN>${iban}</IBAN></Id></DbtrAcct>`;
const related = (iban: string): string => `<RltdPties>${from(iban)}</RltdPties>`;
const paidFrom = (paid: Paid, what: 'settled' | 'rejected', iban: string): string =>
  report(paid, what, { reason: 'AC04' }).replace('<OrgnlTxRef>', `<OrgnlTxRef>${from(iban)}`);

/** The account that an entry says to be paid from. */
export const debtors: readonly Case[] = [
  {
    name: 'a debit of our account that was paid from another',
    of: (a) => of(debit(a, { details: [detail(a, related(OTHER_IBAN))] })),
    gives: waits('ACCOUNT_DIFFERS'),
  },
  {
    name: 'a debit that was paid from our account',
    of: (a) => of(debit(a, { details: [detail(a, related(IBAN))] })),
    gives: SETTLED,
  },
  {
    name: 'a debit whose account is masked',
    of: (a) => of(debit(a, { details: [detail(a, related('MA64XXXXXXXXXXXXXXXXXXXX0109'))] })),
    gives: SETTLED,
  },
  ...(['settled', 'rejected'] as const).flatMap((what): readonly Case[] => [
    {
      name: `what is ${what} of another account`,
      of: (a) => paidFrom(a, what, OTHER_IBAN),
      gives: waits('ACCOUNT_DIFFERS'),
    },
    {
      name: `what is ${what} of our account`,
      of: (a) => paidFrom(a, what, IBAN),
      gives: { status: [what, 'instructed'] },
    },
  ]),
];

const into = (number: string): string =>
  `<CdtrAcct><Id><Othr><Id>${number}</Id></Othr></Id></CdtrAcct>`;
const OTHER_RIB = OTHER_IBAN.slice(4);
const fullwidth = (text: string): string =>
  text.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
const arabic = (text: string): string =>
  text.replace(/\d/g, (digit) => String.fromCodePoint(0x0660 + Number(digit)));
/** Another payee's account, however a bank writes it. */
const ANOTHER: readonly (readonly [string, string])[] = [
  ["another's RIB with dots", OTHER_RIB.replace(/(...)/g, '$1.')],
  ["another's RIB with dashes", OTHER_RIB.replace(/(...)/g, '$1-')],
  ["another's RIB with slashes", OTHER_RIB.replace(/(...)/g, '$1/')],
  ["another's RIB in fullwidth digits", fullwidth(OTHER_RIB)],
  ["another's RIB in Arabic digits", arabic(OTHER_RIB)],
  ["another's RIB with nothing between", OTHER_RIB.replace(/(...)/g, '$1\u200b')],
  ["another's IBAN with its name", `IBAN ${OTHER_IBAN}`],
  ["another's RIB with its name", `RIB ${OTHER_RIB}`],
  ["another's wallet", '0612345678'],
  ["another's wallet with its country", '+212 6 12 34 56 78'],
  ["another's wallet with its country after 00", '00212612345678'],
  ["another's wallet with its country alone", '212 612-345678'],
  ['a RIB with a wrong key', OTHER_RIB.slice(0, -2) + (OTHER_RIB.endsWith('11') ? '12' : '11')],
  ['an IBAN with wrong check digits', `MA99${OTHER_RIB}`],
  ["a number of the bank's own", '999999'],
  ['a telephone abroad', '0033612345678'],
];
const OWN: readonly (readonly [string, (own: string) => string])[] = [
  ['with dots', (own) => own.replace(/(...)/g, '$1.')],
  ['in Arabic digits', arabic],
  ['with its name', (own) => `RIB: ${own}`],
  ['with zeros before it', (own) => `0000${own.slice(-24)}`],
  ['without its country', (own) => own.slice(-24)],
  // A wallet has none of these.
  ['without its bank, city and key', (own) => (own.length < 24 ? own : own.slice(-18, -2))],
];
/** What says no account. */
const NONE = ['**** **** 0109', 'XXXXXX0109', 'NOTPROVIDED', 'CLIENT', '000000'];

/** The account that an entry says that money went to. */
export const creditors: readonly Case[] = [
  {
    name: 'a debit that went to another account than the payee has',
    of: (a) => of(debit(a, { details: [detail(a, `<RltdPties>${to(OTHER_IBAN)}</RltdPties>`)] })),
    gives: waits('ACCOUNT_DIFFERS'),
  },
  {
    name: "a debit that went to the other payment's payee",
    of: (a, b) => of(debit(a, { details: [detail(a, `<RltdPties>${to(b.account)}</RltdPties>`)] })),
    gives: waits('ACCOUNT_DIFFERS'),
  },
  {
    name: 'a debit that went to the account it was sent to',
    of: (a) => of(debit(a, { details: [detail(a, `<RltdPties>${to(a.account)}</RltdPties>`)] })),
    gives: SETTLED,
  },
  {
    name: 'a debit whose payee is masked',
    of: (a) =>
      of(
        debit(a, {
          details: [detail(a, `<RltdPties>${to('MA64XXXXXXXXXXXXXXXXXXXX0109')}</RltdPties>`)],
        }),
      ),
    gives: SETTLED,
  },
  ...ANOTHER.map(([name, written]): Case => ({
    name: `a debit that went to ${name}`,
    of: (a) => of(debit(a, { details: [detail(a, `<RltdPties>${into(written)}</RltdPties>`)] })),
    gives: waits('ACCOUNT_DIFFERS'),
  })),
  ...OWN.map(([name, written]): Case => ({
    name: `a debit that went to the payee's own account ${name}`,
    of: (a) =>
      of(debit(a, { details: [detail(a, `<RltdPties>${into(written(a.account))}</RltdPties>`)] })),
    gives: SETTLED,
  })),
  ...NONE.map((written): Case => ({
    name: `a debit that went to ${written}`,
    of: (a) => of(debit(a, { details: [detail(a, `<RltdPties>${into(written)}</RltdPties>`)] })),
    gives: SETTLED,
  })),
  ...(['settled', 'rejected'] as const).flatMap((what): readonly Case[] => [
    {
      name: `what is ${what} of another payee`,
      of: (a) =>
        report(a, what, { reason: 'AC04' }).replace(
          '<OrgnlTxRef>',
          `<OrgnlTxRef>${to(OTHER_IBAN)}`,
        ),
      gives: waits('ACCOUNT_DIFFERS'),
    },
    {
      name: `what is ${what} of our payee`,
      of: (a) =>
        report(a, what, { reason: 'AC04' }).replace('<OrgnlTxRef>', `<OrgnlTxRef>${to(a.account)}`),
      gives: { status: [what, 'instructed'] },
    },
  ]),
];
