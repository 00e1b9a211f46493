import type { ReportedOutcome } from '../../payment/reported-outcome.js';
import type {
  BankEntry,
  BookedEntry,
  StatusEntry,
} from '../../adapters/payment-rail/iso20022/incoming/port.js';

/** ISO 20022: "reason not specified by agent", where a bank rejects or returns without one. */
const NOT_SPECIFIED = 'MS03';
const OURS = /^E[0-9A-F]{24}$/;

/** What one entry says about payments of ours. */
export type Verdict =
  /** Nothing about any payment: pending, informational, or said again by the entries below it. */
  | { readonly kind: 'ignored' }
  /** One payment, by its end-to-end id. */
  | { readonly kind: 'payment'; readonly outcome: ReportedOutcome }
  /** Every payment of one message of ours; `exactly` is what they must come to. */
  | {
      readonly kind: 'message';
      readonly messageId: string;
      readonly outcome: ReportedOutcome;
      readonly exactly: { readonly count?: string; readonly totalMinor?: string };
    }
  /** For a person. `outcome`: what it says, where that much is clear. */
  | {
      readonly kind: 'unclear';
      readonly code: string;
      readonly detail: string;
      readonly outcome?: ReportedOutcome['outcome'];
      readonly reason?: string;
    };

/** ISO 20022 ExternalPaymentTransactionStatus1Code: what it says about the money. */
const STATUSES: Readonly<Record<string, ReportedOutcome['outcome']>> = {
  ACCP: 'accepted',
  ACTC: 'accepted',
  ACSP: 'accepted',
  ACWC: 'accepted',
  ACWP: 'accepted',
  ACFC: 'accepted',
  ACIS: 'accepted',
  PATC: 'accepted',
  ACSC: 'settled',
  ACCC: 'settled',
  RJCT: 'rejected',
  RCVD: 'unknown',
  PDNG: 'unknown',
};

export function verdictOf(entry: BankEntry): Verdict {
  if (entry.kind === 'balance') return { kind: 'ignored' };
  const problem = entry.problems[0];
  if (problem)
    return {
      kind: 'unclear',
      code: 'ENTRY_INVALID',
      detail: `${problem.code} in ${problem.element}.`,
    };
  return entry.kind === 'status' ? ofStatus(entry) : ofBooking(entry);
}

function ofStatus(entry: StatusEntry): Verdict {
  const { status, scope, original } = entry;
  // A partly accepted group says nothing that its transactions do not say; a group may also have no
  // status of its own.
  if (scope !== 'transaction' && (status === undefined || status === 'PART'))
    return { kind: 'ignored' };
  const outcome = status === undefined ? undefined : STATUSES[status];
  if (outcome === undefined)
    return {
      kind: 'unclear',
      code: 'STATUS_UNKNOWN',
      detail:
        status === undefined
          ? 'The entry has no status.'
          : `The status ${status.slice(0, 4)} does not say whether the payment is made.`,
    };
  const reason = reasonOf(entry.reasons[0]);
  const reported: ReportedOutcome = {
    outcome,
    source: 'pain.002',
    ...(outcome === 'rejected' ? { reason } : {}),
    ...(outcome === 'settled' && entry.amount?.amountMinor !== undefined
      ? { amountMinor: entry.amount.amountMinor, currency: entry.amount.currency }
      : {}),
    ...reference(entry.reference),
  };
  if (scope === 'transaction')
    return named(original.endToEndId ?? original.instructionId, reported);
  const messageId =
    scope === 'batch' ? (original.batchId ?? original.messageId) : original.messageId;
  return messageId === undefined
    ? missing(reported)
    : {
        kind: 'message',
        messageId,
        outcome: reported,
        exactly: original.count === undefined ? {} : { count: original.count },
      };
}

/** A status report dates no settlement: it has the day of the message. */
export const dated = (outcome: ReportedOutcome, saidOn: string | undefined): ReportedOutcome =>
  outcome.outcome === 'settled' && outcome.source === 'pain.002' && saidOn !== undefined
    ? { ...outcome, settledOn: saidOn }
    : outcome;

function ofBooking(entry: BookedEntry): Verdict {
  if (entry.status !== undefined && entry.status !== 'BOOK') return { kind: 'ignored' };
  const { references, direction, amount } = entry;
  const back = entry.returned || entry.reversal || entry.bankCode?.endsWith('/RRTN') === true;
  const base = {
    source: entry.family,
    ...reference(references.bank ?? references.entry),
    ...(amount?.amountMinor === undefined
      ? {}
      : { amountMinor: amount.amountMinor, currency: amount.currency }),
  };
  const settledOn = entry.bookedOn ?? entry.valueOn;
  if (direction === 'debit' && !back) {
    const settled: ReportedOutcome = {
      ...base,
      outcome: 'settled',
      ...(settledOn === undefined ? {} : { settledOn }),
    };
    if (entry.scope === 'transaction')
      return named(references.endToEndId ?? references.instructionId, settled);
    // One booking for a whole message: it counts for its payments where it is exactly their sum.
    const messageId = references.batchId ?? references.messageId ?? references.entry;
    if (messageId === undefined) return missing(settled);
    const { amountMinor, currency, ...each } = settled;
    const count = entry.batch?.count;
    return {
      kind: 'message',
      messageId,
      outcome: { ...each, ...(currency === undefined ? {} : { currency }) },
      exactly: {
        ...(count === undefined ? {} : { count }),
        ...(amountMinor === undefined ? {} : { totalMinor: amountMinor }),
      },
    };
  }
  if (direction === 'credit' && back) {
    const returned: ReportedOutcome = {
      ...base,
      outcome: 'returned',
      reason: reasonOf(entry.returnReason),
    };
    return entry.scope === 'transaction'
      ? named(references.endToEndId ?? references.instructionId, returned)
      : missing(returned);
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

/** A reference that is not of our form names no payment of ours, and may name a person. */
const named = (endToEndId: string | undefined, outcome: ReportedOutcome): Verdict =>
  endToEndId !== undefined && OURS.test(endToEndId)
    ? { kind: 'payment', outcome: { ...outcome, endToEndId } }
    : missing(outcome);

const missing = ({ outcome, reason }: ReportedOutcome): Verdict => ({
  kind: 'unclear',
  code: 'REFERENCE_UNKNOWN',
  detail: 'The entry names no payment and no message of ours.',
  outcome,
  ...(reason === undefined ? {} : { reason }),
});

const reasonOf = (code: string | undefined): string =>
  code !== undefined && /^[A-Z0-9]{4}$/.test(code) ? code : NOT_SPECIFIED;

const reference = (text: string | undefined): { readonly reference?: string } =>
  text !== undefined && text.length > 0 && text.length <= 35 ? { reference: text } : {};
