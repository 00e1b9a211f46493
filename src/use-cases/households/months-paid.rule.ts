import type { AdjustmentState } from '../../correction/adjustment.state.js';
import { RECOVERY_ITEM } from '../../eligibility/rules.js';
import { fold, type Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { addMonths } from '../../kernel/time.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import { isDoubted, isLost } from '../../payment/payment-doubt.rule.js';

/**
 * The months that a payment pays: those of its items, arrears among them. None of one that was
 * cancelled, or that was rejected or returned when its cycle closed, unless a break leaves open
 * whether it was paid all the same.
 */
export function monthsPaidBy(payment: readonly Recorded[], closed: boolean): readonly string[] {
  const state = fold(paymentDecider, payment);
  if (state.status === 'none' || state.status === 'cancelled') return [];
  if (closed && isLost(state)) return [];
  const ordered = payment.findLast((event) => event.type === 'PaymentOrdered');
  return (ordered?.data.items ?? [])
    .filter(({ code }) => code !== RECOVERY_ITEM)
    .map(({ period }) => period);
}

/** Months that were paid, and months that a payment may have paid which had failed. */
export interface MonthsPaid {
  readonly paid: ReadonlySet<string>;
  readonly doubted: ReadonlySet<string>;
}
/** @param payments events of each, and whether its cycle is closed */
export function monthsPaidOf(
  payments: readonly { readonly events: readonly Recorded[]; readonly closed: boolean }[],
): MonthsPaid {
  const [doubted, paid] = [true, false].map((isInDoubt) =>
    payments
      .filter(({ events }) => isDoubted(fold(paymentDecider, events)) === isInDoubt)
      .flatMap(({ events, closed }) => monthsPaidBy(events, closed)),
  );
  return { paid: new Set(paid), doubted: new Set(doubted) };
}
export const mayBePaid = ({ paid, doubted }: MonthsPaid): ReadonlySet<string> =>
  new Set([...paid, ...doubted]);

/**
 * The months for which corrections put more on the household's account than they took back: what is
 * due for them is paid from there, or was set against a debt.
 */
export function monthsOnAccount({ established }: AdjustmentState): ReadonlySet<string> {
  const sums = new Map<string, bigint>();
  for (const { periods } of established)
    for (const { period, dueMinor, paidMinor } of periods)
      sums.set(period, (sums.get(period) ?? 0n) + BigInt(dueMinor) - BigInt(paidMinor));
  return new Set([...sums].filter(([, minor]) => minor > 0n).map(([period]) => period));
}

/** The persons that an identity is or was registered for, from its stream. */
export const holdersOf = (identity: readonly Recorded[]): readonly string[] => [
  ...new Set(
    identity.flatMap((event) => (event.type === 'IdentityClaimed' ? [event.data.personId] : [])),
  ),
];

/** How often somebody was enrolled in the programme, from the stream of the enrolment. */
export const timesEnrolled = (enrolment: readonly Recorded[]): number =>
  enrolment.filter(({ type }) => type === 'EnrolmentStarted').length;

/**
 * Nobody is paid from longer before a programme's first cycle than an application may be dated
 * back: an application that was taken before that cycle had none that its day of receipt could be
 * held against, whenever it is approved.
 * @param from first month that is owed to an enrolment
 * @param period that the first cycle pays
 * @param months that the programme takes
 * @throws DomainError BACKDATED_TOO_FAR
 */
export function requireNearFirst(from: string, period: string, months: number): void {
  const earliest = addMonths(period, -months);
  if (from < earliest)
    throw new DomainError(
      'BACKDATED_TOO_FAR',
      `The programme's first cycle pays ${period}; households are paid back to ${earliest} at most, and this one from ${from} on.`,
      'rule',
    );
}
export const isTooFar = (error: unknown): error is DomainError =>
  error instanceof DomainError && error.code === 'BACKDATED_TOO_FAR';

/**
 * The first month that no earlier cycle of the programme could have paid: of an enrolment that is
 * newer than what each of them was prepared as of, its start; else the period itself.
 * @param paidThrough the latest position that an earlier cycle was prepared as of; -1 without one
 */
export function unpaidFrom(
  enrolment: readonly Recorded[],
  period: string,
  paidThrough: number,
): string {
  let from = period;
  for (const event of enrolment)
    if (
      event.type === 'EnrolmentStarted' &&
      event.position > paidThrough &&
      event.data.startPeriod < from
    )
      from = event.data.startPeriod;
  return from;
}
