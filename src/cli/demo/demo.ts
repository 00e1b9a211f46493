import { setTimeout as wait } from 'node:timers/promises';
import { Command, Option } from 'commander';
import { openDataFolder } from '../../adapters/data-folder/file-system.js';
import { signInWith } from '../../composition/config.js';
import { DomainError } from '../../kernel/errors.js';
import { asdProgramme } from '../../eligibility/reference/asd.js';
import { action, common, wholeNumber, type CommonOptions, type Run } from '../command.js';
import { inOwnProcess } from './process.js';
import { RAILS, type Rail } from './rail.js';
import { PERIODS, rememberRun } from './run.js';
import { renderSummary, type DemoSummary } from './summary.js';
import { describeFailure, EXIT } from '../output.js';

export interface DemoOptions extends CommonOptions {
  readonly households: number;
  readonly seed: number;
  readonly rail: Rail;
}

/**
 * How long, and how often, a folder is asked for that another process holds: one that was just
 * killed lets go within moments.
 */
const PATIENCE_MS = 10_000;
const ASK_EVERY_MS = 100;

/** Runs two months of the reference programme on a data folder. */
export async function runDemo(run: Run, options: DemoOptions): Promise<DemoSummary> {
  const started = performance.now();
  if (signInWith().mode === 'production')
    throw new DomainError(
      'SIGN_IN_REQUIRED',
      'The demo acts for made-up people, which production mode refuses.',
      'unauthenticated',
    );
  await untilFree(options.data, run.signal);
  rememberRun(options.data, options);
  const taken = await inOwnProcess('take-in', options, run);
  for (const period of PERIODS) await inOwnProcess('pay', { ...options, period }, run);
  const rebuild = await inOwnProcess('rebuild', options, run);
  const totals = await inOwnProcess('check', options, run);
  const elapsedMs = Math.round(performance.now() - started);
  return {
    households: options.households,
    applications: {
      submitted: taken.submitted,
      eligible: totals.eligible,
      ineligible: totals.ineligible,
      rejectedRows: taken.rejectedRows,
      duplicates: taken.duplicates,
    },
    cycles: totals.cycles,
    budget: totals.budget,
    audit: totals.audit,
    rebuild,
    elapsedMs,
    eventsPerSecond: Math.round(totals.audit.events / (elapsedMs / 1000)),
  };
}

async function untilFree(dir: string, signal: AbortSignal): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; ;) {
    try {
      return await (await openDataFolder(dir, { mode: 'development' })).close();
    } catch (error) {
      if (describeFailure(error).code !== 'DATA_FOLDER_HELD' || performance.now() > deadline)
        throw error;
    }
    await wait(ASK_EVERY_MS);
    signal.throwIfAborted();
  }
}

export function demoCommand(): Command {
  return common(new Command('demo'))
    .description(
      'run two months of the reference programme over made-up households, and prove them; run it again to finish a run that was stopped',
    )
    .option('--households <n>', 'how many', wholeNumber('households', 1, 10_000_000), 2_000)
    .option('--seed <s>', 'randomness', wholeNumber('seed', 0, 4_294_967_295), 1)
    .addOption(
      new Option('--rail <way>', 'how the stand-in bank is spoken to')
        .choices(RAILS)
        .default('files'),
    )
    .action(
      action<DemoOptions, []>(async (run, options) => {
        const summary = await runDemo(run, options);
        run.out.result(summary, () => renderSummary(summary, asdProgramme.currency, options.data));
        return summary.audit.violations === 0 && summary.rebuild.identical
          ? EXIT.ok
          : EXIT.findings;
      }),
    );
}
