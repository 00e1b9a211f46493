import { budgetDecider } from '../budget/budget.decider.js';
import { cycleDecider } from '../cycle/cycle.decider.js';
import type { Context } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { streams } from '../kernel/ids.js';
import { execute, part, type Outcome, type Part } from '../shell/execute.js';
import { budgetStreamOf, foldBudget, readCycle } from './cycles.js';
import type { Deps } from './job.js';
import { cycleFigures } from './reconcile-cycle.js';

export interface CloseArgs { readonly cycleId: string }

/**
 * Closes a cycle and releases what is left of its reservation, together. Refused with open breaks or anything outstanding,
 * and until the budget has spent exactly what settled: a reservation released earlier would be missing then.
 * @throws DomainError SPENDING_NOT_RECORDED
 */
export async function closeCycleParts(deps: Pick<Deps, 'store'>, { cycleId }: CloseArgs): Promise<readonly Part[]> {
  const { figures } = await readCycle(deps.store, cycleId);
  const account = foldBudget(await deps.store.readStream(budgetStreamOf(cycleId))).cycles[cycleId];
  const spent = account?.spentMinor ?? 0n;
  if (figures && BigInt(figures.settledMinor) !== spent) {
    throw new DomainError('SPENDING_NOT_RECORDED', 'What the budget spent is not yet what settled; reconcile again and try once the automation has caught up.', 'conflict', 'cycleId');
  }
  const releasedMinor = String(account?.reservedMinor ?? 0n);
  return [
    part(streams.cycle(cycleId), cycleDecider, { type: 'CloseCycle', releasedMinor }),
    ...(releasedMinor === '0' ? [] : [part(budgetStreamOf(cycleId), budgetDecider, { type: 'ReleaseReservation', cycleId, amountMinor: releasedMinor, reason: 'the cycle was closed' })]),
  ];
}

/**
 * Counts the payments once more before it closes: what moved since the reconciliation asks for another one.
 * @throws DomainError NOT_RECONCILED, SPENDING_NOT_RECORDED
 */
export async function closeCycle(deps: Deps, args: CloseArgs, context: Context): Promise<Outcome> {
  const { figures } = await readCycle(deps.store, args.cycleId);
  const now = await cycleFigures(deps.store, args.cycleId);
  if (figures && (now.outstandingCount !== figures.outstandingCount || now.settledMinor !== figures.settledMinor || now.openBreaks !== figures.openBreaks)) {
    throw new DomainError('NOT_RECONCILED', 'Payments moved since the cycle was reconciled; reconcile it again.', 'conflict', 'cycleId');
  }
  return execute(deps.store, deps.registry, deps.locks, await closeCycleParts(deps, args), context);
}
