import { budgetDecider } from '../budget/budget.decider.js';
import { cycleDecider } from '../cycle/cycle.decider.js';
import type { Context } from '../kernel/decider.js';
import { streams } from '../kernel/ids.js';
import { execute, part, type Outcome, type Part } from '../shell/execute.js';
import { budgetStreamOf, readCycle } from './cycles.js';
import type { Deps } from './job.js';

export interface ReturnArgs { readonly cycleId: string; readonly reason: string }

/**
 * Sends a cycle back to its preparer. What was reserved for an approved one is released with it. The payments ordered are
 * cancelled when the next round is prepared.
 */
export async function returnCycleParts(deps: Pick<Deps, 'store'>, { cycleId, reason }: ReturnArgs): Promise<readonly Part[]> {
  const { status } = await readCycle(deps.store, cycleId);
  return [
    part(streams.cycle(cycleId), cycleDecider, { type: 'ReturnCycle', reason }),
    ...(status === 'approved' ? [part(budgetStreamOf(cycleId), budgetDecider, { type: 'ReleaseReservation', cycleId, amountMinor: 'all', reason })] : []),
  ];
}

export async function returnCycle(deps: Deps, args: ReturnArgs, context: Context): Promise<Outcome> {
  return execute(deps.store, deps.registry, deps.locks, await returnCycleParts(deps, args), context);
}
