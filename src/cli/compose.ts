import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EventRegistry } from '../../events/registry.js';
import { systemClock } from '../adapters/clock/system.js';
import { openDataFolder } from '../adapters/data-folder/file-system.js';
import { openEmbeddedLog } from '../adapters/event-store/sqlite/event-store.js';
import { readBankMessageInThread } from '../adapters/payment-rail/iso20022/incoming/threaded.js';
import type { GovstackBlock } from '../adapters/payment-rail/govstack/port.js';
import { govstackBlockOf, isoRail } from '../adapters/payment-rail/rail.js';
import { openEmbeddedVault } from '../adapters/vault/sqlite/vault.js';
import { messageArchive } from '../adapters/message-archive/file-system.js';
import type { MessageDeps } from '../write-side/context.js';
import { railIn, sizeIn, type Distributed } from '../composition/config.js';
import { openServers } from '../composition/servers.js';
import { KeyedMutex } from '../kernel/concurrency/keyed-mutex.js';

/**
 * The engine on a data folder, without HTTP: what bulk commands work with. Holds the folder until
 * closed.
 */
export interface Engine extends MessageDeps {
  readonly dir: string;
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
 * @throws StoreError DATA_FOLDER_HELD, DATA_FOLDER_MISSING, LOG_NEWER_VERSION, LOG_CORRUPT;
 *   VaultError
 */
export async function openEngine(
  dir: string,
  { create }: EngineOptions = { create: true },
): Promise<Engine> {
  const { distributed } = sizeIn();
  if (distributed) {
    const servers = await openServers({ dataDir: dir, rail: railIn() }, distributed);
    return { ...servers, distributed, block: govstackBlockOf(servers.filesDir, railIn()) };
  }
  const folder = await openDataFolder(dir, { mustExist: !create });
  try {
    const registry = new EventRegistry();
    const store = await openEmbeddedLog(folder.path, { reader: 'local', registry });
    const vault = await openEmbeddedVault(folder.path, { keysDir: folder.keys });
    mkdirSync(join(folder.path, 'files'), { recursive: true });
    const [files, settings] = [join(folder.path, 'files'), railIn()];
    const [rail, block] = [isoRail(files, settings), govstackBlockOf(files, settings)];
    return {
      dir: folder.path,
      store,
      registry,
      vault,
      rail,
      block,
      archive: messageArchive(join(folder.path, 'archive')),
      readMessage: readBankMessageInThread,
      clock: systemClock,
      locks: new KeyedMutex(),
      async close() {
        await store.close();
        await vault.close();
        await folder.close();
      },
    };
  } catch (error) {
    await folder.close();
    throw error;
  }
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
