import type { EventType } from '../../../events/generated.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { endToEndIdOf } from '../../payment/instruction-ids.rule.js';
import type { PaymentCommand } from '../../payment/payment.decider.js';
import type { OutcomeSource, ReportedOutcome } from '../../payment/reported-outcome.js';

/** Names the instruction that an outcome answers, for the payment to decide. */
export function reportFor(
  paymentId: string,
  outcome: ReportedOutcome,
  source: OutcomeSource,
  events: readonly Recorded[],
  now: string,
): PaymentCommand {
  const instructions = events
    .filter((event) => event.type === 'PaymentInstructed' || event.type === 'PaymentReinstructed')
    .map((event) => event.data);
  const answered =
    outcome.endToEndId === undefined
      ? instructions.findLast(
          ({ attempt }) => outcome.attempt === undefined || attempt === outcome.attempt,
        )
      : instructions.find(({ endToEndId }) => endToEndId === outcome.endToEndId);
  if (outcome.messageId !== undefined && answered && answered.messageId !== outcome.messageId)
    throw new DomainError(
      'REFERENCES_DIFFER',
      `The entry is of ${outcome.messageId}; the payment was instructed in ${answered.messageId}.`,
      'rule',
      'messageId',
    );
  const attempt = outcome.attempt ?? answered?.attempt ?? 1;
  return {
    type: 'ReportOutcome',
    outcome: outcome.outcome,
    attempt,
    source: outcome.source ?? source,
    endToEndId: outcome.endToEndId ?? answered?.endToEndId ?? endToEndIdOf(paymentId, attempt),
    ...dayOf(outcome, now),
    ...(outcome.bookedOn === undefined ? {} : { bookedOn: outcome.bookedOn }),
    ...(outcome.valueOn === undefined ? {} : { valueOn: outcome.valueOn }),
    ...(outcome.statement === undefined ? {} : { statement: outcome.statement }),
    ...(outcome.period === undefined ? {} : { period: outcome.period }),
    ...(outcome.bookedAgain === undefined ? {} : { bookedAgain: outcome.bookedAgain }),
    ...(outcome.currency === undefined ? {} : { currency: outcome.currency }),
    ...(outcome.amountMinor === undefined ? {} : { amountMinor: outcome.amountMinor }),
    ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
    ...(outcome.reference === undefined ? {} : { reference: outcome.reference }),
    ...(outcome.entryReference === undefined ? {} : { entryReference: outcome.entryReference }),
  };
}

/** A settlement without a date is of today. */
function dayOf(
  { outcome, settledOn }: ReportedOutcome,
  now: string,
): { readonly settledOn?: string } {
  if (outcome === 'settled') return { settledOn: settledOn ?? now.slice(0, 10) };
  return settledOn === undefined ? {} : { settledOn };
}

/** What became of an outcome, by what the payment recorded. */
export function became(
  types: readonly EventType[],
): 'applied' | 'unchanged' | 'break' | 'proposed' {
  if (types.includes('PaymentBreakRecorded')) return 'break';
  if (types.includes('PaymentBooked')) return 'unchanged';
  return types.includes('PaymentOutcomeProposed') ? 'proposed' : 'applied';
}
