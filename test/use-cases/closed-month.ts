import { foldBudget } from '../../src/use-cases/folds.js';
import { closeCycle } from '../../src/use-cases/cycles/close-cycle.js';
import { reconcileCycle } from '../../src/use-cases/cycles/reconcile-cycle.js';
import { takeInOutcomes } from '../../src/use-cases/outcomes/take-in-outcomes.js';
import type { ImportSummary } from '../../src/use-cases/applications/import-result.js';
import type { Deps } from '../../src/write-side/context.js';
import { streams } from '../../src/kernel/ids.js';
import { answers, enrolled, PROGRAMME, released } from './month.js';
import { shapeOf } from './set.js';
import { as, drain, job } from './world.js';

const PREFIXES = ['application-', 'enrolment-', 'payment-', 'cycle-'];

/** A month of aid from nothing to its closed cycle, in which every payment is settled. */
export async function closedMonth(
  deps: Deps,
  households: number,
  period: string,
): Promise<ImportSummary> {
  const imported = await enrolled(deps, households);
  const { cycleId } = await released(deps, period);
  await takeInOutcomes(
    deps,
    {
      source: 'file',
      outcomes: answers(deps, cycleId, () => ({ outcome: 'settled', settledOn: '2026-01-02' })),
    },
    job(deps, 'bank'),
  );
  await drain(deps);
  await reconcileCycle(deps, { cycleId }, as(deps, 'finance', 'reconcile', cycleId));
  await closeCycle(deps, { cycleId }, as(deps, 'finance', 'close', cycleId));
  return imported;
}

/** What each stream of a month went through: the same on every log. */
export const shapes = async (deps: Deps): Promise<string[][]> =>
  Promise.all(PREFIXES.map((prefix) => shapeOf(deps, prefix)));

export const budgetOf = async (deps: Deps, period: string) => {
  const budget = streams.budget(PROGRAMME, Number(period.slice(0, 4)));
  const { reservedMinor, spentMinor } = foldBudget(await deps.store.readStream(budget));
  return { reservedMinor, spentMinor };
};
