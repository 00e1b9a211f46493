import { constants, existsSync, statSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventRegistry } from '../../../../events/registry.js';
import { StoreError } from '../../../kernel/errors.js';
import { diskFailure, readManifest } from '../../data-folder/port.js';
import type { EventStore } from '../port.js';
import { ReadAhead } from '../read-ahead.js';
import { LogPages } from './log-pages.js';
import { LogReader } from './log-reader.js';
import { readWith } from './read-client.js';
import type { ReadableDatabase } from './readable-database.js';
import { LOG_FILE, openLogForReading, openStillLog, type OpenLog } from './sqlite-log.js';
import { verifyLog, type VerifiedLog } from './verify.js';

/** A log that is read to be proved, and never written. */
export interface AuditedLog extends Pick<EventStore, 'readAll' | 'lastPosition' | 'close'> {
  /** As verifyLog. */
  verify(onProgress?: (events: number) => void, signal?: AbortSignal): Promise<VerifiedLog>;
}

/**
 * Opens the log of a folder to prove it, and leaves every byte and name in the folder as it is.
 * Beside a process that holds the folder (`isHeld`) it is read as any reader does, with the locks
 * that keep a page from changing under it. Otherwise nobody writes it: it is read in place, or,
 * where a write-ahead log with something in it lies beside it, in a copy of both among the
 * machine's temporary files, because SQLite cannot read the two without writing there.
 * @throws StoreError DATA_FOLDER_MISSING, LOG_CORRUPT, LOG_NEWER_VERSION, DISK_FULL
 */
export async function openAuditedLog(
  dir: string,
  { isHeld }: { readonly isHeld: boolean },
): Promise<AuditedLog> {
  const remembered = readManifest(dir);
  if (!remembered && !existsSync(join(dir, LOG_FILE)))
    throw new StoreError(
      'DATA_FOLDER_MISSING',
      `${dir} is neither a data folder of Sanad nor has a copy of ${LOG_FILE}. --data names it.`,
    );
  const copy = !isHeld && hasMore(dir) ? await copied(dir) : undefined;
  const letGo = async (): Promise<void> => {
    if (copy !== undefined) await rm(copy, { recursive: true, force: true });
  };
  const place = { dir: copy ?? dir, isStill: !isHeld && copy === undefined };
  try {
    const log = place.isStill ? await openStillLog(place.dir) : openLogForReading(place.dir);
    requireSame(log, remembered?.log);
    return audited(log.db, new ReadAhead(place), letGo);
  } catch (error) {
    await letGo();
    throw error;
  }
}

function audited(db: ReadableDatabase, ahead: ReadAhead, letGo: () => Promise<void>): AuditedLog {
  const reads = readWith(new LogReader(db));
  const pages = new LogPages(reads, ahead, new EventRegistry(), { exact: true });
  return {
    readAll: (after, limit) => pages.readAll(after, limit),
    lastPosition: () => reads.call('last', undefined),
    verify: (onProgress, signal) => verifyLog(db, onProgress, signal),
    async close() {
      await Promise.all([reads.close(), pages.close()]);
      await letGo();
    },
  };
}

function requireSame({ logId }: OpenLog<ReadableDatabase>, remembered: string | undefined): void {
  if (remembered !== undefined && remembered !== logId)
    throw new StoreError(
      'LOG_CORRUPT',
      `${LOG_FILE} is not the log that this data folder had. Put the right file back.`,
    );
}

const WAL = `${LOG_FILE}-wal`;

/** Whether there is more of the log than its file: what was committed since it was last whole. */
const hasMore = (dir: string): boolean =>
  (statSync(join(dir, WAL), { throwIfNoEntry: false })?.size ?? 0) > 0;

async function copied(dir: string): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'sanad-audit-'));
  try {
    // At once and without room of its own where the file system can.
    for (const name of [LOG_FILE, WAL])
      await copyFile(join(dir, name), join(copy, name), constants.COPYFILE_FICLONE);
    return copy;
  } catch (error) {
    await rm(copy, { recursive: true, force: true });
    throw diskFailure(error, `a copy of the log in ${copy}`);
  }
}
