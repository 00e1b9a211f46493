import { openKafkaWriter } from '../../src/adapters/event-bus/kafka/writer.js';
import { postgresRelayState } from '../../src/adapters/relay-state/postgres.js';
import { Relay } from '../../src/runtime/relay.js';
import { DEFAULT_BASE_URI } from '../../src/kernel/base-uri.js';
import { ArrayLog } from '../../test/support/array-log.js';
import { countFromArgs, report, startWatch } from './bare-log.js';
import { eventsOf } from './rebuild-log.js';
import { brokers, database, emptyTopics } from './servers.js';

/**
 * The relay from a log in memory to Kafka: every event on its aggregate's topic and on the audit
 * topic, the checkpoint kept after each page.
 */
const events = eventsOf(countFromArgs(100_000));
await emptyTopics();
const stop = new AbortController();
let watch = startWatch();
const relay = new Relay(
  new ArrayLog(events),
  postgresRelayState(database()),
  async () => {
    const writer = await openKafkaWriter({ brokers: brokers() }, DEFAULT_BASE_URI);
    watch = startWatch();
    return writer;
  },
  () => {
    if (relay.figures.published === events.length) stop.abort();
  },
);
await relay.run(stop.signal);
const { seconds, cpuSeconds } = watch();
report({
  contender: 'sanad',
  count: events.length,
  seconds,
  cpuSeconds,
  perSecond: Math.round(events.length / seconds),
  durable: 'acks from all in sync (one broker); checkpoint in PostgreSQL',
});
process.exit(0);
