import { EventRegistry } from '../../events/registry.js';
import { openDataFolder } from '../adapters/data-folder/file-system.js';
import { openEventStoreDb } from '../adapters/event-store/eventstoredb/event-store.js';
import { keepDatabaseMode } from '../adapters/postgres/mode.js';
import { openPostgresVault } from '../adapters/vault/postgres/vault.js';
import type { Distributed } from './config.js';
import { engineOver, lookAtEnd, type EngineDeps, type EngineSettings } from './engine.js';
import { OpenedParts } from './opened-parts.js';

/** The one automation at work, and the one projector: names of their leases. */
export const AUTOMATION_LEASE = 'automation';
export const PROJECTOR_LEASE = 'projector';

/**
 * The servers of the distributed size, and what of the data folder the processes share: keys, files
 * to and from banks.
 */
export interface Servers extends EngineDeps {
  readonly keysDir: string;
  close(): Promise<void>;
}

/**
 * Connects to the log and the vault. The folder is held by nobody: many processes share it.
 * @throws StoreError, VaultError, PostgresError
 */
export async function openServers(
  {
    dataDir,
    mode,
    ...settings
  }: EngineSettings & {
    readonly dataDir: string;
  },
  { eventStoreUrl, databaseUrl, masterKeyFile }: Distributed,
  onDropped?: (reason: string) => void,
): Promise<Servers> {
  const folder = await openDataFolder(dataDir, { hold: false, ...(mode ? { mode } : {}) });
  const opened = new OpenedParts();
  try {
    if (mode) await keepDatabaseMode(databaseUrl, mode);
    const registry = new EventRegistry();
    const store = opened.keep(
      await openEventStoreDb({ url: eventStoreUrl, registry, ...(onDropped ? { onDropped } : {}) }),
    );
    const masterKey =
      masterKeyFile === undefined ? { keysDir: folder.keys } : { keyFile: masterKeyFile };
    const vault = opened.keep(await openPostgresVault(databaseUrl, { masterKey }));
    const parts = { dir: folder.path, filesDir: folder.files, store, registry, vault };
    const engine = await engineOver(parts, { ...settings, ...(mode ? { mode } : {}) });
    await lookAtEnd(engine);
    return {
      ...engine,
      keysDir: folder.keys,
      close: () => opened.close(),
    };
  } catch (error) {
    await opened.close().catch(() => undefined);
    throw error;
  }
}
