// First: it loads the framework before what extends it.
import '../http/listen.js';
import type { RunningServer } from '../http/listen.js';
import type { Config } from './config.js';
import { type Log, makeLog } from '../runtime/log.js';

/**
 * Opens the data folder and serves it; at the distributed size, does this process's role.
 * @throws StoreError, VaultError, PostgresError, or the error of a port that is taken
 */
export async function startServer(
  config: Config,
  log: Log = makeLog(config.logLevel),
): Promise<RunningServer> {
  // Each size loads what it needs only: the clients of three servers, or none.
  if (config.distributed) {
    const { startRole } = await import('./distributed.js');
    return startRole(config, config.distributed, log);
  }
  const { startEmbedded } = await import('./embedded.js');
  return startEmbedded(config, log);
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
