import { join } from 'node:path';
import Database from 'better-sqlite3';

/**
 * Distinct (stream, revision) in a log, read from the table, not from the index that would hide a
 * double.
 */
export function countDistinct(dir: string, file: string): number {
  const db = new Database(join(dir, file), { readonly: true });
  try {
    return Number(
      db
        .prepare(
          'SELECT count(*) FROM (SELECT DISTINCT +stream, +revision FROM events NOT INDEXED)',
        )
        .pluck()
        .get(),
    );
  } finally {
    db.close();
  }
}
