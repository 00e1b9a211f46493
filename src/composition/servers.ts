import { join } from 'node:path';
import { EventRegistry } from '../../events/registry.js';
import { systemClock } from '../adapters/clock/system.js';
import { openDataFolder } from '../adapters/data-folder/file-system.js';
import { openEventStoreDb } from '../adapters/event-store/eventstoredb/event-store.js';
import { messageArchive } from '../adapters/message-archive/file-system.js';
import { readBankMessageInThread } from '../adapters/payment-rail/iso20022/incoming/threaded.js';
import { isoRail, type RailSettings } from '../adapters/payment-rail/rail.js';
import { openPostgresVault } from '../adapters/vault/postgres/vault.js';
import type { MessageDeps } from '../write-side/context.js';
import type { Config, Distributed } from './config.js';
import { KeyedMutex } from '../kernel/concurrency/keyed-mutex.js';

/** The one automation at work, and the one projector: names of their leases. */
export const AUTOMATION_LEASE = 'automation';
export const PROJECTOR_LEASE = 'projector';

/**
 * The servers of the distributed size, and what of the data folder the processes share: keys, files
 * to and from banks.
 */
export interface Servers extends MessageDeps {
  readonly dir: string;
  readonly keysDir: string;
  readonly filesDir: string;
  close(): Promise<void>;
}

/**
 * Connects to the log and the vault. The folder is held by nobody: many processes share it.
 * @throws StoreError, VaultError, PostgresError
 */
export async function openServers(
  {
    dataDir,
    rail,
    messageLimitBytes,
  }: Pick<Config, 'dataDir'> & { readonly rail: RailSettings; readonly messageLimitBytes?: number },
  { eventStoreUrl, databaseUrl, masterKeyFile }: Distributed,
  onDropped?: (reason: string) => void,
): Promise<Servers> {
  const folder = await openDataFolder(dataDir, { hold: false });
  const registry = new EventRegistry();
  const store = await openEventStoreDb({
    url: eventStoreUrl,
    registry,
    ...(onDropped ? { onDropped } : {}),
  });
  try {
    const vault = await openPostgresVault(databaseUrl, {
      masterKey:
        masterKeyFile === undefined ? { keysDir: folder.keys } : { keyFile: masterKeyFile },
    });
    return {
      dir: folder.path,
      keysDir: folder.keys,
      filesDir: folder.files,
      store,
      registry,
      vault,
      clock: systemClock,
      rail: isoRail(folder.files, rail),
      locks: new KeyedMutex(),
      archive: messageArchive(join(folder.path, 'archive'), messageLimitBytes),
      readMessage: readBankMessageInThread,
      close: async () => {
        await vault.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
