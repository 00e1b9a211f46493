import './composition/node-version.js';
import { Worker } from 'node:worker_threads';
// First: it loads the framework before what extends it.
import { listen, type Listening, type RunningServer } from './http/listen.js';
import { servedReadModels } from '../projections/all.js';
import { callbackSender } from './adapters/payment-rail/govstack/callbacks.js';
import {
  AppModule,
  openFoundation,
  type Foundation,
  type Shell,
} from './composition/app.module.js';
import { loadConfig, type Config } from './composition/config.js';
import { startRole } from './composition/distributed.js';
import { DomainError } from './kernel/errors.js';
import { Background, type BackgroundStart } from './runtime/background.js';
import { RequestDrain } from './http/request-drain.js';
import { makeLog, type Log } from './runtime/log.js';
import { Metrics } from './runtime/metrics.js';
import { READ_MODELS } from './write-side/jobs.js';
import { ProjectionProgress } from './runtime/projection-progress.js';
import { Routes } from './http/routes.js';

/**
 * Opens the data folder and serves it; at the distributed size, does this process's role.
 * @throws StoreError, VaultError, DomainError CONFIG_INVALID, or the error of a port that is taken
 */
export async function startServer(
  config: Config,
  log: Log = makeLog(config.logLevel),
): Promise<RunningServer> {
  if (config.distributed) return startRole(config, config.distributed, log);
  const foundation = await openFoundation(config);
  let fail!: () => void;
  const failed = new Promise<void>((resolve) => {
    fail = resolve;
  });
  const meters = new Metrics();
  const followed = new ProjectionProgress([READ_MODELS], config.readWaitMs);
  const background = new Background(log, meters, followed, fail);
  const caller = callbackSender(config.callbacks, (what, detail) =>
    log.warn({ what, detail }, 'a caller was not called back'),
  );
  const shell: Shell = {
    log,
    traffic: new RequestDrain(),
    meters,
    caller,
    followed,
    routes: new Routes(),
    jobs: background,
    vitals: background,
  };
  let listening: Listening | undefined;
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await listening?.close(config.stopTimeoutMs / 2);
    await caller.close();
    await background.stop();
    await foundation.close();
  };
  try {
    meters.position(await foundation.deps.store.lastPosition());
    if (config.background) await startBackground(foundation, config.rail, background);
    listening = await listen(
      AppModule.of(config, foundation, shell, await servedReadModels()),
      config,
      shell,
    );
    const { url } = listening;
    log.info({ url, data: config.dataDir, mode: config.mode }, 'serving');
    return { url, routes: shell.routes.all, failed, close: () => (closing ??= close()) };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

async function startBackground(
  { folder, log, vault }: Foundation,
  rail: Config['rail'],
  background: Background,
): Promise<void> {
  const start: BackgroundStart = {
    dir: folder.path,
    files: folder.files,
    rail,
    log: log.port(),
    vault: vault.port(),
  };
  await background.attach(
    new Worker(new URL('./composition/background.worker.js', import.meta.url), {
      workerData: start,
      transferList: [start.log, start.vault],
      name: 'background',
    }),
  );
}

/**
 * Runs a server until a signal, and tells the process's fate by its exit code: 0 stopped, 1 failed,
 * 2 wrong setting.
 */
export async function serve(config: Config, log: Log = makeLog(config.logLevel)): Promise<number> {
  const server = await startServer(config, log);
  const why = await Promise.race([signalled(), server.failed.then(() => 'failure' as const)]);
  log.info({ why }, 'stopping');
  const late = setTimeout(() => {
    log.fatal(
      { afterMs: config.stopTimeoutMs },
      'work under way did not end in time; ending the process: what was acknowledged is durable',
    );
    process.exit(1);
  }, config.stopTimeoutMs);
  late.unref();
  await server.close();
  clearTimeout(late);
  log.info('stopped');
  return why === 'failure' ? 1 : 0;
}

const signalled = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => resolve(signal));
  });

/** One line for whoever started the process. */
export function lineOf(error: unknown): string {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const text = String(message ?? error).split('\n', 1)[0]!;
  if (code === 'EADDRINUSE')
    return 'sanad: PORT_TAKEN: another process listens on this address; set SANAD_PORT.';
  return `sanad: ${text}`;
}

if (import.meta.main) {
  try {
    process.exitCode = await serve(loadConfig());
  } catch (error) {
    process.stderr.write(`${lineOf(error)}\n`);
    process.exitCode = error instanceof DomainError ? 2 : 1;
  }
}
