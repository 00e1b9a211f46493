import {
  adjustmentDecider,
  roundLeaving,
  type AdjustmentCommand,
} from '../../correction/adjustment.decider.js';
import type { AdjustmentState } from '../../correction/adjustment.state.js';
import type { CommandOf } from '../../kernel/decider.js';
import { AUTOMATION } from '../../write-side/context.js';
import { fromState, part, type Part } from '../../write-side/unit.js';

/**
 * Puts arrears on a payment. What an earlier round of it carried and this one does not (it waits, a
 * bank may have paid it) is released before.
 * @param stream the household's adjustments
 */
export const arrearsPart = (
  stream: string,
  order: CommandOf<AdjustmentCommand, 'OrderArrears'>,
): Part =>
  part(
    stream,
    adjustmentDecider,
    {
      command: fromState(['release what is left', order], (state: AdjustmentState) =>
        releaseOfLeft(state, order),
      ),
      as: AUTOMATION,
    },
    order,
  );

function releaseOfLeft(
  state: AdjustmentState,
  order: CommandOf<AdjustmentCommand, 'OrderArrears'>,
): AdjustmentCommand | undefined {
  const round = roundLeaving(state, order);
  if (round === undefined) return undefined;
  const reason = `The payment is ordered again, round ${order.round}, and does not carry all of them.`;
  return { type: 'ReleaseArrears', paymentId: order.paymentId, round, reason };
}
