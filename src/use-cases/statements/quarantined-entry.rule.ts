import type { EventData } from '../../../events/generated.js';
import type {
  BookedEntry,
  NumberedEntry,
  StatusEntry,
} from '../../adapters/payment-rail/iso20022/incoming/port.js';
import { uuidOf } from '../../kernel/ids.js';
import { firstOf } from '../../kernel/text.js';
import type { BankEntryState } from '../../statement/entry.decider.js';
import { tellingReference } from '../../payment/telling-reference.rule.js';

export type QuarantinedEntry = EventData['BankEntryQuarantined'];
type Why = Pick<
  QuarantinedEntry,
  'sha256' | 'number' | 'code' | 'detail' | 'outcome' | 'reason' | 'messageId' | 'paymentId'
>;

/**
 * Names entries by what they say, so that the same content in another file is the same entry; what
 * has no reference of the bank is the same in the same statement only, as two equal charges of one
 * day are two. Where a file says the very same thing more than once, the occurrences are told apart
 * by their number.
 */
export class EntryNamer {
  readonly #seen = new Map<string, number>();

  nameOf(entry: NumberedEntry, paymentId = ''): string {
    const same = uuidOf('bank-entry', ...contentOf(entry), paymentId);
    const occurrence = this.#seen.get(same) ?? 0;
    this.#seen.set(same, occurrence + 1);
    return occurrence === 0 ? same : uuidOf(same, occurrence);
  }
}

const contentOf = (entry: NumberedEntry): string[] =>
  (entry.kind === 'status' ? statusContent(entry) : bookingContent(entry)).map((value) =>
    JSON.stringify(value ?? null),
  );

type Content = readonly (string | boolean | undefined)[];

function statusContent(entry: StatusEntry): Content {
  const { messageId, batchId, instructionId, endToEndId, uetr, count, controlSum } = entry.original;
  const isOfAll = entry.scope !== 'transaction';
  return [
    'status',
    entry.scope,
    entry.status,
    messageId,
    batchId,
    instructionId,
    endToEndId,
    uetr,
    entry.reasons.join(' '),
    entry.reference,
    ...amountOf(entry),
    // Of how many and how much a message or batch is said: another number is other news.
    ...(isOfAll && count !== undefined ? [`count ${count}`] : []),
    ...(isOfAll && controlSum !== undefined ? [`sum ${controlSum}`] : []),
  ];
}

function bookingContent(entry: BookedEntry): Content {
  const {
    messageId,
    batchId,
    instructionId,
    endToEndId,
    uetr,
    transactionId,
    bank,
    entry: own,
  } = entry.references;
  return [
    'booking',
    entry.scope,
    ...(entry.left === undefined ? [] : [entry.left]),
    entry.direction,
    entry.reversal,
    entry.returned,
    entry.returnReason,
    entry.bookedOn,
    entry.valueOn,
    messageId,
    batchId,
    instructionId,
    endToEndId,
    uetr,
    transactionId,
    bank,
    own,
    ...amountOf(entry),
    // What is booked is other news than what a bank said of it before.
    ...(entry.status === 'BOOK' ? [] : [`status ${entry.status ?? ''}`]),
    // A reference is one of its account; a statement's id has the account in it.
    isReferenced(entry.references) ? entry.account : entry.statementId,
  ];
}

const amountOf = ({ amount }: NumberedEntry): Content =>
  amount ? [amount.text, amount.currency] : [];

const isReferenced = ({ bank, entryBank }: BookedEntry['references']): boolean =>
  (tellingReference(bank) ?? tellingReference(entryBank)) !== undefined;

/**
 * What an entry waits under. Where a person dismissed the same one for another reason, this is
 * other news, and waits under a name of its own.
 */
export function asNews(
  entry: QuarantinedEntry,
  { status, entry: known }: Pick<BankEntryState, 'status' | 'entry'>,
): QuarantinedEntry {
  if (status !== 'dismissed' || known?.code === entry.code) return entry;
  return { ...entry, entryId: uuidOf(entry.entryId, entry.code) };
}

/** Characters of a detail that an event has: a bank's texts, which it quotes, may be longer. */
const MAX_DETAIL = 1_000;

/**
 * What of an entry may stand in an event: amounts, dates, codes and references that name no person.
 * @param ofPayment the payment that one of several entries is about, where the bank's entry is of
 * all
 */
export function quarantined(
  entry: NumberedEntry,
  why: Why,
  namer: EntryNamer,
  ofPayment: string | undefined,
): QuarantinedEntry {
  const bankReference = referenceOf(entry);
  const references = entry.kind === 'booking' ? entry.references : undefined;
  const endToEndId = entry.kind === 'status' ? entry.original.endToEndId : references?.endToEndId;
  const { amount } = entry;
  return {
    entryId: namer.nameOf(entry, ofPayment),
    family: entry.family,
    scope: entry.scope,
    ...why,
    detail: firstOf(why.detail, MAX_DETAIL),
    ...(endToEndId !== undefined && /^E[0-9A-F]{24}$/.test(endToEndId) ? { endToEndId } : {}),
    ...(amount?.amountMinor === undefined
      ? {}
      : { amountMinor: amount.amountMinor, currency: amount.currency }),
    ...(entry.kind === 'booking' && entry.direction ? { direction: entry.direction } : {}),
    ...(entry.kind === 'booking' &&
    entry.bookedOn !== undefined &&
    /^\d{4}-\d{2}-\d{2}$/.test(entry.bookedOn)
      ? { bookedOn: entry.bookedOn }
      : {}),
    ...(bankReference === undefined ? {} : { bankReference }),
  };
}

/** The bank's own running reference: digits, capitals and marks. Anything else might be words. */
function referenceOf(entry: NumberedEntry): string | undefined {
  const references = entry.kind === 'booking' ? entry.references : undefined;
  const text = entry.kind === 'status' ? entry.reference : (references?.bank ?? references?.entry);
  return text !== undefined && /^[A-Z0-9./:_-]{1,35}$/.test(text) && /\d/.test(text)
    ? text
    : undefined;
}
