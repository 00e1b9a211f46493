import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import { openSqliteReadStore } from '../../src/adapters/read-store/sqlite/read-store.js';
import { ProjectionRunner } from '../../projections/engine/runner.js';
import { countFromArgs, report, startWatch } from './bare-log.js';
import { eventsOf, PROJECTIONS } from './rebuild-log.js';
import { peakMegabytes } from './enrolments.js';

/**
 * All three read models built from a log on disk into empty tables, indexes and the switch
 * included.
 */
const dir = mkdtempSync(join(process.env['SANAD_BENCH_DIR'] ?? tmpdir(), 'sanad-rebuild-'));
const log = await openSqliteLog(dir, { reader: 'local' });
const events = eventsOf(countFromArgs(200_000));
for (let from = 0; from < events.length; from += 1_000) {
  const result = await log.appendAll(
    events.slice(from, from + 1_000).map(({ stream, revision, position: _position, ...event }) => ({
      writes: [
        {
          stream,
          expected: revision === 0 ? ('no-stream' as const) : revision - 1,
          events: [event],
        },
      ],
    })),
  );
  if (result.some(({ kind }) => kind !== 'appended'))
    throw new Error('the log did not take the history');
}
const store = await openSqliteReadStore(join(dir, 'read.db'), { thread: 'local' });
const runner = new ProjectionRunner({ store, projections: PROJECTIONS, log });
const watch = startWatch();
const position = await runner.catchUp();
const { seconds, cpuSeconds } = watch();
if (position !== events.length - 1)
  throw new Error(`the read models stand at ${position} of ${events.length - 1}`);
await store.close();
await log.close();
rmSync(dir, { recursive: true, force: true });
report({
  contender: 'sanad',
  count: events.length,
  seconds,
  cpuSeconds,
  perSecond: Math.round(events.length / seconds),
  peakMb: peakMegabytes(),
  durable: 'SQLite, WAL, synchronous=NORMAL (comes back from the log)',
});
