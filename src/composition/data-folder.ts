import { EventRegistry } from '../../events/registry.js';
import { openDataFolder } from '../adapters/data-folder/file-system.js';
import type { DataFolder } from '../adapters/data-folder/port.js';
import { type SqliteLog, openSqliteLog } from '../adapters/event-store/sqlite/event-store.js';
import { keepLogMode } from '../adapters/event-store/sqlite/log-mode.js';
import { type SqliteVault, openSqliteVault } from '../adapters/vault/sqlite/vault.js';
import { type EngineDeps, type EngineSettings, engineOver, lookAtEnd } from './engine.js';
import { OpenedParts } from './opened-parts.js';

/**
 * What an embedded process holds: its data folder, the log's and the vault's writers, and the
 * engine over them.
 */
export interface Embedded extends EngineDeps {
  readonly folder: DataFolder;
  readonly store: SqliteLog;
  readonly vault: SqliteVault;
  close(): Promise<void>;
}

export interface EmbeddedOptions extends EngineSettings {
  readonly dataDir: string;
  /** A folder that is absent is not made. */
  readonly mustExist?: boolean;
  /** Whether this thread reads the log itself. */
  readonly reader?: 'local';
}

/**
 * Opens a data folder and holds it until closed.
 * @throws StoreError DATA_FOLDER_HELD, DATA_FOLDER_MISSING, DATA_FOLDER_PRODUCTION,
 *   LOG_NEWER_VERSION, LOG_CORRUPT, CLOCK_BEHIND_LOG; VaultError
 */
export async function openEmbedded({
  dataDir,
  mode,
  mustExist = false,
  reader,
  ...settings
}: EmbeddedOptions): Promise<Embedded> {
  const opened = new OpenedParts();
  const folder = opened.keep(
    await openDataFolder(dataDir, { mustExist, ...(mode ? { mode } : {}) }),
  );
  try {
    const registry = new EventRegistry();
    const store = opened.keep(
      await openSqliteLog(folder.path, { registry, ...(reader ? { reader } : {}) }),
    );
    if (mode) keepLogMode(folder.path, mode);
    const vault = opened.keep(await openSqliteVault(folder.path, { keysDir: folder.keys }));
    const parts = { dir: folder.path, filesDir: folder.files, store, registry, vault };
    const engine = await engineOver(parts, { ...settings, ...(mode ? { mode } : {}) });
    await lookAtEnd(engine);
    return {
      ...engine,
      folder,
      store,
      vault,
      close: () => opened.close(),
    };
  } catch (error) {
    await opened.close().catch(() => undefined);
    throw error;
  }
}
