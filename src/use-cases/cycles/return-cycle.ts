import { budgetDecider } from '../../budget/budget.decider.js';
import { cycleDecider } from '../../cycle/cycle.decider.js';
import { partsOfCycle, streams } from '../../kernel/ids.js';
import { execute, type CommandResult } from '../../write-side/execute.js';
import { guard, part, partFrom, type Part } from '../../write-side/unit.js';
import { requireNoneUnderWay } from './cycle-order.rule.js';
import { budgetStreamOf, cyclesOf, foldCycle } from '../../cycle/cycle-reader.js';
import type { Deps, CommandContext } from '../../write-side/context.js';

export interface ReturnArgs {
  readonly cycleId: string;
  readonly reason: string;
}

/**
 * Sends a cycle back to its preparer. What was reserved for it is released with it. The payments
 * ordered are cancelled when the next round is prepared.
 */
export const returnCycleParts = (
  deps: Pick<Deps, 'store'>,
  args: ReturnArgs,
): Promise<readonly Part[]> => sendingBack(deps, args, 'ReturnCycle');

/**
 * Gives up a cycle that was not approved: its payments are cancelled by themselves, and other
 * months are prepared as if it were not there.
 */
export const abandonCycleParts = (
  deps: Pick<Deps, 'store'>,
  args: ReturnArgs,
): Promise<readonly Part[]> => sendingBack(deps, args, 'AbandonCycle');

async function sendingBack(
  deps: Pick<Deps, 'store'>,
  { cycleId, reason }: ReturnArgs,
  type: 'ReturnCycle' | 'AbandonCycle',
): Promise<readonly Part[]> {
  // Whatever the cycle's state: an approval that was cut short may have reserved already. Where
  // nothing is, nothing is released.
  const hasBudget = (await deps.store.readStream(budgetStreamOf(cycleId), { limit: 1 })).length > 0;
  const all = await cyclesOf(deps.store, partsOfCycle(cycleId).programmeId);
  const later = new Map(
    all.filter((other) => other.cycleId > cycleId).map((other) => [other.cycleId, other]),
  );
  const asTheyAre = [...later.keys()].map((other) =>
    guard(streams.cycle(other), (events) => void later.set(other, foldCycle(events))),
  );
  return [
    ...asTheyAre,
    partFrom(streams.cycle(cycleId), cycleDecider, { type, reason }, (events) => {
      requireNoneUnderWay(foldCycle(events), later);
      return [{ type, reason }];
    }),
    ...(hasBudget
      ? [
          part(budgetStreamOf(cycleId), budgetDecider, {
            type: 'ReleaseReservation',
            cycleId,
            amountMinor: 'all',
            reason,
          }),
        ]
      : []),
  ];
}

export async function returnCycle(
  deps: Deps,
  args: ReturnArgs,
  context: CommandContext,
): Promise<CommandResult> {
  return execute(deps, await returnCycleParts(deps, args), context);
}

export async function abandonCycle(
  deps: Deps,
  args: ReturnArgs,
  context: CommandContext,
): Promise<CommandResult> {
  return execute(deps, await abandonCycleParts(deps, args), context);
}
