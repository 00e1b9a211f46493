import type { CycleState } from '../../cycle/cycle.state.js';
import { DomainError } from '../../kernel/errors.js';

export const isPrepared = ({ status }: CycleState): boolean =>
  !['none', 'open', 'preparing', 'returned', 'abandoned'].includes(status);

/** Whether a cycle ordered, or orders, what stands. */
const isStarted = (state: CycleState): boolean => isPrepared(state) || state.status === 'preparing';

/** Refuses a month that a later one was prepared past. @throws DomainError LATER_CYCLE_STARTED */
export function requireNoneLater(others: readonly CycleState[], cycleId: string): void {
  const later = others.find((other) => other.cycleId > cycleId && isStarted(other));
  if (later)
    throw new DomainError(
      'LATER_CYCLE_STARTED',
      `${later.cycleId} was prepared already and pays what was due before it.`,
      'rule',
      'period',
    );
}

/**
 * The latest position that an earlier cycle of the programme was prepared as of; -1 without one.
 * Cycles are prepared in the order of their periods: what a cycle owes for earlier months depends on
 * what the earlier cycles saw. An abandoned cycle pays nothing, so it stands in no way; a later one
 * that was returned is prepared again after this one.
 * @param others the cycles of the programme that were ever opened
 * @throws DomainError EARLIER_CYCLE_NOT_PREPARED, LATER_CYCLE_STARTED
 */
export function paidThroughBefore(others: readonly CycleState[], cycleId: string): number {
  requireNoneLater(others, cycleId);
  const earlier = others.filter((other) => other.cycleId < cycleId && other.status !== 'abandoned');
  const waiting = earlier.find((other) => !isPrepared(other));
  if (waiting)
    throw new DomainError(
      'EARLIER_CYCLE_NOT_PREPARED',
      `Prepare ${waiting.cycleId} first, or have it abandoned: this cycle pays what that one could not.`,
      'rule',
      'period',
    );
  return Math.max(-1, ...earlier.map(({ asOf }) => asOf));
}
