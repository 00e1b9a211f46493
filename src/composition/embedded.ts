import { type Listening, type RunningServer, listen } from '../http/listen.js';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PROJECTIONS, servedReadModels } from '../../projections/all.js';
import { unbuilt } from '../../projections/engine/live-position.js';
import { checkpointsIn } from '../adapters/data-folder/checkpoint.js';
import { isCheckpointRefusal } from '../kernel/anchor.js';
import { openAccessLog } from '../adapters/access-log/file-system.js';
import { CALLBACK_QUEUE, callbackOutbox } from '../adapters/payment-rail/govstack/callbacks.js';
import type { OwedCallback } from '../adapters/payment-rail/govstack/port.js';
import { openSqliteJobQueue } from '../adapters/job-queue/sqlite/job-queue.js';
import { openSqliteReadStore } from '../adapters/read-store/sqlite/read-store.js';
import { AppModule } from './app.module.js';
import type { Config } from './config.js';
import { type Embedded, openEmbedded } from './data-folder.js';
import { OpenedParts } from './opened-parts.js';
import { standingOf } from './standing.js';
import type { Served, Shell } from './shell.js';
import { verifierOf } from './verifier.js';
import { RequestDrain } from '../http/request-drain.js';
import { Routes } from '../http/routes.js';
import { Background } from '../runtime/background.js';
import type { BackgroundStart } from './background-start.js';
import { withClock } from '../runtime/health-status.js';
import type { Log } from '../runtime/log.js';
import { Metrics } from '../runtime/metrics.js';
import { ProjectionProgress } from '../runtime/projection-progress.js';
import { QueuedJobs, type QueuedJob } from '../use-cases/jobs/queued-jobs.js';
import { READ_MODELS } from '../write-side/jobs.js';

/**
 * Opens the data folder and serves it.
 * @throws StoreError, VaultError, Error of a wrong OIDC option, or the error of a port that is
 *   taken
 */
export async function startEmbedded(config: Config, log: Log): Promise<RunningServer> {
  const opened = new OpenedParts();
  let listening: Listening | undefined;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await listening?.close(config.stopTimeoutMs / 2);
    await opened.close();
  };
  try {
    const embedded = opened.keep(await openEmbedded(config));
    const served = await serving(config, embedded, opened);
    const queue = opened.keep(openSqliteJobQueue<QueuedJob>(embedded.dir));
    const { file, patience } = CALLBACK_QUEUE;
    const owed = opened.keep(openSqliteJobQueue<OwedCallback>(embedded.dir, { file, ...patience }));
    const caller = callbackOutbox(config.callbacks.allowed, owed);
    const { background, failed, shell } = shellOf(config, log, {
      jobs: new QueuedJobs(queue),
      caller,
      served,
      dir: embedded.dir,
    });
    opened.keep({ close: () => background.stop() });
    shell.metrics.callbacks(() => owed.counts());
    shell.metrics.position(await embedded.store.lastPosition());
    const refused = await refusalOf(shell);
    if (refused !== undefined) background.refuse(refused);
    else if (config.background) await startBackground(embedded, config, background);
    const module = AppModule.of(config, served, shell, await servedReadModels());
    listening = await listen(module, config, shell);
    const { url } = listening;
    log.info({ url, data: config.dataDir, mode: config.mode }, 'serving');
    return { url, routes: shell.routes.all, failed, close: () => (closing ??= close()) };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

/** Opens what answering needs besides the engine. */
async function serving(config: Config, embedded: Embedded, opened: OpenedParts): Promise<Served> {
  const { dir, filesDir, archive, folder } = embedded;
  const reads = opened.keep(await openSqliteReadStore(join(dir, 'read.db'), { thread: 'worker' }));
  const access = opened.keep(await openAccessLog(dir));
  const verify = await verifierOf(config, folder.keys);
  return { deps: embedded, archive, filesDir, reads, access, verify };
}

interface EmbeddedShell {
  readonly shell: Shell;
  readonly background: Background;
  /** Resolves when the background thread is gone. */
  readonly failed: Promise<void>;
}

function shellOf(
  config: Config,
  log: Log,
  {
    jobs,
    caller,
    served: { deps, reads },
    dir,
  }: Pick<Shell, 'jobs' | 'caller'> & { readonly served: Served; readonly dir: string },
): EmbeddedShell {
  const { promise: failed, resolve: fail } = Promise.withResolvers<void>();
  const metrics = new Metrics();
  const progress = new ProjectionProgress([READ_MODELS], config.readWaitMs);
  const background = new Background(log, metrics, progress, fail);
  const shell: Shell = {
    log,
    requestDrain: new RequestDrain(),
    metrics,
    caller,
    setAside: async () => background.automation.setAside,
    progress,
    routes: new Routes(),
    jobs,
    standing: standingOf(deps.store, reads, checkpointsIn(dir)),
    healthStatus: withClock(background, deps.clock, () => unbuilt(reads, PROJECTIONS)),
  };
  return { shell, background, failed };
}

/**
 * Why nothing may go on from where it was left. Looked at once: the log is held from now on, and no
 * other comes in its place. What fails otherwise the background meets, and tells.
 */
async function refusalOf({ standing }: Pick<Shell, 'standing'>): Promise<string | undefined> {
  try {
    await standing.look();
    return undefined;
  } catch (error) {
    return isCheckpointRefusal(error) ? error.message : undefined;
  }
}

async function startBackground(
  { dir, filesDir, store, vault }: Embedded,
  {
    mode,
    rail,
    callbacks,
    clockLimits,
  }: Pick<Config, 'mode' | 'rail' | 'callbacks' | 'clockLimits'>,
  background: Background,
): Promise<void> {
  const start: BackgroundStart = {
    dir,
    files: filesDir,
    mode,
    rail,
    clockLimits,
    callbacks,
    log: store.port(),
    vault: vault.port(),
  };
  await background.attach(
    new Worker(new URL('./background.worker.js', import.meta.url), {
      workerData: start,
      transferList: [start.log, start.vault],
      name: 'background',
    }),
  );
}
