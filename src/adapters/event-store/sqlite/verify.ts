import { setImmediate } from 'node:timers/promises';
import { isUint8Array } from 'node:util/types';
import { StoreError } from '../../../kernel/errors.js';
import { quotable } from '../../../kernel/text.js';
import { isLineOf } from '../stored-line.js';
import { leafOf } from './log-writer.js';
import type { ReadableDatabase } from './readable-database.js';
import { asStoreError, guard } from './sqlite-log.js';

const TAIL = 1_000;
const PAGE = 1_000;
const MAX_FAULTS = 10;

type Row = [position: number, stream: string, revision: number, line: string, leaf: Uint8Array];

interface Fault {
  readonly position: number;
  readonly reason: string;
}
export interface VerifiedLog {
  readonly events: number;
  readonly streams: number;
}

/**
 * The quick look when the log is opened: as many events as positions, and the hashes of the last
 * 1,000.
 * @throws StoreError LOG_CORRUPT that names the position
 */
export function verifyTail(db: ReadableDatabase): void {
  guard(() => {
    const rows = db
      .prepare(
        'SELECT position, stream, revision, line, leaf FROM events ORDER BY position DESC LIMIT ?',
      )
      .raw()
      .all(TAIL) as Row[];
    const last = rows[0]?.[0] ?? -1;
    const first = Number(db.prepare('SELECT min(position) FROM events').pluck().get() ?? 0);
    if (first !== 0) throw corrupt([{ position: 0, reason: 'the log does not start here' }]);
    const count = Number(db.prepare('SELECT count(*) FROM events').pluck().get());
    if (count !== last + 1)
      throw corrupt([
        { position: firstMissing(db, last), reason: 'it is missing, and later ones are there' },
      ]);
    rows.forEach((row, index) => {
      const reason = row[0] === last - index ? faultOf(row) : 'an event is missing before it';
      if (reason !== undefined) throw corrupt([{ position: row[0], reason }]);
    });
  });
}

function firstMissing(db: ReadableDatabase, last: number): number {
  const before = db.prepare('SELECT count(*) FROM events WHERE position <= ?').pluck();
  let low = 0;
  let high = last;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (Number(before.get(middle)) === middle + 1) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Checks every event of a log against its hash, its row and its place, in pages.
 * @param onProgress gets the number of events checked so far
 * @throws StoreError LOG_CORRUPT that names the first ten faults and counts the rest; the signal's
 *   reason when it aborts
 */
export async function verifyLog(
  db: ReadableDatabase,
  onProgress?: (events: number) => void,
  signal?: AbortSignal,
): Promise<VerifiedLog> {
  try {
    const faults: Fault[] = [];
    let count = 0;
    const report = (position: number, reason: string): void => {
      count += 1;
      if (faults.length < MAX_FAULTS) faults.push({ position, reason });
    };
    requireKinds(db);
    const end = Number(db.prepare('SELECT max(position) FROM events').pluck().get() ?? -1);
    const events = await verifyEvents(db, end, report, onProgress, signal);
    const index = await verifyStreams(db, end, report, signal);
    if (index.events !== events)
      report(end, `the index has ${index.events} events and the log ${events}`);
    if (count > 0) throw corrupt(faults, count);
    return { events, streams: index.streams };
  } catch (error) {
    if (signal?.aborted) throw error;
    throw asStoreError(error);
  }
}

/**
 * Columns of SQLite hold whatever they are given: a name as bytes is another one to whoever looks
 * for it, and a number beyond ours is none. Told as text, which all of them are.
 */
function requireKinds(db: ReadableDatabase): void {
  const odd = db
    .prepare(
      `SELECT CAST(position AS TEXT), CAST(stream AS TEXT) FROM events WHERE typeof(stream) <> 'text' OR typeof(line) <> 'text' OR typeof(leaf) <> 'blob' OR typeof(revision) <> 'integer' OR revision NOT BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER} OR position NOT BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER} LIMIT 1`,
    )
    .raw()
    .get() as readonly [position: string, stream: string | null] | undefined;
  if (odd)
    throw new StoreError(
      'LOG_CORRUPT',
      `The event at position ${odd[0]} of ${quotable(odd[1] ?? '')} cannot be trusted: its row has a value of another kind. The log was left as it is; restore it from a backup.`,
    );
}

type Report = (position: number, reason: string) => void;

async function verifyEvents(
  db: ReadableDatabase,
  end: number,
  report: Report,
  onProgress?: (events: number) => void,
  signal?: AbortSignal,
): Promise<number> {
  const page = db
    .prepare(
      'SELECT position, stream, revision, line, leaf FROM events WHERE position > ? AND position <= ? ORDER BY position LIMIT ?',
    )
    .raw();
  let position = -1;
  let events = 0;
  for (;;) {
    signal?.throwIfAborted();
    const rows = page.all(position, end, PAGE) as Row[];
    for (const row of rows) {
      if (row[0] !== position + 1) report(row[0], 'an event is missing before it');
      const reason = faultOf(row);
      if (reason !== undefined) report(row[0], reason);
      position = row[0];
    }
    events += rows.length;
    onProgress?.(events);
    if (rows.length < PAGE) return events;
    await setImmediate();
  }
}

/**
 * Revisions of each stream: from 0, without a gap, in the order of positions. Reads the index
 * alone.
 */
async function verifyStreams(
  db: ReadableDatabase,
  end: number,
  report: Report,
  signal?: AbortSignal,
): Promise<{ events: number; streams: number }> {
  const page = db
    .prepare(
      'SELECT stream, revision, position FROM events INDEXED BY events_by_stream WHERE (stream, revision) > (?, ?) AND position <= ? ORDER BY stream, revision LIMIT ?',
    )
    .raw();
  let stream = '';
  let revision = -1;
  let position = -1;
  let events = 0;
  let streams = 0;
  for (;;) {
    signal?.throwIfAborted();
    const rows = page.all(stream, revision, end, PAGE) as [string, number, number][];
    for (const row of rows) {
      if (row[0] !== stream) {
        revision = -1;
        position = -1;
        streams += 1;
      }
      if (row[1] !== revision + 1)
        report(row[2], `revision ${revision + 1} of its stream is missing`);
      if (row[2] <= position) report(row[2], 'it stands before an earlier revision of its stream');
      [stream, revision, position] = row;
    }
    events += rows.length;
    if (rows.length < PAGE) return { events, streams };
    await setImmediate();
  }
}

function faultOf([, stream, revision, line, leaf]: Row): string | undefined {
  if (!isUint8Array(leaf) || !leafOf(String(line)).equals(leaf))
    return 'its bytes do not have the hash they were stored with';
  if (!isLineOf(line, stream, revision)) return 'the line belongs to another stream or revision';
  return undefined;
}

function corrupt(faults: readonly Fault[], count = faults.length): StoreError {
  const named = faults
    .map(({ position, reason }) => `the event at position ${position}: ${reason}`)
    .join('; ');
  const more = count > faults.length ? `; and ${count - faults.length} more` : '';
  return new StoreError(
    'LOG_CORRUPT',
    `${named}${more}. The log was left as it is; restore it from a backup.`,
  );
}
