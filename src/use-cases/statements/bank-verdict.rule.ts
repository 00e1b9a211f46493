import { PAYMENT_STATUSES } from '../../kernel/payment-status.js';
import { unlessNone } from '../../kernel/stands-for-none.js';
import { firstOf } from '../../kernel/text.js';
import type { ReportedOutcome } from '../../payment/reported-outcome.js';
import { tellingReference } from '../../payment/telling-reference.rule.js';
import type {
  BookedEntry,
  NumberedEntry,
  StatusEntry,
} from '../../adapters/payment-rail/iso20022/incoming/port.js';

/** ISO 20022: "reason not specified by agent", where a bank rejects or returns without one. */
const NOT_SPECIFIED = 'MS03';
const OURS = /^E[0-9A-F]{24}$/;

/** What one entry says about payments of ours. */
export type Verdict =
  /** Nothing about any payment: pending, informational, or said again by the entries below it. */
  | { readonly kind: 'ignored' }
  /** One payment, by its end-to-end id, or by the UETR of its instruction. */
  | {
      readonly kind: 'payment';
      readonly outcome: ReportedOutcome;
      readonly uetr?: string;
      /** Of the statement, and the one that the entry says to be paid from. */
      readonly account?: string;
      readonly debtorAccount?: string;
    }
  /** Every payment of one message of ours; `exactly` is what they must come to. */
  | {
      readonly kind: 'message';
      readonly messageId: string;
      readonly outcome: ReportedOutcome;
      readonly account?: string;
      readonly debtorAccount?: string;
      readonly exactly: {
        readonly count?: string;
        readonly totalMinor?: string;
        /** A sum without a currency, as written. */
        readonly controlSum?: string;
      };
    }
  /** For a person. `outcome`: what it says, where that much is clear. */
  | {
      readonly kind: 'unclear';
      readonly code: string;
      readonly detail: string;
      readonly outcome?: ReportedOutcome['outcome'];
      readonly reason?: string;
      /** What of ours it names all the same. */
      readonly names?: NamedByEntry;
    };

/** A payment or a message of ours. */
export interface NamedByEntry {
  readonly paymentId?: string;
  readonly messageId?: string;
  /** Of an entry that names more than one: the others. */
  readonly others?: readonly Omit<NamedByEntry, 'others'>[];
}

export function verdictOf(entry: NumberedEntry): Verdict {
  const problem = entry.problems[0];
  if (problem)
    return {
      kind: 'unclear',
      code: 'ENTRY_INVALID',
      detail: `${problem.code} in ${problem.element}${problem.detail === undefined ? writtenIn(entry) : `: ${problem.detail}`}.`,
    };
  return entry.kind === 'status' ? ofStatus(entry) : ofBooking(entry);
}

/** An amount as the bank wrote it: where it has letters, they may be somebody's name. */
function writtenIn({ amount }: NumberedEntry): string {
  return amount?.amountMinor === undefined && /^[\d.,+' -]{1,40}$/.test(amount?.text ?? '')
    ? `, which says ${amount!.text}`
    : '';
}

function ofStatus(entry: StatusEntry): Verdict {
  const { status, scope, original } = entry;
  // A partly accepted group says nothing that its transactions do not say; a group may also have no
  // status of its own.
  if (scope !== 'transaction' && (status === undefined || status === 'PART'))
    return { kind: 'ignored' };
  const outcome =
    status !== undefined && Object.hasOwn(PAYMENT_STATUSES, status)
      ? PAYMENT_STATUSES[status]
      : undefined;
  if (outcome === undefined)
    return {
      kind: 'unclear',
      code: 'STATUS_UNKNOWN',
      detail:
        status === undefined || status === ''
          ? 'The entry has no status.'
          : `The status ${firstOf(status, 4)} does not say whether the payment is made.`,
    };
  const reason = reasonOf(entry.reasons[0]);
  const reported: ReportedOutcome = {
    outcome,
    source: 'pain.002',
    ...(outcome === 'rejected' ? { reason } : {}),
    ...(outcome === 'settled' && entry.settledOn !== undefined
      ? { settledOn: entry.settledOn }
      : {}),
    ...moneyOf(entry),
    ...reference(entry.reference),
  };
  if (scope === 'transaction')
    return named(original, reported, { debtorAccount: entry.debtorAccount });
  const messageId =
    (scope === 'batch' ? unlessNone(original.batchId) : undefined) ??
    unlessNone(original.messageId);
  if (messageId === undefined) return unknownReference(reported);
  return {
    kind: 'message',
    messageId,
    outcome: reported,
    exactly: {
      ...(original.count === undefined ? {} : { count: original.count }),
      ...(original.controlSum === undefined ? {} : { controlSum: original.controlSum }),
    },
  };
}

/**
 * What dates no settlement or rejection, as a status report does not have to, has the day of the
 * message: who is told on an impossible day that nothing was paid does not pay again.
 */
export const dated = (said: ReportedOutcome, saidOn: string | undefined): ReportedOutcome =>
  (said.outcome === 'settled' || said.outcome === 'rejected') &&
  said.settledOn === undefined &&
  saidOn !== undefined
    ? { ...said, settledOn: saidOn }
    : said;

/** ISO 20022 ExternalEntryStatus1Code: what is not booked yet, or only told. */
const NOT_BOOKED: ReadonlySet<string> = new Set(['PDNG', 'INFO', 'FUTR']);

function ofBooking(entry: BookedEntry): Verdict {
  if (NOT_BOOKED.has(entry.status ?? '')) return { kind: 'ignored' };
  if (entry.status !== 'BOOK') return unclearStatus(entry.status);
  if (entry.left !== undefined) return ofLeft(entry.left);
  const { direction, references, bookedOn, valueOn } = entry;
  const back = entry.returned || entry.reversal || entry.bankCode?.endsWith('/RRTN') === true;
  const settledOn = bookedOn ?? valueOn;
  const base = {
    source: entry.family,
    ...reference(references.bank),
    ...entryReference(references.entryBank),
    ...moneyOf(entry),
    ...(settledOn === undefined ? {} : { settledOn }),
    ...(bookedOn === undefined ? {} : { bookedOn }),
    ...(valueOn === undefined ? {} : { valueOn }),
    ...(entry.statementId === undefined ? {} : { statement: entry.statementId }),
    ...(entry.period === undefined ? {} : { period: entry.period }),
  };
  if (direction === 'debit' && !back) return ofDebit(entry, { ...base, outcome: 'settled' });
  if (direction === 'credit' && back) {
    const reason = reasonOf(entry.returnReason);
    const returned: ReportedOutcome = { ...base, outcome: 'returned', reason };
    return entry.scope === 'transaction'
      ? named(references, returned, { account: entry.account })
      : unknownReference(returned);
  }
  return {
    kind: 'unclear',
    code: direction === 'credit' ? 'CREDIT_UNCLEAR' : 'BOOKING_UNCLEAR',
    detail:
      direction === 'credit'
        ? 'Money came in that is not said to be a return.'
        : 'The booking is a debit and a return at once, or has no direction.',
  };
}

const unclearStatus = (status: string | undefined): Verdict => ({
  kind: 'unclear',
  code: 'STATUS_UNKNOWN',
  detail:
    status === undefined || status === ''
      ? 'The entry does not say whether it is booked.'
      : `The status ${firstOf(status, 4)} does not say whether the entry is booked.`,
});

/** Families of money that comes in, and kinds of what a bank takes for itself. */
const NO_PAYMENT = /^PMNT\/(?:RCDT|RRCT|IDDT)\/|\/(?:CHRG|COMM|FEES|INTR|TAXE)$/;

function ofDebit(entry: BookedEntry, settled: ReportedOutcome): Verdict {
  const code = entry.bankCode;
  if (code !== undefined && NO_PAYMENT.test(code))
    return {
      kind: 'unclear',
      code: 'BOOKING_UNCLEAR',
      detail: `The booking is a debit, and its code ${firstOf(code, 14)} is not that of a payment.`,
    };
  const { references, scope, account, debtorAccount, batch } = entry;
  if (scope === 'transaction') return named(references, settled, { account, debtorAccount });
  // One booking for a whole message: it counts for its payments where it is exactly their sum.
  const [messageId] = [references.batchId, references.messageId, references.entry].flatMap(
    (one) => unlessNone(one) ?? [],
  );
  if (messageId === undefined) return unknownReference(settled);
  const { amountMinor } = settled;
  if (amountMinor === undefined)
    return {
      kind: 'unclear',
      code: 'AMOUNT_MISSING',
      detail: 'The booking is of a whole message and has no amount of its own.',
      outcome: 'settled',
    };
  return {
    kind: 'message',
    messageId,
    outcome: ofAll(settled),
    ...(account === undefined ? {} : { account }),
    ...(debtorAccount === undefined ? {} : { debtorAccount }),
    exactly: {
      ...(batch?.count === undefined ? {} : { count: batch.count }),
      totalMinor: amountMinor,
    },
  };
}

/**
 * Of each payment of a message: the amount and the reference of one transaction say nothing of it.
 */
function ofAll(settled: ReportedOutcome): ReportedOutcome {
  const { entryReference } = settled;
  const each: { -readonly [K in keyof ReportedOutcome]: ReportedOutcome[K] } = { ...settled };
  delete each.amountMinor;
  delete each.reference;
  return entryReference === undefined ? each : { ...each, reference: entryReference };
}

/** Money of an entry that is none of its details'. */
const ofLeft = (left: NonNullable<BookedEntry['left']>): Verdict => ({
  kind: 'unclear',
  code: left === 'charges' ? 'BANK_CHARGES' : 'DETAILS_MISSING',
  detail:
    left === 'charges'
      ? 'The bank took charges with the entry.'
      : 'The entry says that it has more transactions than it lists; this is what they come to.',
});

const moneyOf = ({
  amount,
}: NumberedEntry): { readonly amountMinor?: string; readonly currency?: string } =>
  amount?.amountMinor === undefined
    ? {}
    : { amountMinor: amount.amountMinor, currency: amount.currency };

interface References {
  readonly endToEndId?: string;
  readonly instructionId?: string;
  readonly uetr?: string;
  readonly transactionId?: string;
  /** Of the message or batch of ours that it says to be of. */
  readonly messageId?: string;
  readonly batchId?: string;
}

/**
 * Our end-to-end id stands in an instruction's own id too; either may be left out. A reference that
 * is not of our form names no payment of ours, and may name a person.
 */
function named(
  { instructionId, transactionId, messageId, batchId, ...references }: References,
  outcome: ReportedOutcome,
  {
    account,
    debtorAccount,
  }: { readonly account?: string | undefined; readonly debtorAccount?: string | undefined },
): Verdict {
  const endToEndId = unlessNone(references.endToEndId);
  const uetr = unlessNone(references.uetr);
  const ours = [endToEndId, instructionId, transactionId].filter(
    (one) => one !== undefined && OURS.test(one),
  );
  const [id] = ours;
  const ofMessage = unlessNone(batchId) ?? unlessNone(messageId);
  if (ours.some((other) => other !== id))
    return {
      kind: 'unclear',
      code: 'REFERENCES_DIFFER',
      detail: 'The references of the entry are of two payments of ours.',
      outcome: outcome.outcome,
    };
  // An end-to-end id is the payer's: one that says something else is of another payment.
  if (id !== undefined && endToEndId !== undefined && endToEndId !== id)
    return {
      kind: 'unclear',
      code: 'REFERENCES_DIFFER',
      detail: 'The entry has a reference of ours, and an end-to-end id that is not ours.',
      outcome: outcome.outcome,
    };
  if (id === undefined && (uetr === undefined || endToEndId !== undefined))
    return unknownReference(outcome);
  return {
    kind: 'payment',
    outcome: {
      ...outcome,
      ...(id === undefined ? {} : { endToEndId: id }),
      ...(ofMessage === undefined ? {} : { messageId: ofMessage }),
    },
    ...(id === undefined && uetr !== undefined ? { uetr } : {}),
    ...(account === undefined ? {} : { account }),
    ...(debtorAccount === undefined ? {} : { debtorAccount }),
  };
}

/** Ids of ours in an entry, and the UETR unless the end-to-end id is another payer's. */
export function idsOf(entry: NumberedEntry): {
  readonly ids: readonly string[];
  readonly uetr?: string;
} {
  const { endToEndId, instructionId, transactionId, ...references }: References =
    entry.kind === 'booking' ? entry.references : entry.original;
  const ids = [endToEndId, instructionId, transactionId].filter(
    (one) => one !== undefined && OURS.test(one),
  ) as string[];
  const uetr = unlessNone(references.uetr);
  const isOurs = ids.length > 0 || unlessNone(endToEndId) === undefined;
  return { ids, ...(isOurs && uetr !== undefined ? { uetr } : {}) };
}

export const unknownReference = ({ outcome, reason }: ReportedOutcome): Verdict => ({
  kind: 'unclear',
  code: 'REFERENCE_UNKNOWN',
  detail: 'The entry names no payment and no message of ours.',
  outcome,
  ...(reason === undefined ? {} : { reason }),
});

const reasonOf = (code: string | undefined): string =>
  code !== undefined && /^[A-Z0-9]{4}$/.test(code) ? code : NOT_SPECIFIED;

function reference(text: string | undefined): { readonly reference?: string } {
  const own = tellingReference(text);
  return own !== undefined && own.length > 0 && own.length <= 35 ? { reference: own } : {};
}

function entryReference(text: string | undefined): { readonly entryReference?: string } {
  const own = tellingReference(text);
  return own === undefined ? {} : { entryReference: own };
}
