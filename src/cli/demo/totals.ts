import { cycleFigures } from '../../use-cases/cycles/reconcile-cycle.js';
import { foldCycle } from '../../cycle/cycle-reader.js';
import { foldApplication } from '../../use-cases/folds.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { budgetDecider } from '../../budget/budget.decider.js';
import { freeMinor } from '../../budget/budget.state.js';
import { fold } from '../../kernel/decider.js';
import { cycleId as cycleIdOf, streams } from '../../kernel/ids.js';
import { auditCheck } from '../commands/audit.js';
import type { Run } from '../command.js';
import { withEngine, type Engine } from '../compose.js';
import type { DemoCycle, DemoSummary } from './summary.js';

type Totals = Pick<DemoSummary, 'cycles' | 'budget' | 'audit'> & {
  readonly eligible: number;
  readonly ineligible: number;
};

/** Checks the log, and counts everything from the log itself. */
export async function summarise(
  dir: string,
  programmeId: string,
  fiscalYear: number,
  periods: readonly string[],
  run: Run,
): Promise<Totals> {
  return withEngine(dir, async (engine) => {
    const report = await auditCheck(engine.store, run);
    const cycles: DemoCycle[] = [];
    for (const period of periods)
      cycles.push(await cycleTotals(engine, cycleIdOf(programmeId, period), period, run));
    const budget = fold(
      budgetDecider,
      await engine.store.readStream(streams.budget(programmeId, fiscalYear)),
    );
    return {
      ...(await decisions(engine, run)),
      cycles,
      budget: {
        allottedMinor: String(budget.allottedMinor),
        reservedMinor: String(budget.reservedMinor),
        spentMinor: String(budget.spentMinor),
        freeMinor: String(freeMinor(budget)),
      },
      audit: { events: report.events, violations: report.violations.length },
    };
  });
}

async function decisions(
  engine: Engine,
  run: Run,
): Promise<{ eligible: number; ineligible: number }> {
  let eligible = 0;
  let ineligible = 0;
  for await (const page of pagesOf(engine.store, 'application-', { signal: run.signal })) {
    for (const { events } of page) {
      if (foldApplication(events).eligible) eligible += 1;
      else ineligible += 1;
    }
  }
  return { eligible, ineligible };
}

async function cycleTotals(
  engine: Engine,
  cycleId: string,
  period: string,
  run: Run,
): Promise<DemoCycle> {
  const state = foldCycle(await engine.store.readStream(streams.cycle(cycleId)));
  const figures = await cycleFigures(engine.store, cycleId, undefined, run.signal);
  let reinstructed = 0;
  for await (const page of pagesOf(engine.store, `payment-${cycleId}-`, { signal: run.signal })) {
    for (const { events } of page)
      if (events.some((event) => event.type === 'PaymentReinstructed')) reinstructed += 1;
  }
  return {
    period,
    policyVersion: state.policyVersion,
    ordered: figures.orderedCount,
    settled: figures.settledCount,
    rejected: figures.rejectedCount,
    returned: figures.returnedCount,
    reinstructed,
    outstanding: figures.outstandingCount,
    orderedMinor: figures.orderedMinor,
    settledMinor: figures.settledMinor,
  };
}
