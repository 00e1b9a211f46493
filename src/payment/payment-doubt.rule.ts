import { fold, type Recorded } from '../kernel/decider.js';
import { paymentDecider } from './payment.decider.js';
import { isUnpaid, type PaymentState } from './payment.state.js';

const stateOf = (events: readonly Recorded[]): PaymentState => fold(paymentDecider, events);

/**
 * Whether a payment failed, and something that was said of it contradicts that: a bank booked it
 * all the same, say. Until somebody resolved the break it may have been paid.
 */
export const isDoubted = (payment: Pick<PaymentState, 'status' | 'openBreaks'>): boolean =>
  isUnpaid(payment) && payment.openBreaks.length > 0;

/** Whether a payment failed, and nothing that was said of it contradicts that. */
export const isLost = (payment: Pick<PaymentState, 'status' | 'openBreaks'>): boolean =>
  isUnpaid(payment) && payment.openBreaks.length === 0;

/** @param isNamed whether an entry of a bank's file that waits for a person names the payment */
export function isInDoubt(
  events: readonly Recorded[],
  isNamed: (payment: PaymentState) => boolean,
): boolean {
  const payment = stateOf(events);
  return isDoubted(payment) || (isUnpaid(payment) && isNamed(payment));
}

/**
 * Whether a payment that had failed by a position was paid after all since, later than another.
 */
export function hasArrivedSince(
  events: readonly Recorded[],
  failedBy: number,
  laterThan: number,
): boolean {
  const last = events.at(-1);
  if (!last || last.position <= Math.max(failedBy, laterThan)) return false;
  const until = (position: number) => stateOf(events.filter((event) => event.position <= position));
  return (
    isUnpaid(until(failedBy)) &&
    stateOf(events).status === 'settled' &&
    // Who looked before it failed has not seen that it was paid after all.
    (laterThan < failedBy || until(laterThan).status !== 'settled')
  );
}
