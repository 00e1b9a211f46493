import { resolve } from 'node:path';
import { EventRegistry } from '../../events/registry.js';
import { lookAtFolder } from '../adapters/data-folder/looked-at.js';
import type { EventStore } from '../adapters/event-store/port.js';
import { openAuditedLog, type AuditedLog } from '../adapters/event-store/sqlite/audited-log.js';
import { sizeIn } from './config.js';

/** What an audit works with: a log that it reads, and nothing to write with. */
export interface Audited extends Pick<
  EventStore,
  'readAll' | 'lastPosition' | 'positionGaps' | 'close'
> {
  /**
   * Proves how the events are stored. Absent of a server's log, which has bytes of its own: there
   * the events are proved, not how they are stored.
   */
  readonly verify?: AuditedLog['verify'];
}

/**
 * Opens the log of a data folder, or of a folder with a copy of log.db, for an audit: no vault, no
 * keys, no read models, nothing made and nothing marked, whatever mode it was used in. At the
 * distributed size it is the server's log, and the folder is not looked at.
 * @throws StoreError DATA_FOLDER_MISSING, LOG_CORRUPT, LOG_NEWER_VERSION, STORE_FAILED
 */
export async function openAudited(dataDir: string): Promise<Audited> {
  const { distributed } = sizeIn();
  if (distributed) {
    // Its client is not loaded by who reads files.
    const { openEventStoreDb } =
      await import('../adapters/event-store/eventstoredb/event-store.js');
    return openEventStoreDb({ url: distributed.eventStoreUrl, registry: new EventRegistry() });
  }
  const dir = resolve(dataDir);
  const folder = lookAtFolder(dir);
  try {
    const log = await openAuditedLog(dir, folder);
    return {
      ...log,
      async close() {
        await log.close();
        folder.close();
      },
    };
  } catch (error) {
    folder.close();
    throw error;
  }
}
