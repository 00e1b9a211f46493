import type { NumberedEntry } from '../../adapters/payment-rail/iso20022/incoming/port.js';
import { isUuid, uetrOf } from '../../kernel/ids.js';
import type { ReportedOutcome } from '../../payment/reported-outcome.js';
import type { Verdict } from './bank-verdict.rule.js';

/** What we know of the payment of ours that an entry names. */
export interface KnownPayment {
  readonly paymentId: string;
  /** The payment of ours that has the entry's UETR, where that had to be looked up. */
  readonly ofUetr: string | undefined;
  /** Where the statement is of no account that its cycle was paid from. */
  readonly otherAccount: Unclear | undefined;
  /** Whether the message that the entry says to be of is one of ours. */
  readonly isOfOurMessage: boolean;
}

/** What an entry says of one payment. */
type OfPayment = Extract<Verdict, { kind: 'payment' }>;
type Unclear = Extract<Verdict, { kind: 'unclear' }>;

/**
 * The UETR of an entry, unless it is that of the payment's own first instruction. A bank may have
 * made one of its own.
 */
export function otherUetr(entry: NumberedEntry, paymentId: string): string | undefined {
  const { uetr } = entry.kind === 'booking' ? entry.references : entry.original;
  return uetr === undefined || !isUuid(uetr) || uetr === uetrOf(paymentId, 1) ? undefined : uetr;
}

/** What an entry says, unless it contradicts what we know of the payment. */
export function heldAgainst(
  verdict: OfPayment,
  outcome: ReportedOutcome,
  { paymentId, ofUetr, otherAccount, isOfOurMessage }: KnownPayment,
): OfPayment | Unclear {
  if (ofUetr !== undefined && ofUetr !== paymentId)
    return {
      kind: 'unclear',
      code: 'REFERENCES_DIFFER',
      detail: 'The end-to-end id and the UETR are of two payments of ours.',
      outcome: outcome.outcome,
    };
  if (otherAccount) return { ...otherAccount, outcome: outcome.outcome };
  return { ...verdict, outcome: isOfOurMessage ? outcome : withoutMessage(outcome) };
}

/** A bank may write a message's name of its own; nothing is told by that. */
function withoutMessage({ messageId, ...outcome }: ReportedOutcome): ReportedOutcome {
  return outcome;
}

/** A statement is of none of the accounts that a cycle was paid from. */
export function accountDiffers(account: string, paidFrom: ReadonlySet<string>): Unclear {
  const own = [...new Set([...paidFrom].map((text) => `…${text.slice(-4)}`))].join(', ');
  return {
    kind: 'unclear',
    code: 'ACCOUNT_DIFFERS',
    detail: `The statement is of the account …${account.slice(-4)}; the cycle was paid from ${own}.`,
  };
}
