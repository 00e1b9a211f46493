import { adjustmentDecider } from '../../correction/adjustment.decider.js';
import {
  arrearsMinor,
  type AdjustmentState,
  type Proposal,
} from '../../correction/adjustment.state.js';
import { isOpen, type CorrectionState } from '../../correction/correction.decider.js';
import type { CycleState } from '../../cycle/cycle.state.js';
import { enrolmentDecider } from '../../enrolment/enrolment.decider.js';
import { isEnrolled, payableIn } from '../../enrolment/enrolment.state.js';
import { fold, type Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { addMonths } from '../../kernel/time.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { isUnpaid, type PaymentState } from '../../payment/payment.state.js';
import { recoveryDecider } from '../../recovery/recovery.decider.js';
import { balanceMinor } from '../../recovery/recovery.state.js';
import { unpaidFrom } from '../households/months-paid.rule.js';

/**
 * Nobody is erased whom a programme pays, or would pay again.
 * @param events of the enrolment
 * @throws DomainError STILL_ENROLLED
 */
export function requireEnded(programmeId: string, events: readonly Recorded[]): void {
  if (isEnrolled(fold(enrolmentDecider, events)))
    throw new DomainError(
      'STILL_ENROLLED',
      `The person is enrolled in ${programmeId}; end the enrolment first.`,
      'rule',
      'personId',
    );
}

/**
 * Nobody is erased who has something to give back to a programme.
 * @param events of the recovery
 * @throws DomainError STILL_OWES
 */
export function requireSettled(programmeId: string, events: readonly Recorded[]): void {
  const recovery = fold(recoveryDecider, events);
  if (recovery.status === 'open' && balanceMinor(recovery) > 0n)
    throw new DomainError(
      'STILL_OWES',
      `The person owes ${programmeId} what was overpaid; it is given back or waived first.`,
      'rule',
      'personId',
    );
}

/**
 * Nobody is erased to whom a programme owes arrears that no payment carries: the next cycle pays
 * them, and nothing is ordered for who is erased.
 * @throws DomainError STILL_OWED
 */
export function requireNothingDue(programmeId: string, { arrears }: AdjustmentState): void {
  const due = arrearsMinor(arrears.filter(({ orderedBy }) => orderedBy === undefined));
  if (due > 0n)
    throw stillOwed(
      `${programmeId} owes the person arrears of ${due} minor units, which its next cycle pays if it has one.`,
    );
}

/**
 * The same of what is due for months that were paid, and was neither paid nor put on an account;
 * and of what was paid too much for them, which nobody is asked for who is erased.
 * @param balance what is due less what was paid, in minor units
 * @throws DomainError STILL_OWED, STILL_OWES
 */
export function requireNothingFound(
  programmeId: string,
  balance: bigint,
  isForfeit: boolean,
): void {
  if (balance < 0n)
    throw new DomainError(
      'STILL_OWES',
      `${programmeId} paid the person ${-balance} minor units more than is due: a correction finds it, and it is given back or waived first.`,
      'rule',
      'personId',
    );
  if (balance > 0n && !isForfeit)
    throw stillOwed(
      `${programmeId} paid the person ${balance} minor units less than is due, which a correction finds.`,
    );
}

/**
 * The same of arrears that a payment carries: it gives them back where it does not arrive.
 * @param payment of a cycle that is neither closed nor abandoned
 * @throws DomainError STILL_OWED
 */
export function requireNothingCarried(
  programmeId: string,
  account: AdjustmentState | undefined,
  { paymentId, status }: PaymentState,
): void {
  const carries = account?.arrears.some(({ orderedBy }) => orderedBy?.paymentId === paymentId);
  if (carries === true && status !== 'settled')
    throw stillOwed(
      `The payment ${paymentId} carries arrears that ${programmeId} owes the person, and is ${status}.`,
    );
}

/** Months that corrections put on an account after a position of the log. */
export function correctedSince(
  account: readonly Recorded[],
  position: number,
): ReadonlySet<string> {
  const since = new Set(
    account.flatMap((event) =>
      event.type === 'AdjustmentEstablished' && event.position > position
        ? [event.data.correctionId]
        : [],
    ),
  );
  const { established } = fold(adjustmentDecider, account);
  return new Set(
    established
      .filter(({ correctionId }) => since.has(correctionId))
      .flatMap(({ periods }) => periods.map(({ period }) => period)),
  );
}

/**
 * Nobody is erased whose payment did not arrive, or is ordered and not instructed: it is paid by
 * its cycle, and what did not arrive of a closed one by a correction, where its person is known.
 * @param payment of a cycle that was not abandoned
 * @param isMadeUp whether a correction put the month on the account after it had not arrived
 * @throws DomainError STILL_OWED
 */
export function requireNothingUnpaid({ paymentId, status }: PaymentState, isMadeUp: boolean): void {
  if ((status === 'ordered' || status === 'rejected' || status === 'returned') && !isMadeUp)
    throw stillOwed(`The payment ${paymentId} is ${status}.`);
}

/** The position of the log since which a payment has not arrived; undefined where it may yet. */
export function unpaidSince(payment: readonly Recorded[]): number | undefined {
  const arrivesAfter = payment.findLastIndex(
    (_, i) => !isUnpaid(fold(paymentDecider, payment.slice(0, i + 1))),
  );
  return payment[arrivesAfter + 1]?.position;
}

/**
 * Nobody is erased before the months are ordered that their enrolment, which is over, is paid for.
 * @param events of the enrolment
 * @param cycles every one of the programme, in order
 * @throws DomainError STILL_OWED
 */
export function requireMonthsOrdered(
  programmeId: string,
  events: readonly Recorded[],
  cycles: readonly CycleState[],
): void {
  const enrolment = fold(enrolmentDecider, events);
  const { lastPeriod, startPeriod } = enrolment;
  if (lastPeriod === undefined) return;
  const standing = cycles.filter(({ status }) => status !== 'abandoned');
  const newest = standing.at(-1);
  const next = newest ? addMonths(newest.period, 1) : startPeriod;
  const paidThrough = Math.max(-1, ...standing.map(({ asOf }) => asOf));
  for (
    let month = unpaidFrom(events, next, paidThrough);
    month <= lastPeriod;
    month = addMonths(month, 1)
  )
    if (payableIn(enrolment, month))
      throw stillOwed(`No cycle of ${programmeId} has ordered ${month} for the person.`);
}

const stillOwed = (what: string): DomainError =>
  new DomainError(
    'STILL_OWED',
    `${what} Nobody who is erased is paid: erase them once it is paid, or have both administrators say that what is owed is given up (forfeitsArrears).`,
    'rule',
    'personId',
  );

/**
 * Nobody is erased whom a bank is told to pay, and of whom it has not said what became of it.
 * @throws DomainError PAYMENT_UNDER_WAY
 */
export function requireNotUnderWay({ status, paymentId }: PaymentState): void {
  if (status === 'instructed' || status === 'accepted')
    throw underWay(`The payment ${paymentId} is ${status}; its outcome comes first.`);
}

/**
 * Nor of whose payment something was said that nobody has resolved: nothing is asked of who is
 * erased.
 * @throws DomainError PAYMENT_UNDER_WAY
 */
export function requireNoBreak({ openBreaks, paymentId }: PaymentState): void {
  if (openBreaks.length > 0)
    throw underWay(`A break of the payment ${paymentId} is open; it is resolved first.`);
}

/**
 * Nobody is erased while payments are being instructed of which theirs may be one.
 * @param payment theirs of this cycle
 * @throws DomainError PAYMENT_UNDER_WAY
 */
export function requireNotInstructing(
  { cycleId, status, reinstructing }: CycleState,
  payment: PaymentState | undefined,
): void {
  const isInstructing = status === 'released' || Object.keys(reinstructing).length > 0;
  if (!payment || !isInstructing || !(payment.status === 'ordered' || isUnpaid(payment))) return;
  throw underWay(`Payments of the cycle ${cycleId} are being instructed; ask again afterwards.`);
}

/**
 * Nobody is erased of whom a correction may find something, or found what is not on the account
 * yet.
 * @param pending what was proposed for the person last, of whatever correction
 * @throws DomainError CORRECTION_OPEN
 */
export function requireNotCorrected(
  personId: string,
  correction: CorrectionState,
  pending: Pick<Proposal, 'correctionId'> | undefined,
): void {
  const { started, status } = correction;
  if (!started || !isOpen(correction)) return;
  const { correctionId } = started;
  const mayConcern = started.personId === undefined || started.personId === personId;
  if (status === 'started' ? mayConcern : pending?.correctionId === correctionId)
    throw beingCorrected(correctionId);
}

/** @param events of a correction that was not there before @throws DomainError CORRECTION_OPEN */
export function requireNoneBegun(correctionId: string, events: readonly Recorded[]): void {
  if (events.length > 0) throw beingCorrected(correctionId);
}

const beingCorrected = (correctionId: string): DomainError =>
  new DomainError(
    'CORRECTION_OPEN',
    `The correction ${correctionId} is open and may concern the person; it is applied or rejected first.`,
    'conflict',
    'personId',
  );

const underWay = (detail: string): DomainError =>
  new DomainError('PAYMENT_UNDER_WAY', detail, 'rule', 'personId');
