import { budgetDecider } from '../budget/budget.decider.js';
import { cycleDecider } from '../cycle/cycle.decider.js';
import type { Context } from '../kernel/decider.js';
import { streams } from '../kernel/ids.js';
import { execute, part, type Outcome, type Part } from '../shell/execute.js';
import { budgetStreamOf } from './cycles.js';
import type { Deps } from './job.js';

export interface CloseArgs { readonly cycleId: string }

/** Closes a cycle and releases what is left of its reservation, together. Refused with open breaks or anything outstanding. */
export async function closeCycleParts(deps: Pick<Deps, 'store'>, { cycleId }: CloseArgs): Promise<readonly Part[]> {
  return [
    part(streams.cycle(cycleId), cycleDecider, { type: 'CloseCycle', releasedMinor: '0' }),
    part(budgetStreamOf(cycleId), budgetDecider, { type: 'ReleaseReservation', cycleId, amountMinor: 'all', reason: 'the cycle was closed' }),
  ];
}

export async function closeCycle(deps: Deps, args: CloseArgs, context: Context): Promise<Outcome> {
  return execute(deps.store, deps.registry, deps.locks, await closeCycleParts(deps, args), context);
}
