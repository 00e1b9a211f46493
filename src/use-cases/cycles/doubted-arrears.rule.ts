import {
  adjustmentDecider,
  type AdjustmentState,
  type Arrears,
} from '../../correction/adjustment.decider.js';
import type { CorrectionState } from '../../correction/correction.decider.js';
import { isOfPolicy } from '../../eligibility/rules.js';
import { fold, type Recorded } from '../../kernel/decider.js';
import { paymentId as paymentIdOf } from '../../kernel/ids.js';
import { hasArrivedSince, isInDoubt } from '../../payment/payment-doubt.rule.js';
import type { PaymentState } from '../../payment/payment.state.js';

/** What of a programme tells which payments arrears stand in for, and who looked at them since. */
export interface ProgrammeSeen {
  /** Months that its cycles pay, in order. */
  readonly periods: readonly string[];
  readonly corrections: readonly CorrectionState[];
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
  { periods }: Pick<ProgrammeSeen, 'periods'>,
): readonly string[] => [
  ...new Set(
    arrearsOf(account, paymentId).flatMap((arrears) => [
      ...ofMonths(arrears, periods),
      ...givenBackBy(account, arrears).map(({ paymentId: carrier }) => carrier),
    ]),
  ),
];

export type IsNamed = (payment: PaymentState) => boolean;

/**
 * Corrections whose arrears wait, which a payment carries or may carry: of a payment that they
 * stand in for a bank says that it was paid after all, and nobody has resolved that; or it was paid
 * after all, and no correction has looked at its months since.
 * @param account events of the household's adjustments
 * @param payments events of what `stoodInFor` names, by id
 * @param isNamed whether an entry of a bank's file that waits for a person names a payment
 */
export function doubtedCorrections(
  account: readonly Recorded[],
  paymentId: string,
  payments: ReadonlyMap<string, readonly Recorded[]>,
  { periods, corrections }: ProgrammeSeen,
  isNamed: IsNamed = () => false,
): ReadonlySet<string> {
  const doubted = arrearsOf(account, paymentId).filter((arrears) => {
    const months = monthsOf(arrears);
    const lookedAt = lastLook(account, corrections, arrears);
    const behind = [
      ...ofMonths(arrears, periods)
        .filter((id) => paysOneOf(payments.get(id) ?? [], months))
        .map((id) => ({ paymentId: id, since: madeAt(account, arrears) })),
      ...givenBackBy(account, arrears),
    ];
    return behind.some(({ paymentId: id, since }) => {
      if (id === arrears.orderedBy?.paymentId) return false;
      const events = payments.get(id) ?? [];
      return isInDoubt(events, isNamed) || hasArrivedSince(events, since, lookedAt);
    });
  });
  return new Set(doubted.map(({ proposal }) => proposal.correctionId));
}

/** What no other payment carries. */
const arrearsOf = (account: readonly Recorded[], paymentId: string): readonly Arrears[] =>
  fold(adjustmentDecider, account).arrears.filter(
    ({ orderedBy }) => orderedBy === undefined || orderedBy.paymentId === paymentId,
  );

const monthsOf = ({ proposal }: Arrears): ReadonlySet<string> =>
  new Set(proposal.periods.map(({ period }) => period));

/** Payments of the months that arrears are of, and of those after the first of them. */
function ofMonths(arrears: Arrears, periods: readonly string[]): readonly string[] {
  const { programmeId, personId } = arrears.proposal;
  const [first = ''] = [...monthsOf(arrears)].sort();
  return periods
    .filter((period) => period >= first)
    .map((period) => String(paymentIdOf(programmeId, period, personId)));
}

/** A first payment pays months before its own too. */
const paysOneOf = (payment: readonly Recorded[], months: ReadonlySet<string>): boolean =>
  (payment.findLast((event) => event.type === 'PaymentOrdered')?.data.items ?? []).some(
    (item) => isOfPolicy(item) && months.has(item.period),
  );

/** A payment that arrears stand in for: what did not arrive of it is in them. */
interface StoodInFor {
  readonly paymentId: string;
  /** The position of the log at which the arrears were made, or were given back by it. */
  readonly since: number;
}

const madeAt = (account: readonly Recorded[], { proposal }: Arrears): number =>
  account.find(
    (event) =>
      event.type === 'AdjustmentEstablished' && event.data.correctionId === proposal.correctionId,
  )?.position ?? -1;

const givenBackBy = (account: readonly Recorded[], { proposal }: Arrears): readonly StoodInFor[] =>
  account.flatMap((event) =>
    event.type === 'ArrearsReleased' && event.data.correctionIds.includes(proposal.correctionId)
      ? [{ paymentId: event.data.paymentId, since: event.position }]
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

/** Of the corrections whose arrears a payment carries, whether one waits. */
export const carriesDoubted = (
  { arrears }: AdjustmentState,
  paymentId: string,
  doubted: ReadonlySet<string>,
): boolean =>
  arrears.some(
    ({ proposal, orderedBy }) =>
      orderedBy?.paymentId === paymentId && doubted.has(proposal.correctionId),
  );
