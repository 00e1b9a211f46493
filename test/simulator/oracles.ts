import { createAuditCheck } from '../../src/audit/check.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { partsOfPayment } from '../../src/kernel/ids.js';
import { spentMinor } from '../../src/payment/payment.state.js';
import { foldPayment } from '../../src/use-cases/folds.js';
import { householdBooks, householdOracle } from '../simulation/household-oracle.js';
import type { Bank } from './bank.js';
import { cyclesIn, streamsOf } from './desk-actions.js';

/** What is wrong with a history that is over; nothing of the engine's money is believed. */
export function* wrongIn(
  events: readonly Recorded[],
  bank: Bank,
  erased: ReadonlySet<string>,
): Generator<string> {
  yield* auditFinds(events);
  for (const found of householdOracle(events)) yield `household: ${found}`;
  yield* instructedAndSent(events, bank);
  yield* paidAsRecorded(events, bank);
  yield* paidOnce(events, bank);
  yield* budgetsAsMoved(events, bank);
  yield* keysAsErased(events, erased);
  for (const { cycleId, status } of cyclesIn(events))
    if (status !== 'closed') yield `liveness: ${cycleId} is ${status} though faults stopped`;
}

/**
 * Of the persons that there are, the keys are destroyed of those who were erased, and of no other.
 */
function* keysAsErased(
  events: readonly Recorded[],
  destroyed: ReadonlySet<string>,
): Generator<string> {
  const is = (type: 'PersonRegistered' | 'PersonErased'): ReadonlySet<string> =>
    new Set(events.flatMap((event) => (event.type === type ? [event.data.personId] : [])));
  const erased = is('PersonErased');
  for (const personId of is('PersonRegistered'))
    if (erased.has(personId) !== destroyed.has(personId))
      yield erased.has(personId)
        ? `vault: the key of ${personId} is there, who was erased`
        : `vault: the key of ${personId} is destroyed, whom nobody erased`;
}

function* auditFinds(events: readonly Recorded[]): Generator<string> {
  const check = createAuditCheck({});
  for (const event of events) check.add(event);
  for (const violation of check.finish().violations) yield `audit: ${JSON.stringify(violation)}`;
}

/** Every instruction of the log is at the bank, once and to the centime, and no other is. */
function* instructedAndSent(events: readonly Recorded[], { transfers }: Bank): Generator<string> {
  const sent = new Map(transfers.map((one) => [`${one.paymentId} ${one.attempt}`, one]));
  if (sent.size < transfers.length) yield 'bank: an attempt stands in two files';
  const amounts = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'PaymentOrdered') amounts.set(event.data.paymentId, event.data.amountMinor);
    if (event.type !== 'PaymentInstructed' && event.type !== 'PaymentReinstructed') continue;
    const { paymentId, attempt, endToEndId, messageId } = event.data;
    const key = `${paymentId} ${attempt}`;
    const at = sent.get(key);
    sent.delete(key);
    if (!at) yield `bank: ${key} is instructed and in no file`;
    else if (at.endToEndId !== endToEndId || at.messageId !== messageId)
      yield `bank: ${key} stands in its file under another id`;
    else if (String(at.amountMinor) !== amounts.get(paymentId))
      yield `bank: ${key} is ${at.amountMinor} in its file; ordered was ${amounts.get(paymentId)}`;
  }
  for (const key of sent.keys()) yield `bank: ${key} is in a file and nobody instructed it`;
}

/** What the log says of a payment is what the bank did, once everything was told. */
function* paidAsRecorded(events: readonly Recorded[], bank: Bank): Generator<string> {
  for (const stream of streamsOf(events, 'payment-')) {
    const state = foldPayment(stream);
    const arrived = bank.arrivedMinor(state.paymentId);
    if (spentMinor(state) !== arrived)
      yield `payment: ${state.paymentId} is ${state.status}; ${arrived} arrived of ${state.amountMinor}`;
    if (arrived > BigInt(state.amountMinor))
      yield `payment: ${state.paymentId} arrived more often than once`;
  }
}

/** No identity has money of one month from two payments. */
function* paidOnce(events: readonly Recorded[], bank: Bank): Generator<string> {
  const { identities } = householdBooks(events);
  const paid = new Map<string, string>();
  for (const stream of streamsOf(events, 'payment-')) {
    const ordered = stream.findLast((event) => event.type === 'PaymentOrdered');
    if (!ordered) continue;
    const { paymentId, items } = ordered.data;
    if (bank.arrivedMinor(paymentId) === 0n) continue;
    const { personId } = partsOfPayment(paymentId);
    const base = items.filter(({ code }) => code !== 'arrears' && code !== 'recovery');
    for (const period of new Set(base.map((item) => item.period))) {
      const month = `${identities.get(personId) ?? personId} ${period}`;
      const other = paid.get(month);
      if (other !== undefined) yield `bank: ${period} was paid by ${other} and by ${paymentId}`;
      paid.set(month, paymentId);
    }
  }
}

/** What budgets spent is what arrived. */
function* budgetsAsMoved(events: readonly Recorded[], bank: Bank): Generator<string> {
  const { spent, reserved } = householdBooks(events);
  const moved = new Map<string, bigint>();
  for (const { paymentId } of bank.transfers) {
    const cycleId = paymentId.slice(0, -37);
    moved.set(cycleId, 0n);
  }
  for (const stream of streamsOf(events, 'payment-')) {
    const { paymentId } = foldPayment(stream);
    const cycleId = paymentId.slice(0, -37);
    moved.set(cycleId, (moved.get(cycleId) ?? 0n) + bank.arrivedMinor(paymentId));
  }
  for (const [cycleId, minor] of moved)
    if ((spent.get(cycleId) ?? 0n) !== minor)
      yield `budget: ${cycleId} spent ${spent.get(cycleId) ?? 0n}; ${minor} arrived`;
  for (const { cycleId, status } of cyclesIn(events))
    if (status === 'closed' && (reserved.get(cycleId) ?? 0n) !== 0n)
      yield `budget: ${cycleId} is closed and keeps ${reserved.get(cycleId)}`;
}
