import { adjustmentDecider } from '../../correction/adjustment.decider.js';
import {
  arrearsMinor,
  type AdjustmentState,
  type Arrears,
} from '../../correction/adjustment.state.js';
import type { CorrectionState } from '../../correction/correction.decider.js';
import { isOfPolicy, RECOVERY_ITEM } from '../../eligibility/rules.js';
import { fold, type Recorded } from '../../kernel/decider.js';
import { isOneOf } from '../../kernel/subject.js';
import { partsOfPayment, paymentId as paymentIdOf } from '../../kernel/ids.js';
import { hasArrivedSince, isInDoubt, isLost } from '../../payment/payment-doubt.rule.js';
import { clearedBy } from '../../payment/payment-people.rule.js';
import { paymentDecider } from '../../payment/payment.decider.js';
import type { PaymentState } from '../../payment/payment.state.js';

/** What of a programme tells which payments arrears stand in for, and who looked at them since. */
export interface ProgrammeSeen {
  /** Months that its cycles pay, in order. */
  readonly periods: readonly string[];
  readonly corrections: readonly CorrectionState[];
  /** By person, others whom their identity is or was registered for. */
  readonly others?: ReadonlyMap<string, readonly string[]>;
}

/**
 * The payments that arrears may stand in for which a payment carries or may carry: those of the
 * months that they are of and of later ones, which may have paid those too, and those that carried
 * them and gave them back.
 * @param account events of the household's adjustments
 */
export const stoodInFor = (
  account: readonly Recorded[],
  paymentId: string,
  seen: Omit<ProgrammeSeen, 'corrections'>,
): readonly string[] => [
  ...new Set(
    arrearsOf(account, paymentId).flatMap((arrears) => [
      ...ofMonths(arrears, seen),
      ...givenBackBy(account, arrears).map(({ paymentId: carrier }) => carrier),
    ]),
  ),
];

/** What entries of banks' files tell of a payment. */
export interface NamedByEntries {
  /** An entry that waits for a person and names the payment. */
  naming(payment: PaymentState): string | undefined;
  /** Who dismissed such entries. */
  dismissersOf(payment: PaymentState): readonly string[];
}

/** What is paid in the place of payments that failed, and what stands against paying it. */
export interface InDoubt {
  /**
   * It waits: of a payment that it stands in for a bank says that it was paid after all, and nobody
   * has resolved that; or it was paid after all, and no correction has looked at its months since.
   */
  readonly waits: boolean;
  /** Who took away what stood against paying it: a break, or an entry of a bank's file. */
  readonly clearedBy: readonly string[];
  /** Who computed, or approved, the correction that found it. */
  readonly correctors: readonly string[];
}

/** Arrears that a payment carries or may carry. */
export interface ArrearsInDoubt extends InDoubt {
  readonly correctionId: string;
  /**
   * A payment that they stand in for, item by item and no more, and that arrived after all, unseen
   * by any correction; of arrears whose own correction is applied, which counts what it put on
   * accounts until then. Arrears of anything else wait for the next correction, which sets what it
   * finds too much against them.
   */
  readonly arrived: string | undefined;
}

/**
 * Of the arrears that a payment carries or may carry, those that wait, or that somebody freed.
 * @param account events of the household's adjustments
 * @param payments events of what `stoodInFor` names, by id
 */
export function doubtedCorrections(
  account: readonly Recorded[],
  paymentId: string,
  payments: ReadonlyMap<string, readonly Recorded[]>,
  seen: ProgrammeSeen,
  entries?: NamedByEntries,
): readonly ArrearsInDoubt[] {
  return arrearsOf(account, paymentId).flatMap((arrears) => {
    const { correctionId } = arrears.proposal;
    const lookedAt = lastLook(account, seen.corrections, arrears);
    const behind = behindOf(account, arrears, payments, seen);
    const isNamed = (payment: PaymentState): boolean => entries?.naming(payment) !== undefined;
    const arrived = behind.find(({ events, since }) => hasArrivedSince(events, since, lookedAt));
    const waits = arrived !== undefined || behind.some(({ events }) => isInDoubt(events, isNamed));
    const cleared = behind.flatMap(({ events }) => clearersOf(events, entries));
    if (!waits && cleared.length === 0) return [];
    const isInPlace = arrived !== undefined && isInPlaceOf(arrears, arrived);
    const found = seen.corrections.find(({ started }) => started?.correctionId === correctionId);
    return [
      {
        correctionId,
        waits,
        arrived: found?.status === 'applied' && isInPlace ? arrived.paymentId : undefined,
        clearedBy: [...new Set(cleared)].sort(),
        correctors: correctorsOf(found),
      },
    ];
  });
}

const correctorsOf = (found: CorrectionState | undefined): readonly string[] => [
  ...(found?.proposers ?? []),
  ...(found?.approvedBy === undefined ? [] : [found.approvedBy]),
];

/** A payment that arrears stand in for: what did not arrive of it is in them. */
interface StoodInFor {
  readonly paymentId: string;
  readonly events: readonly Recorded[];
  /** The position of the log at which the arrears were made, or were given back by it. */
  readonly since: number;
  /** Whether it carried them. */
  readonly isCarrier: boolean;
}

/**
 * Whether arrears are what a payment of the household was ordered for in their months, and nothing
 * else. What it deducted the household owes again since it failed, so that it needs a correction.
 */
function isInPlaceOf(
  { proposal, offsetMinor }: Arrears,
  { paymentId, events, isCarrier }: StoodInFor,
): boolean {
  if (partsOfPayment(paymentId).personId !== proposal.personId) return false;
  const items = events.findLast((event) => event.type === 'PaymentOrdered')?.data.items ?? [];
  if (offsetMinor > 0n || items.some(({ code }) => code === RECOVERY_ITEM)) return false;
  if (isCarrier) return true;
  const open = new Map<string, bigint>();
  const add = (period: string, of: { code: string; member?: number }, minor: bigint): void => {
    const key = `${period} ${of.code} ${of.member ?? ''}`;
    open.set(key, (open.get(key) ?? 0n) + minor);
  };
  const months = new Set(proposal.periods.map(({ period }) => period));
  for (const item of items)
    if (isOfPolicy(item) && months.has(item.period))
      add(item.period, item, BigInt(item.amountMinor));
  for (const { period, items: found } of proposal.periods)
    for (const item of found) add(period, item, BigInt(item.paidMinor) - BigInt(item.dueMinor));
  return [...open.values()].every((minor) => minor === 0n);
}

function behindOf(
  account: readonly Recorded[],
  arrears: Arrears,
  payments: ReadonlyMap<string, readonly Recorded[]>,
  seen: Omit<ProgrammeSeen, 'corrections'>,
): readonly StoodInFor[] {
  const months = monthsOf(arrears);
  const paid = ofMonths(arrears, seen).filter((id) => paysOneOf(payments.get(id) ?? [], months));
  const since = madeAt(account, arrears);
  return [
    ...paid.map((paymentId) => ({ paymentId, since, isCarrier: false })),
    ...givenBackBy(account, arrears),
  ]
    .filter(({ paymentId }) => paymentId !== arrears.orderedBy?.paymentId)
    .map((one) => ({ ...one, events: payments.get(one.paymentId) ?? [] }));
}

/** Of a payment that is lost, who took away what said that it may not be. */
export function clearersOf(
  events: readonly Recorded[],
  entries: NamedByEntries | undefined,
): readonly string[] {
  const payment = fold(paymentDecider, events);
  return isLost(payment) ? clearedBy(payment.people, entries?.dismissersOf(payment) ?? []) : [];
}

/** What no other payment carries. */
export const arrearsOf = (account: readonly Recorded[], paymentId: string): readonly Arrears[] =>
  fold(adjustmentDecider, account).arrears.filter(
    ({ orderedBy }) => orderedBy === undefined || orderedBy.paymentId === paymentId,
  );

const monthsOf = ({ proposal }: Arrears): ReadonlySet<string> =>
  new Set(proposal.periods.map(({ period }) => period));

/**
 * Payments of the months that arrears are of, and of those after the first of them, to whoever has
 * or had the identity.
 */
function ofMonths(
  arrears: Arrears,
  { periods, others }: Omit<ProgrammeSeen, 'corrections'>,
): readonly string[] {
  const { programmeId, personId } = arrears.proposal;
  const [first = ''] = [...monthsOf(arrears)].sort();
  const after = periods.filter((period) => period >= first);
  return [personId, ...(others?.get(personId) ?? [])].flatMap((holder) =>
    after.map((period) => String(paymentIdOf(programmeId, period, holder))),
  );
}

/** A first payment pays months before its own too. */
const paysOneOf = (payment: readonly Recorded[], months: ReadonlySet<string>): boolean =>
  (payment.findLast((event) => event.type === 'PaymentOrdered')?.data.items ?? []).some(
    (item) => isOfPolicy(item) && months.has(item.period),
  );

const madeAt = (account: readonly Recorded[], { proposal }: Arrears): number =>
  account.find(
    (event) =>
      event.type === 'AdjustmentEstablished' && event.data.correctionId === proposal.correctionId,
  )?.position ?? -1;

const givenBackBy = (account: readonly Recorded[], { proposal }: Arrears) =>
  account.flatMap((event) =>
    event.type === 'ArrearsReleased' && event.data.correctionIds.includes(proposal.correctionId)
      ? [{ paymentId: event.data.paymentId, since: event.position, isCarrier: true }]
      : [],
  );

/**
 * The position of the log as of which a correction looked at all months of arrears last, whether it
 * found something for the household or not; not one whose finding lapsed.
 */
function lastLook(
  account: readonly Recorded[],
  corrections: readonly CorrectionState[],
  arrears: Arrears,
): number {
  const months = [...monthsOf(arrears)];
  const lapsed = new Set(fold(adjustmentDecider, account).lapsed.map((one) => one.correctionId));
  const looked = corrections.flatMap(({ status, started }) => {
    if (!started || (status !== 'applied' && status !== 'settled')) return [];
    const { correctionId, fromPeriod, toPeriod, personId, asOf } = started;
    const isOfHousehold = personId === undefined || personId === arrears.proposal.personId;
    const looksAtAll = months.every((month) => fromPeriod <= month && month <= toPeriod);
    return isOfHousehold && looksAtAll && !lapsed.has(correctionId) ? [asOf] : [];
  });
  return Math.max(-1, ...looked);
}

/**
 * The same where a household was paid too much: arrears wait that come to as much. Where those that
 * wait for what they stand in for do not, all of them do: which is left over of which month nobody
 * knows before a correction has set one against the other.
 * @param balance what the household is due less what it was paid, its accounts counted; undefined
 *   where it is not known
 */
export function waitingAgainst(
  balance: bigint | undefined,
  arrears: readonly Arrears[],
  doubted: readonly ArrearsInDoubt[] = [],
): readonly ArrearsInDoubt[] {
  const waiting = waitingOf(doubted);
  const held = arrearsMinor(arrears.filter((one) => waiting.has(one.proposal.correctionId)));
  if (balance !== undefined && balance + held >= 0n) return doubted;
  return arrears.map(({ proposal: { correctionId } }) => {
    const known = doubted.find((one) => one.correctionId === correctionId);
    const unseen = { correctionId, arrived: undefined, clearedBy: [], correctors: [] };
    return { ...(known ?? unseen), waits: true };
  });
}

/** Corrections of arrears that wait. */
export const waitingOf = (arrears: readonly ArrearsInDoubt[] = []): ReadonlySet<string> =>
  new Set(arrears.filter(({ waits }) => waits).map(({ correctionId }) => correctionId));

/**
 * Whether whoever is among those that pay took away what stood against paying them, which
 * takes another person; and who computed, or approved, what was found.
 */
export const isFreedByPayer = (
  { clearedBy: cleared, correctors }: InDoubt,
  payers: readonly string[],
): boolean => cleared.some((one) => isOneOf([...payers, ...correctors], one));

/** Of arrears, those that a payment carries. */
export const carriedOf = (
  { arrears }: AdjustmentState,
  paymentId: string,
  doubted: readonly ArrearsInDoubt[],
): readonly ArrearsInDoubt[] =>
  doubted.filter(({ correctionId }) =>
    arrears.some(
      ({ proposal, orderedBy }) =>
        orderedBy?.paymentId === paymentId && proposal.correctionId === correctionId,
    ),
  );
