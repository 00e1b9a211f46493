import { MAX_PAGE } from '../../src/adapters/event-store/port.js';
import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import type { Run } from './contender.js';
import { fillLog } from './replay-log.js';

/**
 * Replay of the whole log as a projection or the audit reads it: every event parsed, checked
 * against its row and its schema.
 */
export const run: Run = async (dir, { events }) => {
  await fillLog(dir, events);
  const store = await openSqliteLog(dir, { reader: 'local' });
  const last = await store.lastPosition();
  let position = -1;
  let revisions = 0;
  const started = performance.now();
  while (position < last) {
    const page = await store.readAll(position, Math.min(1_000, MAX_PAGE));
    for (const event of page.events) revisions += event.revision;
    position = page.next;
  }
  const seconds = (performance.now() - started) / 1_000;
  const seen = new Set<string>();
  for (let after = -1; after < last;) {
    const page = await store.readAll(after, MAX_PAGE);
    for (const event of page.events) seen.add(`${event.stream} ${event.revision}`);
    after = page.next;
  }
  await store.close();
  if (revisions === 0) throw new Error('nothing was replayed');
  return { events: last + 1, seconds, distinct: seen.size };
};
