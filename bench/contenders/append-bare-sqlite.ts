import { join } from 'node:path';
import Database from 'better-sqlite3';
import { leafOf } from '../../src/adapters/event-store/sqlite/log-writer.js';
import type { Run } from './contender.js';
import { countDistinct } from './count-distinct.js';
import { storedLine, workOf } from './payment-story.js';

/**
 * The floor of durable appends: the same bytes into the same table and index with the same
 * settings, in one thread, one transaction for as many events as there are writers. Lines and
 * hashes are made beforehand; nothing is checked.
 */
export const run: Run = async (dir, { writers, events }) => {
  const work = workOf(writers, events).map((steps) =>
    steps.map((step) => {
      const line = storedLine(step);
      return { stream: step.stream, revision: step.revision, line, leaf: leafOf(line) };
    }),
  );
  const db = new Database(join(dir, 'bare.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma('wal_autocheckpoint = 8000');
  db.pragma('cache_size = -65536');
  db.exec(
    'CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, line TEXT NOT NULL, leaf BLOB NOT NULL)',
  );
  db.exec('CREATE UNIQUE INDEX events_by_stream ON events (stream, revision)');
  const begin = db.prepare('BEGIN IMMEDIATE');
  const insert = db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?)');
  const commit = db.prepare('COMMIT');
  const rounds = work[0]!.length;
  let position = -1;
  const started = performance.now();
  for (let round = 0; round < rounds; round += 1) {
    begin.run();
    for (const steps of work) {
      const { stream, revision, line, leaf } = steps[round]!;
      position += 1;
      insert.run(position, stream, revision, line, leaf);
    }
    commit.run();
  }
  const seconds = (performance.now() - started) / 1_000;
  db.close();
  return {
    events: position + 1,
    seconds,
    distinct: countDistinct(dir, 'bare.db'),
    durable: 'SQLite, WAL, synchronous=FULL',
  };
};
