import { join } from 'node:path';
import { Command } from 'commander';
import { openEmbeddedReadStore } from '../adapters/read-store/embedded.js';
import type { ReadStore } from '../adapters/read-store/port.js';
import { auditProjection } from '../../projections/audit/audit.projection.js';
import { correctionProjection } from '../../projections/correction/correction.projection.js';
import { disbursementProjection } from '../../projections/disbursement/disbursement.projection.js';
import { eligibilityProjection } from '../../projections/eligibility/eligibility.projection.js';
import { ProjectionRunner, type RebuildReport } from '../../projections/runner.js';
import { action, common, type CommonOptions, type Run } from './command.js';
import { withEngine, type Engine } from './compose.js';
import { EXIT } from './output.js';

interface RebuildOptions extends CommonOptions { readonly verify?: boolean }

/** Works on the read models of an engine that is open; nothing else may be writing them. */
async function withReadModels<T>(engine: Engine, run: Pick<Run, 'out'>, work: (runner: ProjectionRunner, store: ReadStore) => Promise<T>): Promise<T> {
  const store = await openEmbeddedReadStore(join(engine.dir, 'read.db'), { thread: 'local' });
  try {
    return await work(new ProjectionRunner({
      store, projections: [eligibilityProjection, disbursementProjection, correctionProjection, auditProjection], log: engine.store,
      onNote: ({ what, detail }) => run.out.note(`  ${what}: ${detail}`),
    }), store);
  } finally {
    await store.close();
  }
}

/** Brings the read models up to the log's end, so that a server that is started next has little to catch up with. */
export const catchUpReadModels = (engine: Engine, run: Run): Promise<number> =>
  withReadModels(engine, run, (runner) => {
    const progress = run.out.progress('events shown by the read models');
    return runner.catchUp({ signal: run.signal, onProgress: ({ done }) => progress(done) });
  });

/** Asks the read models, once they show the log to its end. */
export const askReadModels = <T>(engine: Engine, run: Run, ask: (reads: ReadStore) => Promise<T>): Promise<T> =>
  withReadModels(engine, run, async (runner, reads) => {
    const progress = run.out.progress('events shown by the read models');
    await runner.catchUp({ signal: run.signal, onProgress: ({ done }) => progress(done) });
    return ask(reads);
  });

/** Builds the read models anew from the log, beside the live ones, and switches; with verify, compares them row for row first. */
export const rebuildReadModels = (dir: string, options: { readonly verify: boolean }, run: Run): Promise<RebuildReport> =>
  withEngine(dir, (engine) => withReadModels(engine, run, async (runner) => {
    const progress = run.out.progress('events rebuilt');
    const report = await runner.rebuild({ verify: options.verify, signal: run.signal, onProgress: ({ done }) => progress(done) });
    run.signal.throwIfAborted();
    return report;
  }));

export function rebuildCommand(): Command {
  return common(new Command('rebuild'))
    .description('build the read models anew from the log and switch to them')
    .option('--verify', 'compare them row for row with the live ones first')
    .action(action<RebuildOptions, []>(async (run, options) => {
      const report = await rebuildReadModels(options.data, { verify: options.verify === true }, run);
      run.out.result(report, () => [
        `${report.events.toLocaleString('en')} events rebuilt into read models${report.identical === undefined ? '' : report.identical ? ', identical to the live ones' : ', which differ from the live ones'}`,
        ...report.differences.slice(0, 20).map((difference) => `  ${difference.table} ${JSON.stringify(difference.key, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}: ${difference.only ? `only ${difference.only}` : (difference.columns ?? []).join(', ')}`),
      ].join('\n'));
      return report.identical === false ? EXIT.findings : EXIT.ok;
    }));
}
