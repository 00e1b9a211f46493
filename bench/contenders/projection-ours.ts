import { EventRegistry } from '../../events/registry.js';
import { SharedRunner } from '../../projections/engine/shared-runner.js';
import type { FeedPage } from '../../src/adapters/event-bus/port.js';
import { kafkaFeed } from '../../src/adapters/event-bus/kafka/feed.js';
import { openKafkaWriter } from '../../src/adapters/event-bus/kafka/writer.js';
import { openPostgresReadStore } from '../../src/adapters/read-store/postgres.js';
import { DEFAULT_BASE_URI } from '../../src/kernel/base-uri.js';
import { ArrayLog } from '../../test/support/array-log.js';
import { countFromArgs, report, startWatch } from './bare-log.js';
import { peakMegabytes } from './enrolments.js';
import { eventsOf, PROJECTIONS } from './rebuild-log.js';
import { brokers, database, emptyTopics } from './servers.js';

/**
 * Read models built from Kafka into PostgreSQL: everything is in the topics before it begins. Timed
 * from the first page on: joining a group takes seconds, once.
 */
const events = eventsOf(countFromArgs(100_000));
await emptyTopics();
const writer = await openKafkaWriter({ brokers: brokers() }, DEFAULT_BASE_URI);
for (let from = 0; from < events.length; from += 1_000)
  await writer.deliver(events.slice(from, from + 1_000), from - 1);
await writer.close();
const reads = await openPostgresReadStore(database());
const log = new ArrayLog([]);
let watch = startWatch();
let taken = 0;
const tenths: number[] = [];
const kafka = kafkaFeed({
  brokers: brokers(),
  groupId: `bench-${performance.now()}`,
  registry: new EventRegistry(),
});
async function* timed(after: number, signal: AbortSignal): AsyncGenerator<FeedPage> {
  let first = true;
  for await (const page of kafka.subscribe(after, signal)) {
    if (first) watch = startWatch();
    first = false;
    yield page;
    taken += page.events.length;
    // How long each tenth took: what was there before must not make it longer.
    while (taken >= (tenths.length + 1) * (events.length / 10)) tenths.push(watch().seconds);
  }
}
const stop = new AbortController();
const last = events.length - 1;
const runner = new SharedRunner({
  store: reads,
  projections: PROJECTIONS,
  log,
  member: 'bench',
  inTurn: (work, until) => work(until),
  feed: { subscribe: timed },
  onCommitted: (position) => {
    if (position >= last) stop.abort();
  },
});
await runner.run(stop.signal);
const { seconds, cpuSeconds } = watch();
if (runner.position < last)
  throw new Error(`the read models stand at ${runner.position} of ${last}`);
await reads.close();
report({
  contender: 'sanad',
  count: events.length,
  seconds,
  cpuSeconds,
  perSecond: Math.round(events.length / seconds),
  peakMb: peakMegabytes(),
  lastTenthToFirst: Math.round(((tenths.at(-1)! - tenths.at(-2)!) / tenths[0]!) * 100) / 100,
  durable: 'PostgreSQL, synchronous_commit=on',
});
process.exit(0);
