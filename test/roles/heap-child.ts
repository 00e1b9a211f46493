import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { PROJECTIONS } from '../../projections/all.js';
import { SharedRunner } from '../../projections/engine/shared-runner.js';
import { EventRegistry } from '../../events/registry.js';
import { kafkaFeed } from '../../src/adapters/event-bus/kafka/feed.js';
import { openKafkaWriter } from '../../src/adapters/event-bus/kafka/writer.js';
import { postgresLease } from '../../src/adapters/lease/postgres.js';
import { openPostgresReadStore } from '../../src/adapters/read-store/postgres.js';
import { postgresRelayState } from '../../src/adapters/relay-state/postgres.js';
import { DEFAULT_BASE_URI } from '../../src/kernel/base-uri.js';
import { ProcessManagerRunner } from '../../src/process-managers/runner.js';
import { stateKept } from '../../src/runtime/set-aside.js';
import { Relay } from '../../src/runtime/relay.js';
import { supervise } from '../../src/runtime/supervision/supervise.js';
import { withLease } from '../../src/runtime/supervision/with-lease.js';
import { PersonsLog } from './persons-log.js';

/**
 * Takes many events through the work of one role, and prints what the heap holds after each tenth
 * of them: `heap-child relay|projector|automation EVENTS DATABASE_URL BROKER`.
 */
const [role, events, databaseUrl = '', broker = ''] = process.argv.slice(2);
const COUNT = Number(events);
const kafka = { brokers: [broker] };
setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
const stop = new AbortController();
const samples: number[] = [];

/** So many events were taken. */
function taken(count: number): void {
  if (count < ((samples.length + 1) * COUNT) / 10) return;
  gc();
  samples.push(process.memoryUsage().heapUsed);
  if (samples.length === 10) stop.abort();
}

async function relay(): Promise<void> {
  const carrier: Relay = new Relay(
    new PersonsLog(COUNT),
    postgresRelayState(databaseUrl),
    () => openKafkaWriter(kafka, DEFAULT_BASE_URI),
    () => taken(carrier.figures.published),
  );
  await carrier.run(stop.signal);
}

async function projector(): Promise<void> {
  const store = await openPostgresReadStore(databaseUrl);
  // Empty while read models are made from the log: all that comes is given by the broker.
  const log = new PersonsLog(0);
  let folded = 0;
  const runner = new SharedRunner({
    store,
    projections: PROJECTIONS,
    log,
    member: 'heap',
    feed: kafkaFeed({
      ...kafka,
      groupId: 'heap',
      registry: new EventRegistry(),
      onReady: () => {
        log.count = COUNT;
      },
    }),
    inTurn: (work, until) => work(until),
    onCommitted: (_, more = 0) => {
      folded += more;
      taken(folded);
    },
  });
  // As the role does: a broker that is not ready yet is asked again.
  await supervise('the projector', () => runner.run(stop.signal), say, stop.signal);
  await store.close();
}

const say = (message: unknown): void => {
  process.stderr.write(`${JSON.stringify(message)}\n`);
};

/** With a manager that acts on each: what its decisions need is its own. */
async function automation(): Promise<void> {
  const log = new PersonsLog(COUNT);
  const manager = {
    name: 'm',
    handles: ['PersonRegistered' as const],
    handle: async () => undefined,
  };
  await withLease(
    postgresLease(databaseUrl, 'heap'),
    async (hold, held) => {
      const checkpoint = {
        load: () => hold.load(),
        save: async (position: number) => {
          await hold.save(position);
          taken(position + 1);
        },
        ...stateKept({ load: () => hold.loadText(), save: (text) => hold.saveText(text) }),
      };
      await new ProcessManagerRunner({ store: log }, [manager], checkpoint).run(held);
    },
    stop.signal,
  );
}

const ROLES = { relay, projector, automation };
await ROLES[role as keyof typeof ROLES]();
process.stdout.write(`${JSON.stringify(samples)}\n`);
