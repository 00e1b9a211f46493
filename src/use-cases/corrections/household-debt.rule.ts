import type { EventData } from '../../../events/generated.js';
import {
  arrearsMinor,
  uncarriedArrears,
  type AdjustmentState,
  type Arrears,
  type ArrearsOffset,
  type Proposal,
} from '../../correction/adjustment.state.js';
import type { PaymentState } from '../../payment/payment.state.js';
import { recoveryId as recoveryIdOf } from '../../kernel/ids.js';
import { RECOVERY_ITEM } from '../../eligibility/rules.js';
import { differenceIn } from '../households/recompute.rule.js';
import { offsettableMinor, type RecoveryState } from '../../recovery/recovery.state.js';

const overpaidMonths = ({ periods }: Pick<Proposal, 'periods'>): ReadonlySet<string> =>
  new Set(
    periods
      .filter(({ paidMinor, dueMinor }) => BigInt(paidMinor) > BigInt(dueMinor))
      .map(({ period }) => period),
  );
const isOf =
  (months: ReadonlySet<string>) =>
  ({ proposal }: Arrears): boolean =>
    proposal.periods.some(({ period }) => months.has(period));

/**
 * What of arrears the household has already, because it owes it or was let off: no more than was
 * found to be paid too much in their months, and what was deducted in them after all. Arrears of
 * other months are its aid for those, of which it gives back what its plan says. As it was, where
 * that was recorded by itself before.
 */
export function offsetOf(
  proposal: Pick<Proposal, 'correctionId' | 'differenceMinor' | 'periods'>,
  { established }: AdjustmentState,
  recovery: RecoveryState,
): bigint {
  const before = recovery.offsets[proposal.correctionId];
  if (before !== undefined) return before;
  const least = [
    BigInt(proposal.differenceMinor),
    offsettableMinor(recovery),
    tooMuchIn(proposal, established, recovery),
  ].reduce((a, b) => (b < a ? b : a));
  return least > 0n ? least : 0n;
}

/**
 * What the debt has of months that are due more now, and what was deducted in them and is not on
 * the account, up to that.
 */
function tooMuchIn(
  { periods }: Pick<Proposal, 'periods'>,
  established: readonly Proposal[],
  recovery: RecoveryState,
): bigint {
  const owed = owedByMonth(established, recovery);
  return periods.reduce((sum, month) => {
    const held = (owed.get(month.period) ?? 0n) + deductedIn(month);
    const due = differenceIn(month);
    const again = held < due ? held : due;
    return again > 0n ? sum + again : sum;
  }, 0n);
}

function deductedIn({ items }: Proposal['periods'][number]): bigint {
  const deducted = items
    .filter(({ code }) => code === RECOVERY_ITEM)
    .reduce((all, one) => all + differenceIn(one), 0n);
  return deducted > 0n ? deducted : 0n;
}

/**
 * Of which months the debt is: each correction's is of the months that it found too much, in their
 * order, and what was set against it is of the months that it was found due for.
 */
function owedByMonth(
  established: readonly Proposal[],
  { overpaidBy, offsets }: Pick<RecoveryState, 'overpaidBy' | 'offsets'>,
): ReadonlyMap<string, bigint> {
  const owed = new Map<string, bigint>();
  for (const { correctionId, periods } of established) {
    let left = overpaidBy[correctionId] ?? 0n;
    let setOff = offsets[correctionId] ?? 0n;
    for (const month of periods) {
      const minor = differenceIn(month);
      const before = owed.get(month.period) ?? 0n;
      if (minor < 0n) {
        const more = -minor < left ? -minor : left;
        owed.set(month.period, before + more);
        left -= more;
      } else {
        const most = minor < setOff ? minor : setOff;
        owed.set(month.period, before < most ? 0n : before - most);
        setOff -= most;
      }
    }
  }
  return owed;
}

/**
 * Which arrears that no payment carries an overpayment is set against: those of the months that
 * were paid too much, then others, the oldest first. What was paid too much is not asked for while
 * as much is owed to the household; as it was, where the rest was recorded as a debt before.
 */
export function arrearsOffsetOf(
  proposal: Pick<Proposal, 'correctionId' | 'differenceMinor' | 'periods'>,
  account: AdjustmentState,
  recovery: RecoveryState,
): readonly ArrearsOffset[] {
  const { correctionId, differenceMinor } = proposal;
  let left = -BigInt(differenceMinor) - (recovery.overpaidBy[correctionId] ?? 0n);
  const offset: ArrearsOffset[] = [];
  const isOfMonth = isOf(overpaidMonths(proposal));
  const uncarried = uncarriedArrears(account);
  const [first, others] = [true, false].map((isFirst) =>
    uncarried.filter((one) => isOfMonth(one) === isFirst),
  );
  for (const arrears of [...first!, ...others!]) {
    const minor = arrearsMinor([arrears]);
    const least = minor < left ? minor : left;
    if (least <= 0n) continue;
    offset.push({ correctionId: arrears.proposal.correctionId, amountMinor: String(least) });
    left -= least;
  }
  return offset;
}

/**
 * The payments that carry arrears of months in which a household was paid too much. As long as one
 * of them is not on its way, the arrears may yet be taken off it, and are not paid beside a debt
 * for the same months: what was found lapses, and the next correction sets one against the other.
 */
export function carriersOf(
  { differenceMinor, periods }: Pick<Proposal, 'differenceMinor' | 'periods'>,
  { arrears }: AdjustmentState,
): readonly string[] {
  if (BigInt(differenceMinor) >= 0n) return [];
  const carrying = arrears.filter(isOf(overpaidMonths({ periods })));
  return [...new Set(carrying.flatMap(({ orderedBy }) => orderedBy?.paymentId ?? []))];
}

const ON_THEIR_WAY: readonly PaymentState['status'][] = ['instructed', 'accepted', 'settled'];
/** Whether a payment was sent, and nobody said that it failed. */
export const isOnItsWay = ({ status }: Pick<PaymentState, 'status'>): boolean =>
  ON_THEIR_WAY.includes(status);

/**
 * What a household owes after a correction found that it was paid too much.
 * @param offset the arrears that it was set against
 * @returns undefined where it owes nothing
 */
export function debtOf(
  { correctionId, programmeId, personId, region, differenceMinor }: Proposal,
  offset: readonly ArrearsOffset[],
  currency: string,
): EventData['OverpaymentEstablished'] | undefined {
  const setOff = offset.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n);
  const owed = -BigInt(differenceMinor) - setOff;
  if (owed <= 0n) return undefined;
  return {
    recoveryId: recoveryIdOf(programmeId, personId),
    programmeId,
    personId,
    region,
    correctionId,
    amountMinor: String(owed),
    currency,
  };
}
