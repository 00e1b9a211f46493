import { uuidOf } from '../../../../kernel/ids.js';
import { standsForNone, unlessNone } from '../../../../kernel/stands-for-none.js';
import type { BookedEntry, Family } from './port.js';
import type { Fields } from './shape.js';
import {
  accountOf,
  dayIn,
  directionIn,
  flagIn,
  idIn,
  maybe,
  moneyIn,
  partiesIn,
} from './values.js';

/** What a booking is read from: an entry, and what of its details it is about. */
export interface BookingSource {
  readonly family: Family;
  /** Numbers of the statement and the entry in the file. */
  readonly numbers: { readonly statement: number; readonly entry: number };
  readonly statement: StatementName;
  readonly entry: Fields;
  readonly transaction?: Fields | undefined;
  readonly batch?: Fields | undefined;
  readonly returned?: Fields | undefined;
}

/** What tells a statement from another. */
export type StatementName = Pick<BookedEntry, 'statementId' | 'period'>;

/** Known once its entries begin. */
export function nameOf(family: Family, statement: Fields): StatementName {
  const id = statement.get('id') ?? statement.parent?.get('messageId');
  const from = secondIn(statement.get('from'));
  const to = secondIn(statement.get('to'));
  return {
    ...(id === undefined
      ? {}
      : {
          statementId: uuidOf(
            'statement',
            family,
            accountIn(statement) ?? '',
            id,
            ...['electronicNumber', 'legalNumber'].map((name) => statement.get(name) ?? ''),
            pageOf(statement),
          ),
        }),
    ...(from === undefined || to === undefined ? {} : { period: `${from}/${to}` }),
  };
}

/** Of the statement, or of a message in several pages; the first and only one is none. */
function pageOf(statement: Fields): string {
  const ofMessage = statement.parent?.get('page') ?? '1';
  return statement.get('page') ?? (ofMessage === '1' ? '' : ofMessage);
}

/** An instant to the second, as the bank writes it. */
const secondIn = (text: string | undefined): string | undefined =>
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/.exec(text ?? '')?.[0];

const NAMES = ['instructionId', 'endToEndId', 'uetr', 'transactionId'] as const;
const AMOUNTS = ['amount', 'transacted', 'instructed', 'counterValue'] as const;

/**
 * Whether a transaction names nothing and has no amount: it is there for its form. In a batch of
 * several a name that stands for none is there for its form, too.
 */
export const saysNothing = (transaction: Fields, isOfSeveral: boolean): boolean =>
  AMOUNTS.every((field) => transaction.get(field) === undefined) &&
  NAMES.every((field) => {
    const name = transaction.get(field);
    return name === undefined || (isOfSeveral && standsForNone(name));
  });

/** A booking of an entry, of a batch in it, or of one transaction. */
export function booking(
  scope: BookedEntry['scope'],
  { family, numbers, statement, entry, transaction, batch, returned }: BookingSource,
): BookedEntry {
  const entryDirection = directionIn(entry, 'direction');
  const direction = (transaction && directionIn(transaction, 'direction')) ?? entryDirection;
  const amount = amountOf(scope, entry, transaction, batch);
  const kept = entry.parent?.get('currency');
  const booked = entry.get('amount@');
  if (kept !== undefined && booked !== undefined && kept.trim() !== booked.trim())
    entry.problem('CURRENCY_DIFFERS', 'Ccy');
  const bookedOn = dayIn(entry, 'bookedOn', 'bookedAt', 'BookgDt');
  const valueOn = dayIn(entry, 'valueOn', 'valueAt', 'ValDt');
  const reversal = flagIn(entry, 'reversal', 'RvslInd');
  return {
    kind: 'booking',
    family,
    scope,
    place: (transaction ?? entry).place,
    statement: numbers.statement,
    ...statement,
    entry: numbers.entry,
    ...maybe('status', entry.get('status')),
    ...maybe('direction', direction),
    ...maybe('entryDirection', entryDirection),
    ...maybe('account', accountIn(entry.parent)),
    // Of what comes in they are others'.
    ...(direction === 'debit' && transaction ? paidAccounts(transaction) : {}),
    reversal,
    ...maybe('amount', amount),
    ...maybe('bookedOn', bookedOn),
    ...maybe('valueOn', valueOn),
    references: referencesOf(entry, transaction, batch),
    ...otherMessages(transaction, batch),
    ...maybe('bankCode', codeIn(transaction) ?? codeIn(entry)),
    returned: returned !== undefined,
    ...maybe('returnReason', returned?.get('returnReason')),
    ...maybe('proprietaryReturnReason', returned?.get('proprietaryReturnReason')),
    ...(batch ? { batch: announcedBy(batch) } : {}),
    // After what is read above, which may have had problems.
    problems: problemsOf(entry, transaction, batch, returned),
    ...(transaction ? partiesIn(transaction) : {}),
  };
}

const paidAccounts = (
  transaction: Fields,
): Pick<BookedEntry, 'debtorAccount' | 'creditorAccount'> => ({
  ...maybe('debtorAccount', accountOf(transaction, 'debtorAccount')),
  ...maybe('creditorAccount', accountOf(transaction, 'creditorAccount')),
});

/**
 * What is booked, in the currency of the account: of a transaction its own amount, and else what
 * was transacted, instructed or its counter value in that currency; of a batch its total.
 */
function amountOf(
  scope: BookedEntry['scope'],
  entry: Fields,
  transaction: Fields | undefined,
  batch: Fields | undefined,
): BookedEntry['amount'] {
  if (scope === 'entry') return moneyIn(entry, 'amount', 'Amt');
  if (scope === 'batch') return batch && moneyIn(batch, 'total', 'TtlAmt');
  if (!transaction) return undefined;
  const currency = entry.get('amount@')?.trim();
  const isBooked = (field: string): boolean => transaction.get(`${field}@`)?.trim() === currency;
  if (transaction.get('amount') !== undefined) {
    if (currency !== undefined && !isBooked('amount'))
      transaction.problem('CURRENCY_DIFFERS', 'Amt');
    return moneyIn(transaction, 'amount', 'Amt');
  }
  if (isBooked('transacted')) return moneyIn(transaction, 'transacted', 'TxAmt');
  if (isBooked('instructed')) return moneyIn(transaction, 'instructed', 'InstdAmt');
  return isBooked('counterValue') ? moneyIn(transaction, 'counterValue', 'CntrValAmt') : undefined;
}

/** Those of the transaction over those of the entry over those of the batch. */
function referencesOf(
  entry: Fields,
  transaction: Fields | undefined,
  batch: Fields | undefined,
): BookedEntry['references'] {
  return {
    ...messageOf(transaction, batch),
    ...idIn(entry, 'bank', 'bank', 'AcctSvcrRef'),
    ...idIn(entry, 'bank', 'entryBank', 'AcctSvcrRef'),
    ...idIn(entry, 'entry', 'entry', 'NtryRef'),
    ...(transaction
      ? {
          ...idIn(transaction, 'instructionId', 'instructionId', 'InstrId'),
          ...idIn(transaction, 'endToEndId', 'endToEndId', 'EndToEndId'),
          ...maybe('uetr', transaction.get('uetr')?.toLowerCase()),
          ...idIn(transaction, 'transactionId', 'transactionId', 'TxId'),
          ...idIn(transaction, 'bank', 'bank', 'AcctSvcrRef'),
        }
      : {}),
  };
}

/** The batch's names of the message that its transaction says otherwise. */
function otherMessages(
  transaction: Fields | undefined,
  batch: Fields | undefined,
): Pick<BookedEntry, 'otherMessages'> {
  if (!transaction || !batch) return {};
  const own = Object.values(messageIn(transaction)).filter((id) => !standsForNone(id));
  const others = Object.values(messageIn(batch)).filter(
    (id) => !own.includes(id) && !standsForNone(id),
  );
  return own.length === 0 || others.length === 0 ? {} : { otherMessages: others };
}

/** Of the statement or notification that the entry is in. */
const accountIn = (statement: Fields | undefined): string | undefined =>
  (statement?.get('iban') ?? statement?.get('account'))?.replaceAll(/\s/g, '');

const messageIn = (fields: Fields) => ({
  ...idIn(fields, 'messageId', 'messageId', 'MsgId'),
  ...idIn(fields, 'batchId', 'batchId', 'PmtInfId'),
});

/** What a transaction says of the message, unless it stands for none where its batch says one. */
function messageOf(
  transaction: Fields | undefined,
  batch: Fields | undefined,
): Pick<BookedEntry['references'], 'messageId' | 'batchId'> {
  const ofBatch = batch ? messageIn(batch) : {};
  const own = transaction ? messageIn(transaction) : {};
  return {
    ...own,
    ...ofBatch,
    ...maybe('messageId', unlessNone(own.messageId)),
    ...maybe('batchId', unlessNone(own.batchId)),
  };
}

const announcedBy = (batch: Fields): NonNullable<BookedEntry['batch']> => ({
  ...maybe('count', batch.get('count')),
  ...maybe('total', moneyIn(batch, 'total', 'TtlAmt')),
  ...maybe('direction', directionIn(batch, 'direction')),
});

/** Problems of the entry are its bookings' too, once each. */
function problemsOf(...all: readonly (Fields | undefined)[]): BookedEntry['problems'] {
  const problems = all.flatMap((fields) => fields?.problems ?? []);
  return problems.length > 1 ? unique(problems) : problems;
}

function codeIn(fields: Fields | undefined): string | undefined {
  const domain = fields?.get('domain');
  return domain === undefined
    ? undefined
    : [domain, fields!.get('codeFamily') ?? '', fields!.get('subFamily') ?? ''].join('/');
}

const unique = (problems: BookedEntry['problems']): BookedEntry['problems'] => [
  ...new Map(problems.map((problem) => [`${problem.code} ${problem.element}`, problem])).values(),
];
