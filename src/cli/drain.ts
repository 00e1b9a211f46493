import { join } from 'node:path';
import { fileCheckpoint } from '../adapters/data-folder/checkpoint.js';
import { AutomationRunner } from '../automation/runner.js';
import { whenApplicationApprovedThenEnrol } from '../automation/when-application-approved-then-enrol.js';
import { whenCycleReleasedThenInstruct } from '../automation/when-cycle-released-then-instruct.js';
import { whenCorrectionApprovedThenAdjust } from '../automation/when-correction-approved-then-adjust.js';
import { whenPaymentLapsesThenGiveBack } from '../automation/when-payment-lapses-then-give-back.js';
import { whenPaymentsSettleThenSpendBudget } from '../automation/when-payments-settle-then-spend-budget.js';
import type { Run } from './command.js';
import type { Engine } from './compose.js';

/** Runs the process managers until they have acted on everything recorded so far: enrolments, instructions, spending, corrections. */
export async function drainAutomations(engine: Engine, run: Pick<Run, 'out' | 'signal'>): Promise<void> {
  const managers = [
    whenApplicationApprovedThenEnrol(engine), whenCycleReleasedThenInstruct(engine), whenPaymentsSettleThenSpendBudget(engine),
    whenCorrectionApprovedThenAdjust(engine), whenPaymentLapsesThenGiveBack(engine),
  ];
  const progress = run.out.progress('events followed');
  await new AutomationRunner(engine, managers, fileCheckpoint(join(engine.dir, 'automation.checkpoint'))).drain(({ done }) => progress(done), run.signal);
}
