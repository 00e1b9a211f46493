import type { CycleState } from '../../cycle/cycle.state.js';
import { adjustmentDecider } from '../../correction/adjustment.decider.js';
import type { EnrolmentState } from '../../enrolment/enrolment.state.js';
import { fold, type Recorded } from '../../kernel/decider.js';
import { paymentId as paymentIdOf } from '../../kernel/ids.js';
import { recoveryDecider } from '../../recovery/recovery.decider.js';
import type { ProgrammePolicies } from '../../write-side/readers.js';
import { arrearsFor, type CarriedArrears } from './correction-items.rule.js';
import {
  monthsOnAccount,
  requireNearFirst,
  timesEnrolled,
  unpaidFrom,
} from '../households/months-paid.rule.js';
import { dueIn, lessRecovery, type Deduction, type Due } from './payable.rule.js';

/** What a cycle orders for a household. */
export interface Order {
  readonly paymentId: string;
  readonly personId: string;
  readonly region: string;
  /** Its enrolment ended: months before that are paid still. */
  readonly isOver: boolean;
  readonly due: Due;
  /** What the payment gives back; `due` is less that. */
  readonly deduction?: Deduction;
  /** Approved arrears that the payment carries; `due` is with them. */
  readonly arrears?: CarriedArrears;
  /**
   * What is ordered where the recovery changed since the cycle's position, and does not give so
   * much any more.
   */
  readonly gross: Due;
}

/** What is the same for every household of a cycle. */
export interface OrderTerms {
  readonly programme: Pick<ProgrammePolicies, 'policyOf' | 'backdatedMonths'>;
  /** That the programme's first cycle pays, or paid. */
  readonly firstPeriod: string;
  /** The latest position that an earlier cycle was prepared as of; -1 without one. */
  readonly paidThrough: number;
}

/** A household's events, as of the cycle's position. */
interface Household {
  readonly enrolment: readonly Recorded[];
  /** The same, folded. */
  readonly state: EnrolmentState;
  /** Months that were paid to the same identity before. */
  readonly paidBefore: ReadonlySet<string> | undefined;
  /** Of its adjustments. */
  readonly adjusted: readonly Recorded[] | undefined;
  /** Corrections whose arrears wait. */
  readonly doubted: ReadonlySet<string> | undefined;
  /** Of its recovery. */
  readonly owed: readonly Recorded[] | undefined;
}

/**
 * What a cycle orders for a household: what it is due, with the arrears that it carries, less what
 * its recovery keeps back. Undefined where nothing is due. @throws DomainError BACKDATED_TOO_FAR,
 *   what a policy refuses
 */
export function orderFor(
  { programmeId, period, round }: Pick<CycleState, 'programmeId' | 'period' | 'round'>,
  { programme, firstPeriod, paidThrough }: OrderTerms,
  { enrolment, state, paidBefore, adjusted, doubted, owed }: Household,
): Order | undefined {
  const { personId, region } = state;
  const paymentId = paymentIdOf(programmeId, period, personId);
  const account = adjusted && fold(adjustmentDecider, adjusted);
  const arrears = account && arrearsFor(account, paymentId, round, doubted);
  const from = unpaidFrom(enrolment, period, paidThrough);
  requireNearFirst(from, firstPeriod, programme.backdatedMonths);
  // A month of the enrolment before, which a correction found to be due, is due once.
  const paid =
    account && timesEnrolled(enrolment) > 1
      ? new Set([...monthsOnAccount(account), ...(paidBefore ?? [])])
      : paidBefore;
  const gross = dueIn(state, from, period, programme, { arrears, paid });
  if (!gross) return undefined;
  return {
    paymentId,
    personId,
    region,
    isOver: state.status === 'ended',
    gross,
    ...(owed
      ? lessRecovery(gross, fold(recoveryDecider, owed), paymentId, period)
      : { due: gross }),
    ...(arrears ? { arrears } : {}),
  };
}
