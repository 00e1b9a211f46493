import type { EventData } from '../../../events/generated.js';
import type { AccountHold } from '../../kernel/accounts.js';
import type { Recorded } from '../../kernel/decider.js';
import { endToEndIdOf } from '../../payment/instruction-ids.rule.js';
import { heldBy, payeeOf, type Payee } from '../../person/payee.rule.js';
import { isCancelled, orderedInRound, type Ordered } from '../cycles/ordered.rule.js';
import { entitledBy, isStillDue } from './instructable.rule.js';

/** A payment of the released set. */
export interface ReleasedPayment {
  readonly paymentId: string;
  readonly events: readonly Recorded[];
  readonly ordered: Ordered;
  /** The first instruction, where an earlier run recorded it: it is not decided again. */
  readonly instructed: EventData['PaymentInstructed'] | undefined;
  readonly endToEndId: string;
}

/** Undefined for a payment that was not ordered in the round that was released. */
export function releasedPayment(
  stream: string,
  events: readonly Recorded[],
  round: number,
): ReleasedPayment | undefined {
  const ordered = orderedInRound(events, round);
  if (!ordered) return undefined;
  const paymentId = stream.slice('payment-'.length);
  const instructed = events.find((event) => event.type === 'PaymentInstructed')?.data;
  const endToEndId = instructed?.endToEndId ?? endToEndIdOf(paymentId, 1);
  return { paymentId, events, ordered, instructed, endToEndId };
}

/** What was cancelled is not instructed; what was instructed before stays in its file. */
export const isForFile = ({ instructed, events }: ReleasedPayment): boolean =>
  instructed !== undefined || !isCancelled(events);

/** Events up to the release of the payee's stream, and of the household's enrolments. */
export interface AtRelease {
  readonly person: readonly Recorded[];
  readonly enrolment: readonly Recorded[];
}

/**
 * The account that a payment is instructed to: the one that an earlier run took, else the payee's
 * own at the release, unless it was held then, or the household was ended or suspended since the
 * preparation in a month that the payment is for. Undefined: the payment is left out.
 * @param releasedAt instant
 */
export function payeeAtRelease(
  { instructed, events }: ReleasedPayment,
  { person, enrolment }: AtRelease,
  hold: AccountHold,
  releasedAt: string,
): Payee | undefined {
  const payee = payeeOf(person, instructed?.accountId);
  if (!payee || instructed) return payee;
  if (!isStillDue(entitledBy(events, enrolment))) return undefined;
  return heldBy(payee, hold, releasedAt) ? undefined : payee;
}
