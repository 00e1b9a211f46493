import { isPrepared, type CycleState } from '../../cycle/cycle.state.js';
import { DomainError } from '../../kernel/errors.js';
import { addMonths, localDateOf, monthsBetween } from '../../kernel/time.js';

/** Months after the present one that a cycle may be opened for. */
const MONTHS_AHEAD = 12;

/**
 * Refuses a month that nobody can mean yet: what the programme pays before it would wait for it.
 * @param now UTC instant
 * @throws DomainError PERIOD_TOO_FAR
 */
export function requireNear(period: string, timeZone: string, now: string): void {
  const last = addMonths(localDateOf(now, timeZone).slice(0, 7), MONTHS_AHEAD);
  if (period > last)
    throw new DomainError(
      'PERIOD_TOO_FAR',
      `A cycle is opened for ${last} at the latest, ${MONTHS_AHEAD} months from now.`,
      'rule',
      'period',
    );
}

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
 * Refuses a month where a later one gave word that it starts and was cut off before it did: it
 * starts once it goes on. @throws DomainError LATER_CYCLE_STARTED
 */
function requireNoWord(others: readonly CycleState[], cycleId: string): void {
  const cycle = others.find((one) => one.cycleId === cycleId);
  for (const other of others)
    if (other.status !== 'abandoned' && (cycle?.later[other.cycleId] ?? 0) > other.round)
      throw new DomainError(
        'LATER_CYCLE_STARTED',
        `${other.cycleId} begins to be prepared and pays what was due before it.`,
        'rule',
        'period',
      );
}

/**
 * Refuses to send back or give up a month while a later one is being prepared on what it pays: the
 * later one could never be ended, for it orders other amounts without it.
 * @param later the later cycles that there are; one that is not among them and gave word is new
 * @throws DomainError LATER_CYCLE_STARTED
 */
export function requireNoneUnderWay(
  cycle: Pick<CycleState, 'later'>,
  later: ReadonlyMap<string, CycleState>,
): void {
  const hasWord = (cycleId: string, round: number): boolean => {
    const other = later.get(cycleId);
    return other?.status !== 'abandoned' && round > (other?.round ?? 0);
  };
  const underWay =
    [...later.values()].find(({ status }) => status === 'preparing')?.cycleId ??
    Object.entries(cycle.later).find(([cycleId, round]) => hasWord(cycleId, round))?.[0];
  if (underWay !== undefined)
    throw new DomainError(
      'LATER_CYCLE_STARTED',
      `${underWay} is being prepared on what this cycle pays. Wait until it is prepared, or have it abandoned.`,
      'rule',
      'cycleId',
    );
}

/** The nearest of the earlier cycles that pays. */
export const earlierThan = (
  others: readonly CycleState[],
  cycleId: string,
): CycleState | undefined =>
  others.findLast((other) => other.cycleId < cycleId && other.status !== 'abandoned');

/**
 * The months between a cycle and the one before it that no cycle pays: once it is prepared they are
 * opened no more, and what was due in them is found by corrections only.
 */
export function monthsPassedOver(
  others: readonly CycleState[],
  { cycleId, period }: { readonly cycleId: string; readonly period: string },
): readonly string[] {
  const earlier = earlierThan(others, cycleId);
  return earlier ? monthsBetween(addMonths(earlier.period, 1), addMonths(period, -1)) : [];
}

/**
 * The latest position that an earlier cycle of the programme was prepared as of; -1 without one.
 * Cycles are prepared in the order of their periods: what a cycle owes for earlier months depends
 * on what the earlier cycles saw. An abandoned cycle pays nothing, so it stands in no way; a later
 * one that was returned is prepared again after this one.
 * @param others the cycles of the programme that were ever opened
 * @throws DomainError EARLIER_CYCLE_NOT_PREPARED, LATER_CYCLE_STARTED
 */
export function paidThroughBefore(others: readonly CycleState[], cycleId: string): number {
  requireNoneLater(others, cycleId);
  requireNoWord(others, cycleId);
  const earlier = others.filter((other) => other.cycleId < cycleId && other.status !== 'abandoned');
  for (const other of earlier) requirePrepared(other);
  return Math.max(-1, ...earlier.map(({ asOf }) => asOf));
}

/** The earliest period that a programme's cycles pay; `period` where there is none before. */
export const firstPaid = (
  cycles: readonly Pick<CycleState, 'period' | 'status'>[],
  period: string,
): string =>
  cycles.reduce(
    (first, cycle) => (cycle.status !== 'abandoned' && cycle.period < first ? cycle.period : first),
    period,
  );

/**
 * @throws DomainError EARLIER_CYCLE_NOT_PREPARED where an earlier cycle pays and is not prepared
 */
export function requirePrepared(earlier: CycleState): void {
  if (isPrepared(earlier) || earlier.status === 'abandoned') return;
  throw new DomainError(
    'EARLIER_CYCLE_NOT_PREPARED',
    `Prepare ${earlier.cycleId} first, or have it abandoned: this cycle pays what that one could not.`,
    'rule',
    'period',
  );
}

/** The cycles before one that are prepared and not released: somebody may still send them back. */
export const mayBeSentBack = (others: readonly CycleState[], before: string): readonly string[] =>
  others
    .filter(
      ({ cycleId, status }) => cycleId < before && (status === 'prepared' || status === 'approved'),
    )
    .map(({ cycleId }) => cycleId);

export const ABANDONED = 'The cycle was abandoned.';

/**
 * Why what another cycle ordered is cancelled before this one is prepared; undefined: it stands.
 */
export function whyGivenUp(other: CycleState, cycleId: string): string | undefined {
  if (other.cycleId === cycleId || other.round === 0) return undefined;
  // One that is open after it ordered was abandoned, and opened again before its orders were
  // cancelled.
  if (other.status === 'abandoned' || other.status === 'open') return ABANDONED;
  return other.status === 'returned' && other.cycleId > cycleId
    ? 'The cycle was returned, and an earlier one is prepared first.'
    : undefined;
}
