import type { EventData } from '../../../events/generated.js';
import type { Proposal } from '../../correction/adjustment.decider.js';
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

/** What a household owes after a correction found that it was paid too much. */
export function debtOf(
  { correctionId, programmeId, personId, region, differenceMinor }: Proposal,
  currency: string,
): EventData['OverpaymentEstablished'] {
  return {
    recoveryId: recoveryIdOf(programmeId, personId),
    programmeId,
    personId,
    region,
    correctionId,
    amountMinor: String(-BigInt(differenceMinor)),
    currency,
  };
}
