import { govstackBlockOf } from '../adapters/payment-rail/govstack/open.js';
import type { GovstackBlock } from '../adapters/payment-rail/govstack/port.js';
import { modeIn, railIn, sizeIn, type Distributed } from '../composition/config.js';
import { openEmbedded } from '../composition/data-folder.js';
import type { EngineDeps } from '../composition/engine.js';

/**
 * The engine on a data folder, without HTTP: what bulk commands work with. Holds the folder until
 * closed.
 */
export interface Engine extends EngineDeps {
  readonly block: GovstackBlock;
  /**
   * At the distributed size: its servers. Read models and automations are then other processes'
   * work, to be waited for.
   */
  readonly distributed?: Distributed;
  close(): Promise<void>;
}

/** Whether a folder that is absent is made. */
export interface EngineOptions {
  readonly create: boolean;
}

/**
 * Opens a data folder. The log's writer and the vault work in threads of their own, so that
 * deciding the next batch goes on while the last is synced; reads happen in this thread. At the
 * distributed size (SANAD_SIZE) it connects to the servers, and the folder is shared.
 * @throws StoreError DATA_FOLDER_HELD, DATA_FOLDER_MISSING, DATA_FOLDER_PRODUCTION,
 * LOG_NEWER_VERSION, LOG_CORRUPT;
 *   VaultError
 */
export async function openEngine(
  dir: string,
  { create }: EngineOptions = { create: true },
): Promise<Engine> {
  const { distributed, clockLimits } = sizeIn();
  const rail = railIn();
  const mode = modeIn();
  if (distributed) {
    // The clients of three servers, which nothing at the embedded size should wait for.
    const { openServers } = await import('../composition/servers.js');
    const servers = await openServers({ dataDir: dir, mode, rail, clockLimits }, distributed);
    return { ...servers, distributed, block: govstackBlockOf(servers.filesDir, rail) };
  }
  const embedded = await openEmbedded({
    dataDir: dir,
    mode,
    rail,
    clockLimits,
    mustExist: !create,
    reader: 'local',
  });
  return { ...embedded, block: govstackBlockOf(embedded.filesDir, rail) };
}

/**
 * Opens the engine for one piece of work and closes it whatever happens. By default the folder must
 * be there.
 */
export async function withEngine<T>(
  dir: string,
  work: (engine: Engine) => Promise<T>,
  options: EngineOptions = { create: false },
): Promise<T> {
  const engine = await openEngine(dir, options);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}
