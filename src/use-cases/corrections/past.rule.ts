import type { EventData } from '../../../events/generated.js';
import {
  isOpen,
  requireStatus,
  type CorrectionState,
} from '../../correction/correction.decider.js';
import type { CycleState } from '../../cycle/cycle.state.js';
import { fold, type Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { isDoubted, isLost } from '../../payment/payment-doubt.rule.js';
import { isOneOf } from '../../kernel/subject.js';
import type { OrderedPayment } from './recompute.rule.js';

/** What was paid for good: cycles that were released are not prepared again. */
export interface Past {
  /** Last month with a released cycle; undefined where none is. */
  readonly toPeriod: string | undefined;
  /**
   * The latest position that a released cycle was prepared as of. An enrolment that is newer is
   * paid from its start by its first cycle.
   */
  readonly paidThrough: number;
  /** Months of released cycles, in order. */
  readonly periods: readonly string[];
  /** Cycles that are closed: what was rejected or returned in them is not paid any more. */
  readonly closed: ReadonlySet<string>;
}

/** What these cycles of a programme paid for good. */
export function pastIn(cycles: readonly CycleState[]): Past {
  const paid = cycles.filter(({ status }) => ['released', 'instructed', 'closed'].includes(status));
  const periods = paid.map(({ period }) => period).sort();
  const closed = paid.filter(({ status }) => status === 'closed');
  return {
    toPeriod: periods.at(-1),
    periods,
    paidThrough: Math.max(-1, ...paid.map(({ asOf }) => asOf)),
    closed: new Set(closed.map(({ cycleId }) => cycleId)),
  };
}

/**
 * What a payment was ordered for, where it is paid or may still be, or somebody has yet to say
 * whether it was.
 */
export function standing(
  events: readonly Recorded[],
  cycleIsClosed: boolean,
): OrderedPayment | undefined {
  const state = fold(paymentDecider, events);
  if (state.status === 'none' || state.status === 'cancelled') return undefined;
  if (isLost(state) && cycleIsClosed) return undefined;
  const ordered = events.findLast((event) => event.type === 'PaymentOrdered');
  return ordered && { ...ordered.data, isSent: state.attempt > 0, isDoubted: isDoubted(state) };
}

/** The last correction, where it was begun with the same words and is not decided. */
export const sameAsLast = (
  corrections: readonly CorrectionState[],
  args: Pick<EventData['CorrectionStarted'], 'fromPeriod'> &
    Partial<Pick<EventData['CorrectionStarted'], 'basis' | 'personId'>>,
): CorrectionState | undefined => {
  const last = corrections.at(-1);
  const same =
    (last?.status === 'started' || last?.status === 'proposed') &&
    last.started!.fromPeriod === args.fromPeriod &&
    last.started!.basis === (args.basis ?? 'first-paid') &&
    last.started!.personId === args.personId;
  return same ? last : undefined;
};

/**
 * @throws DomainError CORRECTION_OPEN where another correction of the programme waits for a
 *   decision
 */
export function requireNoneOpen(corrections: readonly CorrectionState[]): void {
  const open = corrections.find(isOpen);
  if (open)
    throw new DomainError(
      'CORRECTION_OPEN',
      `${open.started!.correctionId} is ${open.status}; it comes first, because what it finds counts as paid for the next.`,
      'conflict',
      'programmeId',
    );
}

/**
 * What one person began to compute nobody else computes: the correction names those who took part,
 * and none of them approves it.
 * @throws DomainError CORRECTION_OPEN
 */
export function requireOwn({ status, started, proposers }: CorrectionState, actorId: string): void {
  if (status === 'started' && !isOneOf(proposers, actorId))
    throw new DomainError(
      'CORRECTION_OPEN',
      `${started!.correctionId} is being computed by who began it, who may run it again. To compute it yourself, reject it and propose it anew.`,
      'conflict',
      'programmeId',
    );
}

/**
 * Nothing is proposed of a correction that was decided meanwhile, or that another run proposed.
 * @throws DomainError CORRECTION_STATUS, CORRECTION_OPEN
 */
export function requireUnderWay(correction: CorrectionState, actorId: string): void {
  requireStatus(correction, 'started');
  requireOwn(correction, actorId);
}
