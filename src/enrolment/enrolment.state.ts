import type { EventData } from '../../events/generated.js';
import type { Proposal } from '../kernel/two-people.js';

type Started = EventData['EnrolmentStarted'];

/** From a period on: what the household is like, or whether it is paid. */
interface FactsFrom {
  readonly fromPeriod: string;
  readonly facts: Started['facts'];
  readonly contentHash: string;
}
interface PayableFrom {
  readonly fromPeriod: string;
  readonly payable: boolean;
}

export interface EnrolmentState {
  readonly status: 'none' | 'active' | 'suspended' | 'ended';
  readonly programmeId: string;
  readonly personId: string;
  readonly applicationId: string;
  readonly region: string;
  /** Of the present enrolment; earlier ones that ended are in `history` and `payable` only. */
  readonly startPeriod: string;
  /** Every application that an enrolment of this person began with. */
  readonly applicationIds: readonly string[];
  /** Hash of the newest facts. */
  readonly contentHash: string;
  readonly history: readonly FactsFrom[];
  readonly payable: readonly PayableFrom[];
  /** Last period paid, once it ended. */
  readonly lastPeriod: string | undefined;
  readonly recertificationDue: boolean;
  /** When the next recertification is due, where that was said. */
  readonly dueOn: string | undefined;
  /** Why it was suspended last. */
  readonly suspendedFor: string;
  /** The newest facts are not eligible. */
  readonly ineligible: boolean;
  /** New facts that one supervisor named, until a second one says the same or others are decided. */
  readonly proposals: readonly Proposal[];
}

/** Whether a period is paid, by this enrolment or an earlier one: begun, not suspended, not over. */
export function payableIn(state: EnrolmentState, period: string): boolean {
  if (state.lastPeriod !== undefined && period > state.lastPeriod) return false;
  return state.payable.findLast((entry) => entry.fromPeriod <= period)?.payable ?? false;
}

/**
 * Whether a cycle of a period may pay the household anything: the period itself, or, once the
 * enrolment is over, what is left of earlier months. Nothing while it is suspended.
 */
export const isPaidIn = (state: EnrolmentState, period: string): boolean =>
  payableIn(state, period) ||
  (state.status === 'ended' && state.lastPeriod !== undefined && state.lastPeriod < period);

/** Whether nobody recertified the household though that was due before the period. */
export const isOverdue = ({ status, dueOn }: EnrolmentState, period: string): boolean =>
  status === 'active' && dueOn !== undefined && dueOn.slice(0, 7) < period;

/** The facts that a period is paid on. */
export const factsIn = (state: EnrolmentState, period: string): FactsFrom =>
  state.history.findLast((entry) => entry.fromPeriod <= period) ?? state.history[0]!;
