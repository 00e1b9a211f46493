import type { EventData } from '../../../events/generated.js';
import {
  arrearsMinor,
  uncarriedArrears,
  type AdjustmentState,
  type ArrearsOffset,
  type Proposal,
} from '../../correction/adjustment.state.js';
import { recoveryId as recoveryIdOf } from '../../kernel/ids.js';
import { offsettableMinor, type RecoveryState } from '../../recovery/recovery.state.js';

/**
 * What of arrears the household has already, because it owes it or was let off; as it was, where
 * that was recorded by itself before.
 */
export function offsetOf(
  { correctionId, differenceMinor }: Pick<Proposal, 'correctionId' | 'differenceMinor'>,
  recovery: RecoveryState,
): bigint {
  const before = recovery.offsets[correctionId];
  if (before !== undefined) return before;
  const arrears = BigInt(differenceMinor);
  const held = offsettableMinor(recovery);
  const least = arrears < held ? arrears : held;
  return least > 0n ? least : 0n;
}

/**
 * Which arrears that no payment carries an overpayment is set against, the oldest first: what was
 * paid too much is not asked for while as much is owed to the household; as it was, where the rest
 * was recorded as a debt before.
 */
export function arrearsOffsetOf(
  { correctionId, differenceMinor }: Pick<Proposal, 'correctionId' | 'differenceMinor'>,
  account: AdjustmentState,
  recovery: RecoveryState,
): readonly ArrearsOffset[] {
  let left = -BigInt(differenceMinor) - (recovery.overpaidBy[correctionId] ?? 0n);
  const offset: ArrearsOffset[] = [];
  for (const arrears of uncarriedArrears(account)) {
    const minor = arrearsMinor([arrears]);
    const least = minor < left ? minor : left;
    if (least <= 0n) continue;
    offset.push({ correctionId: arrears.proposal.correctionId, amountMinor: String(least) });
    left -= least;
  }
  return offset;
}

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
