import type { NumberedEntry } from '../../adapters/payment-rail/iso20022/incoming/port.js';
import { isUuid, uetrOf } from '../../kernel/ids.js';
import { lastOf } from '../../kernel/text.js';
import { endToEndIdOf } from '../../payment/instruction-ids.rule.js';
import type { ReportedOutcome } from '../../payment/reported-outcome.js';
import type { Verdict } from './bank-verdict.rule.js';

/** What we know of the payment of ours that an entry names. */
export interface KnownPayment {
  readonly paymentId: string;
  /** The instruction of ours that has the entry's UETR, where that had to be looked up. */
  readonly ofUetr: { readonly paymentId: string; readonly attempt: number } | undefined;
  /** Where the entry is of another account than it was paid from, or to. */
  readonly otherAccount: Unclear | undefined;
  /** The messages of ours that the entry says to be of. */
  readonly messages: readonly string[];
}

/** What an entry says of one payment. */
type OfPayment = Extract<Verdict, { kind: 'payment' }>;
type OfMessage = Extract<Verdict, { kind: 'message' }>;
type Unclear = Extract<Verdict, { kind: 'unclear' }>;

/**
 * The UETR of an entry, unless it is that of the payment's first instruction, as its end-to-end id
 * is. A bank may have made one of its own.
 */
export function otherUetr(
  entry: NumberedEntry,
  paymentId: string,
  endToEndId: string | undefined,
): string | undefined {
  const { uetr } = entry.kind === 'booking' ? entry.references : entry.original;
  if (uetr === undefined || endToEndId === undefined || !isUuid(uetr)) return undefined;
  const isFirst = uetr === uetrOf(paymentId, 1) && endToEndId === endToEndIdOf(paymentId, 1);
  return isFirst ? undefined : uetr;
}

/** What an entry says, unless it contradicts what we know of the payment. */
export function heldAgainst(
  verdict: OfPayment,
  outcome: ReportedOutcome,
  { paymentId, ofUetr, otherAccount, messages }: KnownPayment,
): OfPayment | Unclear {
  const { endToEndId } = outcome;
  const isOfAnother =
    ofUetr !== undefined &&
    (ofUetr.paymentId !== paymentId || endToEndId !== endToEndIdOf(paymentId, ofUetr.attempt));
  if (isOfAnother)
    return referencesDiffer(
      outcome,
      'The end-to-end id and the UETR are of two payments or attempts of ours.',
    );
  if (otherAccount) return { ...otherAccount, outcome: outcome.outcome };
  const [messageId, other] = messages;
  if (other !== undefined) return ofTwoMessages(outcome, messageId!, other);
  if (messageId === outcome.messageId) return { ...verdict, outcome };
  const alone = withoutMessage(outcome);
  return { ...verdict, outcome: messageId === undefined ? alone : { ...alone, messageId } };
}

/** What is said of a whole message, unless it names two of ours. */
export function heldAgainstMessages(
  entry: NumberedEntry,
  verdict: OfMessage,
  [messageId, other]: readonly string[],
): OfMessage | Unclear {
  if (other !== undefined) return ofTwoMessages(verdict.outcome, messageId!, other);
  // Of a report, the message is more than the batch of it that is meant.
  return entry.kind === 'booking' && messageId !== undefined ? { ...verdict, messageId } : verdict;
}

const ofTwoMessages = (outcome: ReportedOutcome, one: string, other: string): Unclear =>
  referencesDiffer(outcome, `The entry is of two messages of ours, ${one} and ${other}.`);

const referencesDiffer = ({ outcome, reason }: ReportedOutcome, detail: string): Unclear => ({
  kind: 'unclear',
  code: 'REFERENCES_DIFFER',
  detail,
  outcome,
  ...(reason === undefined ? {} : { reason }),
});

/** A bank may write a message's name of its own; nothing is told by that. */
function withoutMessage({ messageId, ...outcome }: ReportedOutcome): ReportedOutcome {
  return outcome;
}

/** A statement is of none of the accounts that something of ours was paid from. */
export function accountDiffers(
  account: string,
  paidFrom: ReadonlySet<string>,
  said = 'The statement is of',
): Unclear {
  const own = [...new Set([...paidFrom].map((text) => `…${text.slice(-4)}`))].join(', ');
  return {
    kind: 'unclear',
    code: 'ACCOUNT_DIFFERS',
    detail: `${said} the account …${lastOf(account, 4)}; what it names was paid from ${own}.`,
  };
}
