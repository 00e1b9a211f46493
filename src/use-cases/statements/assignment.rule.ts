import type { EventData } from '../../../events/generated.js';
import type { Actor } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { isSamePerson } from '../../kernel/subject.js';
import { personsBehind, type BankMessageState } from '../../statement/message.decider.js';
import type { PaymentCommand } from '../../payment/payment.decider.js';
import type { QuarantinedEntry } from './quarantined-entry.rule.js';

export type AssignedOutcome = EventData['BankEntryAssigned']['outcome'];

/** What the person says became of the payment, or the entry itself. */
export function outcomeSaid(
  said: AssignedOutcome | undefined,
  entry: QuarantinedEntry,
): AssignedOutcome {
  const outcome = said ?? (entry.outcome === 'unknown' ? undefined : entry.outcome);
  if (outcome === undefined)
    throw new DomainError(
      'OUTCOME_MISSING',
      'The entry does not say what became of the payment; say it.',
      'invalid',
      'outcome',
    );
  return outcome;
}

/** Who proposed what an entry is about, and on whose word its file was applied. */
export const saidBefore = (
  proposedBy: string,
  message: BankMessageState,
  actor: Actor,
): readonly string[] => [
  proposedBy,
  ...personsBehind(message, actor).filter((by) => !isSamePerson(by, proposedBy)),
];

/**
 * What the payment is told in the name of the person who gave the entry to it, and of who proposed
 * that.
 */
export const reportOf = (
  entry: QuarantinedEntry,
  outcome: AssignedOutcome,
  attempt: number,
  endToEndId: string,
  { now, saidBy = [] }: { readonly now: string; readonly saidBy?: readonly string[] },
): PaymentCommand => ({
  type: 'ReportOutcome',
  outcome,
  attempt,
  endToEndId,
  source: 'operator',
  ...(outcome === 'settled' ? { settledOn: entry.bookedOn ?? now.slice(0, 10) } : {}),
  ...(entry.amountMinor === undefined ? {} : { amountMinor: entry.amountMinor }),
  ...(entry.currency === undefined ? {} : { currency: entry.currency }),
  ...(outcome === 'rejected' || outcome === 'returned' ? { reason: entry.reason ?? 'MS03' } : {}),
  ...bookingOf(entry),
  ...(saidBy.length === 0 ? {} : { saidBy }),
});

/**
 * A status is no booking: its reference is not that of one. A payments block books a transfer under
 * the id of its batch, on whatever day it says.
 */
function bookingOf({ family, bankReference, bookedOn }: QuarantinedEntry): {
  readonly reference?: string;
  readonly entryReference?: string;
  readonly bookedOn?: string;
} {
  if (family === 'pain.002') return {};
  const reference = bankReference === undefined ? {} : { reference: bankReference };
  if (family === 'govstack' && bankReference !== undefined)
    return { ...reference, entryReference: bankReference };
  return { ...reference, ...(bookedOn === undefined ? {} : { bookedOn }) };
}
