import {
  adjustmentDecider,
  type AdjustmentState,
  type Arrears,
} from '../../correction/adjustment.decider.js';
import { fold, type Recorded } from '../../kernel/decider.js';
import { paymentId as paymentIdOf } from '../../kernel/ids.js';
import { hasArrivedSince, isInDoubt } from '../../payment/payment-doubt.rule.js';
import type { PaymentState } from '../../payment/payment.state.js';

/** A payment that arrears stand in for: what did not arrive of it is in them. */
interface StoodInFor {
  readonly paymentId: string;
  /** The position of the log at which the arrears were made, or were given back by it. */
  readonly since: number;
}

/**
 * The payments that the arrears stand in for which a payment carries or may carry: those of the
 * months that they are of, and those that carried them and gave them back.
 * @param account events of the household's adjustments
 */
export const stoodInFor = (account: readonly Recorded[], paymentId: string): readonly string[] => [
  ...new Set(
    arrearsOf(account, paymentId).flatMap((arrears) =>
      behind(account, arrears).map((one) => one.paymentId),
    ),
  ),
];

/**
 * Corrections whose arrears wait, which a payment carries or may carry: of a payment that they
 * stand in for a bank says that it was paid after all, and nobody has resolved that; or it was paid
 * after all, and no correction has looked at the household since.
 * @param account events of the household's adjustments
 * @param payments events of what `stoodInFor` names, by id
 * @param isNamed whether an entry of a bank's file that waits for a person names a payment
 */
export function doubtedCorrections(
  account: readonly Recorded[],
  paymentId: string,
  payments: ReadonlyMap<string, readonly Recorded[]>,
  isNamed: IsNamed = () => false,
): ReadonlySet<string> {
  const lookedAt = account.findLast(({ type }) => type === 'AdjustmentEstablished')?.position ?? -1;
  const doubted = arrearsOf(account, paymentId).filter((one) =>
    behind(account, one).some(({ paymentId: stoodIn, since }) => {
      const events = payments.get(stoodIn) ?? [];
      return isInDoubt(events, isNamed) || hasArrivedSince(events, since, lookedAt);
    }),
  );
  return new Set(doubted.map(({ proposal }) => proposal.correctionId));
}

export type IsNamed = (payment: PaymentState) => boolean;

/** What no other payment carries. */
const arrearsOf = (account: readonly Recorded[], paymentId: string): readonly Arrears[] =>
  fold(adjustmentDecider, account).arrears.filter(
    ({ orderedBy }) => orderedBy === undefined || orderedBy.paymentId === paymentId,
  );

/** Of arrears that are on the account, or that a payment carries. */
function behind(account: readonly Recorded[], { proposal, orderedBy }: Arrears): StoodInFor[] {
  const { correctionId, programmeId, personId, periods } = proposal;
  const made = account.find(
    (event) => event.type === 'AdjustmentEstablished' && event.data.correctionId === correctionId,
  );
  const months = periods.map(({ period }) => ({
    paymentId: String(paymentIdOf(programmeId, period, personId)),
    since: made?.position ?? -1,
  }));
  const back = account.flatMap((event) =>
    event.type === 'ArrearsReleased' && event.data.correctionIds.includes(correctionId)
      ? [{ paymentId: event.data.paymentId, since: event.position }]
      : [],
  );
  return [...months, ...back].filter(({ paymentId }) => paymentId !== orderedBy?.paymentId);
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
