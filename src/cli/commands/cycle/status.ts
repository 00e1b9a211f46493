import type { Command } from 'commander';
import { parseCycleId } from '../../../kernel/ids.js';
import { readCycle } from '../../../cycle/cycle-reader.js';
import { cycleFigures } from '../../../use-cases/cycles/reconcile-cycle.js';
import { action, reading, type Run } from '../../command.js';
import { withEngine, type Engine } from '../../compose.js';
import { fieldLines } from '../../output.js';
import { cycleNotFound, idOf, ofCycle, type CycleOptions } from './options.js';

/**
 * Where a cycle stands: its state, and its payments by state in count and minor units, from the
 * log.
 */
export async function cycleStatus(engine: Engine, cycleId: string): Promise<object> {
  const state = await readCycle(engine.store, cycleId);
  if (state.status === 'none') throw cycleNotFound(cycleId);
  const findings = state.findings.map((finding) => ({
    ...finding,
    overriddenBy: state.overridden[finding.findingId] ?? null,
  }));
  return {
    cycleId,
    status: state.status,
    contentHash: state.contentHash,
    ...(state.checkedHash === '' ? {} : { findings }),
    ...(await cycleFigures(engine.store, cycleId)),
  };
}

async function showStatus({ out }: Run, options: CycleOptions): Promise<void> {
  const status = await withEngine(options.data, (engine) =>
    cycleStatus(engine, parseCycleId(idOf(options))),
  );
  out.result(status, () => fieldLines(status));
}

export function addStatus(cycle: Command): void {
  ofCycle(
    reading(cycle.command('status')).description('where a cycle and its payments stand'),
  ).action(action(showStatus));
}
