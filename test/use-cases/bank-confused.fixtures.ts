import { asdProgramme } from '../../src/eligibility/reference/asd.js';
import { pain002Of } from '../support/bank-messages.js';
import { amountOf, e2e, money, statementOf, type Booking } from './bank-agrees.fixtures.js';
import type { Paid as Instructed } from './bank-messages.fixtures.js';

/** A payment at the bank, and the account that it was sent to. */
export interface Paid extends Instructed {
  readonly account: string;
}
/** What a message must come to: of the payments that it is about, and of what waits. */
export interface Expected {
  /** Why the whole file waits; absent: it is applied. */
  readonly file?: string;
  /** Of the one payment, and of the other. */
  readonly status?: readonly string[];
  readonly breaks?: readonly string[];
  readonly waiting?: readonly string[];
}
export interface Case {
  readonly name: string;
  readonly of: (one: Paid, other: Paid) => string | Uint8Array;
  readonly gives: Expected;
}

export const IBAN = asdProgramme.debtor.iban;
export const OTHER_IBAN = 'MA64011519000001205000534921';
export const INSTRUCTED: Expected = { status: ['instructed', 'instructed'] };
export const SETTLED: Expected = { status: ['settled', 'instructed'] };
export const BOTH: Expected = { status: ['settled', 'settled'] };
export const waits = (...waiting: readonly string[]): Expected => ({ ...INSTRUCTED, waiting });
export const refused = (file: string): Expected => ({ ...INSTRUCTED, file });

export const sum = (one: Instructed, other: Instructed): string =>
  money(one, BigInt(other.amountMinor));
export const debit = (paid: Instructed, more: Partial<Booking> = {}): Booking => ({
  amount: money(paid),
  details: [e2e(paid.endToEndId)],
  ...more,
});
export const detail = (paid: Instructed, more = ''): string =>
  e2e(paid.endToEndId) + amountOf(money(paid)) + more;
export const of = (...entries: readonly Booking[]): string => statementOf(entries);
export const charges = (amount: string, more = ''): string =>
  `<Chrgs><Rcrd><Amt Ccy="MAD">${amount}</Amt>${more}</Rcrd></Chrgs>`;
export const details = (element: string, amount: string, currency = 'MAD'): string =>
  `<AmtDtls><${element}><Amt Ccy="${currency}">${amount}</Amt></${element}></AmtDtls>`;
export const code = (text: string): string => {
  const [domain, family, sub] = text.split('/');
  return `<Domn><Cd>${domain}</Cd><Fmly><Cd>${family}</Cd><SubFmlyCd>${sub}</SubFmlyCd></Fmly></Domn>`;
};
export const coded = (paid: Instructed, text: string, more: Partial<Booking> = {}): string =>
  of(debit(paid, more)).replace('<Prtry><Cd>X</Cd></Prtry>', code(text));
/** Before the entries of a statement. */
export const headed = (head: string, ...entries: readonly Booking[]): string =>
  of(...entries).replace(/(<\/Acct>)/, `$1${head}`);
export const status = (paid: Instructed, text: string): string =>
  of(debit(paid)).replace('<Sts>BOOK</Sts>', text);
export const twoStatements = (
  first: string,
  second: string,
  ids: readonly [string, string] = ['S1', 'S2'],
): string => {
  const stmt = (text: string, id: string): string =>
    /<Stmt>.*<\/Stmt>/.exec(text)![0].replace('<Id>S-1-1</Id>', `<Id>${id}</Id>`);
  return first.replace(/<Stmt>.*<\/Stmt>/, stmt(first, ids[0]) + stmt(second, ids[1]));
};
export const returned = '<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>';
export const balance = (kind: string, amount: string, currency = 'MAD'): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${kind}</Cd></CdOrPrtry></Tp><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-01-05</Dt></Dt></Bal>`;
export const report = (
  paid: Instructed,
  what: 'settled' | 'rejected' | 'accepted',
  more: object = {},
): string =>
  pain002Of(
    [{ endToEndId: paid.endToEndId, amount: money(paid), what, ...more }],
    {},
    { originalId: paid.messageId },
  );
