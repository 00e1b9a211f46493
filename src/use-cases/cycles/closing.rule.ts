import type { EventData, EventType } from '../../../events/generated.js';
import type { BudgetCommand } from '../../budget/budget.decider.js';
import type { CycleAccount } from '../../budget/budget.state.js';
import type { Figures } from '../../cycle/cycle.state.js';
import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { cycleOfPayment, idIn } from '../../kernel/ids.js';

/** A cycle's money on its budget. */
export type CycleMoney = Pick<CycleAccount, 'reservedMinor' | 'spentMinor'>;

/** What is released of a cycle's money: what was looked at, as it still is. */
export function release(
  cycleId: string,
  figures: Figures | undefined,
  planned: CycleMoney,
  now: CycleMoney,
): readonly BudgetCommand[] {
  if (figures) requireSpent(figures, now);
  if (now.reservedMinor !== planned.reservedMinor) throw spendingNotRecorded();
  if (planned.reservedMinor === 0n) return [];
  const amountMinor = String(planned.reservedMinor);
  return [{ type: 'ReleaseReservation', cycleId, amountMinor, reason: 'the cycle was closed' }];
}

/** @throws DomainError SPENDING_NOT_RECORDED */
export function requireSpent(
  { settledMinor, keptMinor = '0' }: Pick<Figures, 'settledMinor' | 'keptMinor'>,
  { spentMinor }: CycleMoney,
): void {
  if (BigInt(settledMinor) + BigInt(keptMinor) !== spentMinor) throw spendingNotRecorded();
}

const spendingNotRecorded = (): DomainError =>
  new DomainError(
    'SPENDING_NOT_RECORDED',
    'What the budget spent is not yet what settled and what banks kept; reconcile again and try once the automation has caught up.',
    'conflict',
    'cycleId',
  );

/**
 * Whether an entry of a bank's file names the cycle, or a payment of it was found for the entry.
 */
export function isAboutCycle(
  cycleId: string,
  messages: ReadonlySet<string>,
  { paymentId, messageId }: Pick<EventData['BankEntryQuarantined'], 'paymentId' | 'messageId'>,
  candidates: readonly { readonly paymentId: string }[],
): boolean {
  if (messageId !== undefined && messages.has(messageId)) return true;
  const payments = candidates.map((candidate) => candidate.paymentId);
  return [paymentId, ...payments].some((id) => id?.startsWith(`${cycleId}-`));
}

/** What changes a cycle's figures; an acceptance, or word that nothing is known, does not. */
const MOVES: ReadonlySet<EventType> = new Set([
  'PaymentOrdered',
  'PaymentSettled',
  'PaymentRejected',
  'PaymentReturned',
  'PaymentReinstructed',
  'PaymentCancelled',
  'PaymentBreakRecorded',
  'PaymentBreakResolved',
]);

export const movesFigures = (type: EventType): boolean => MOVES.has(type);

/** Whether an event moves a payment of one of the cycles. */
export const movesOneOf = (
  cycleIds: ReadonlySet<string>,
  { stream, type }: Pick<Recorded, 'stream' | 'type'>,
): boolean =>
  movesFigures(type) && stream.startsWith('payment-') && cycleIds.has(cycleOfPayment(idIn(stream)));
