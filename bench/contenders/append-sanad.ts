import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import { StoreError } from '../../src/kernel/errors.js';
import type { Run } from './contender.js';
import { countDistinct } from './count-distinct.js';
import { workOf } from './payment-story.js';

/**
 * Ours, through the port: each writer awaits each durable append with its exact expected revision
 * before the next.
 */
export const run: Run = async (dir, { writers, events }) => {
  const work = workOf(writers, events);
  const store = await openSqliteLog(dir);
  const started = performance.now();
  await Promise.all(
    work.map(async (steps) => {
      for (const { stream, revision, event } of steps) {
        const result = await store.append({
          writes: [
            { stream, expected: revision === 0 ? 'no-stream' : revision - 1, events: [event] },
          ],
        });
        if (result.kind !== 'appended')
          throw new StoreError('STORE_FAILED', `${stream} ${revision}: ${result.kind}`);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  await store.close();
  return {
    events: work.flat().length,
    seconds,
    distinct: countDistinct(dir, 'log.db'),
    durable: 'SQLite, WAL, synchronous=FULL',
  };
};
