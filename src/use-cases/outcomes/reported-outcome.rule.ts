import type { EventData, EventType } from '../../../events/generated.js';
import type { Context, Recorded, Role } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { isOwnWord } from '../../payment/bookings.rule.js';
import { endToEndIdOf } from '../../payment/instruction-ids.rule.js';
import type { PaymentCommand } from '../../payment/payment.decider.js';
import type { OutcomeSource, ReportedOutcome } from '../../payment/reported-outcome.js';

/**
 * Names the instruction that an outcome answers, for the payment to decide.
 * @throws DomainError ATTEMPT_MISSING, REFERENCES_DIFFER
 */
export function reportFor(
  paymentId: string,
  outcome: ReportedOutcome,
  source: OutcomeSource,
  events: readonly Recorded[],
  { now, actor }: Pick<Context, 'now' | 'actor'>,
): PaymentCommand {
  const { paymentId: _, messageId, attempt: asked, endToEndId, source: own, ...said } = outcome;
  const answered = answeredBy(outcome, instructionsIn(events));
  if (messageId !== undefined && answered && answered.messageId !== messageId)
    throw new DomainError(
      'REFERENCES_DIFFER',
      `The entry is of ${messageId}; the payment was instructed in ${answered.messageId}.`,
      'rule',
      'messageId',
    );
  const attempt = asked ?? answered?.attempt ?? 1;
  return {
    type: 'ReportOutcome',
    ...said,
    attempt,
    source: own ?? source,
    endToEndId: endToEndId ?? answered?.endToEndId ?? endToEndIdOf(paymentId, attempt),
    ...dayOf(outcome, now),
    ...bookingDayOf(outcome, own ?? source, actor.role),
  };
}

type Instruction = EventData['PaymentInstructed' | 'PaymentReinstructed'];

const instructionsIn = (events: readonly Recorded[]): readonly Instruction[] =>
  events
    .filter((event) => event.type === 'PaymentInstructed' || event.type === 'PaymentReinstructed')
    .map(({ data }) => data);

/**
 * The instruction with the end-to-end id that was said, else of the attempt, else the only one:
 * news of an earlier attempt that comes again is not taken for news of the latest.
 * @throws DomainError ATTEMPT_MISSING
 */
function answeredBy(
  { endToEndId, attempt }: ReportedOutcome,
  instructions: readonly Instruction[],
): Instruction | undefined {
  if (endToEndId !== undefined)
    return instructions.findLast((one) => one.endToEndId === endToEndId);
  if (attempt !== undefined) return instructions.findLast((one) => one.attempt === attempt);
  if (instructions.length > 1)
    throw new DomainError(
      'ATTEMPT_MISSING',
      `The payment was instructed ${instructions.length} times; say which attempt or end-to-end id this is of.`,
      'rule',
      'attempt',
    );
  return instructions[0];
}

/** A settlement without a date is of today. */
function dayOf(
  { outcome, settledOn }: ReportedOutcome,
  now: string,
): { readonly settledOn?: string } {
  if (outcome === 'settled') return { settledOn: settledOn ?? now.slice(0, 10) };
  return settledOn === undefined ? {} : { settledOn };
}

/**
 * The day that a payment system says of a booking tells it from another, as a bank's does: one that
 * nobody said does not.
 */
const bookingDayOf = (
  { outcome, settledOn }: ReportedOutcome,
  source: OutcomeSource,
  role: Role,
): { readonly bookedOn?: string } =>
  settledOn !== undefined &&
  (outcome === 'settled' || outcome === 'returned') &&
  role === 'payment-system' &&
  isOwnWord(source)
    ? { bookedOn: settledOn }
    : {};

/** What became of an outcome, by what the payment recorded. */
export function became(
  types: readonly EventType[],
): 'applied' | 'unchanged' | 'break' | 'proposed' {
  if (types.includes('PaymentBreakRecorded')) return 'break';
  if (types.includes('PaymentBooked')) return 'unchanged';
  return types.includes('PaymentOutcomeProposed') ? 'proposed' : 'applied';
}
