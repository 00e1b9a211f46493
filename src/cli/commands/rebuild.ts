import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Command } from 'commander';
import { openSqliteReadStore } from '../../adapters/read-store/sqlite/read-store.js';
import type { ReadStore } from '../../adapters/read-store/port.js';
import { openPostgresReadStore } from '../../adapters/read-store/postgres.js';
import { postgresLease } from '../../adapters/lease/postgres.js';
import { checkReadModels } from '../../../projections/engine/read-anchor.js';
import { livePosition } from '../../../projections/engine/live-position.js';
import { ProjectionRunner, type RebuildReport } from '../../../projections/engine/runner.js';
import { SharedRunner } from '../../../projections/engine/shared-runner.js';
import type { Distributed } from '../../composition/config.js';
import { DomainError } from '../../kernel/errors.js';
import { PROJECTIONS } from '../../../projections/all.js';
import { PROJECTOR_LEASE } from '../../composition/servers.js';
import { withLease } from '../../runtime/supervision/with-lease.js';
import { action, common, type CommonOptions, type Run } from '../command.js';
import { withEngine, type Engine } from '../compose.js';
import { EXIT } from '../output.js';
import { untilReached } from '../until-reached.js';

interface RebuildOptions extends CommonOptions {
  readonly verify?: boolean;
}

const LOOK_EVERY_MS = 50;

/**
 * At the distributed size another process builds the read models: waits until they show the log to
 * its end.
 */
async function shownElsewhere<T>(
  { store }: Engine,
  { databaseUrl }: Distributed,
  { out, signal }: Run,
  ask: (reads: ReadStore) => Promise<T>,
): Promise<T> {
  const reads = await openPostgresReadStore(databaseUrl);
  try {
    const position = await untilReached({
      position: () => livePosition(reads, PROJECTIONS),
      goal: () => store.lastPosition(),
      lookEveryMs: LOOK_EVERY_MS,
      standsStill: (stood) =>
        new DomainError(
          'PROJECTOR_STANDS_STILL',
          `The read models have ${stood}; are processes with the roles relay and projector at work?`,
          'unavailable',
        ),
      progress: out.progress('log position of the read models'),
      signal,
    });
    await checkReadModels(reads, store, position);
    return await ask(reads);
  } finally {
    await reads.close();
  }
}

/** Beside the projectors, which go on; when another process is making read models, after it. */
async function besideProjectors<T>(
  { store }: Engine,
  { databaseUrl }: Distributed,
  { out }: Run,
  work: (runner: SharedRunner) => Promise<T>,
): Promise<T> {
  const lease = postgresLease(databaseUrl, PROJECTOR_LEASE);
  const reads = await openPostgresReadStore(databaseUrl);
  try {
    return await work(
      new SharedRunner({
        store: reads,
        projections: PROJECTIONS,
        log: store,
        member: randomUUID(),
        inTurn: (turn, until) => withLease(lease, (_, held) => turn(held), until),
        onNote: ({ what, detail }) => out.note(`  ${what}: ${detail}`),
      }),
    );
  } finally {
    await reads.close();
  }
}

/** Works on the read models of an engine that is open; nothing else may be writing them. */
async function withReadModels<T>(
  engine: Engine,
  run: Pick<Run, 'out'>,
  work: (runner: ProjectionRunner, store: ReadStore) => Promise<T>,
): Promise<T> {
  const store = await openSqliteReadStore(join(engine.dir, 'read.db'), { thread: 'local' });
  try {
    return await work(
      new ProjectionRunner({
        store,
        projections: PROJECTIONS,
        log: engine.store,
        onNote: ({ what, detail }) => run.out.note(`  ${what}: ${detail}`),
      }),
      store,
    );
  } finally {
    await store.close();
  }
}

/**
 * Brings the read models up to the log's end, so that a server that is started next has little to
 * catch up with.
 */
export const catchUpReadModels = (engine: Engine, run: Run): Promise<unknown> =>
  engine.distributed
    ? shownElsewhere(engine, engine.distributed, run, async () => undefined)
    : withReadModels(engine, run, (runner) => {
        const progress = run.out.progress('events shown by the read models');
        return runner.catchUp({ signal: run.signal, onProgress: ({ done }) => progress(done) });
      });

/** Asks the read models, once they show the log to its end. */
export const askReadModels = <T>(
  engine: Engine,
  run: Run,
  ask: (reads: ReadStore) => Promise<T>,
): Promise<T> =>
  engine.distributed
    ? shownElsewhere(engine, engine.distributed, run, ask)
    : withReadModels(engine, run, async (runner, reads) => {
        const progress = run.out.progress('events shown by the read models');
        await runner.catchUp({ signal: run.signal, onProgress: ({ done }) => progress(done) });
        return ask(reads);
      });

/**
 * Builds the read models anew from the log, beside the live ones, and switches; with verify,
 * compares them row for row first.
 */
export const rebuildReadModels = (
  dir: string,
  options: { readonly verify: boolean },
  run: Run,
): Promise<RebuildReport> =>
  withEngine(dir, (engine) => {
    const work = async (runner: Pick<ProjectionRunner, 'rebuild'>): Promise<RebuildReport> => {
      const progress = run.out.progress('events rebuilt');
      const report = await runner.rebuild({
        verify: options.verify,
        signal: run.signal,
        onProgress: ({ done }) => progress(done),
      });
      run.signal.throwIfAborted();
      return report;
    };
    return engine.distributed
      ? besideProjectors(engine, engine.distributed, run, work)
      : withReadModels(engine, run, work);
  });

export function rebuildCommand(): Command {
  return common(new Command('rebuild'))
    .description('build the read models anew from the log and switch to them')
    .option('--verify', 'compare them row for row with the live ones first')
    .action(
      action<RebuildOptions, []>(async (run, options) => {
        const report = await rebuildReadModels(
          options.data,
          { verify: options.verify === true },
          run,
        );
        run.out.result(report, () => describeRebuild(report));
        return report.identical === false ? EXIT.findings : EXIT.ok;
      }),
    );
}

const MOST_DIFFERENCES_SHOWN = 20;

function describeRebuild(report: RebuildReport): string {
  let compared = '';
  if (report.identical === true) compared = ', identical to the live ones';
  if (report.identical === false) compared = ', which differ from the live ones';
  const events = report.events.toLocaleString('en');
  return [
    `${events} events rebuilt into read models${compared}`,
    ...report.differences.slice(0, MOST_DIFFERENCES_SHOWN).map(describeDifference),
  ].join('\n');
}

function describeDifference({
  table,
  key,
  only,
  columns,
}: RebuildReport['differences'][number]): string {
  const shown = JSON.stringify(key, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return `  ${table} ${shown}: ${only ? `only ${only}` : (columns ?? []).join(', ')}`;
}
