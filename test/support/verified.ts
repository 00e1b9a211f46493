import { openLogForReading } from '../../src/adapters/event-store/sqlite/sqlite-log.js';
import { verifyLog, type VerifiedLog } from '../../src/adapters/event-store/sqlite/verify.js';

/** The full verification of a folder's log. */
export async function verified(
  dir: string,
  ...more: readonly [onProgress?: (events: number) => void, signal?: AbortSignal]
): Promise<VerifiedLog> {
  const { db } = openLogForReading(dir);
  try {
    return await verifyLog(db, ...more);
  } finally {
    db.close();
  }
}
