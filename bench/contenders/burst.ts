import { setTimeout as wait } from 'node:timers/promises';
import { livePosition } from '../../projections/engine/live-position.js';
import { openPostgresReadStore } from '../../src/adapters/read-store/postgres.js';
import { PROJECTIONS } from '../../projections/all.js';
import { openServers } from '../../src/composition/servers.js';
import { startCluster } from '../../test/roles/cluster.js';
import { historyOf } from '../../test/support/history.js';
import { countFromArgs } from './bare-log.js';

/**
 * A burst of ordered payments at the distributed size: written to the log as fast as it takes them,
 * each a stream of its own, while relay and projectors work. How far the read models are behind
 * when the last is durable, and how long until they show it. The log is the test server of
 * EventStoreDB's protocol, not a real one. node dist/bench/contenders/burst.js [payments, default
 * 100000]
 */
const count = countFromArgs(100_000);
const BATCH_SIZE = 1_000;
/** Most households of the history are paid in two cycles. */
const ordered = historyOf({ households: Math.ceil(count / 1.3) })
  .filter(({ type }) => type === 'PaymentOrdered')
  .slice(0, count);
if (ordered.length < count) throw new Error(`the history has ${ordered.length} payments`);
const cluster = await startCluster('a burst at the distributed size');
if ('reason' in cluster) throw new Error(cluster.reason);
try {
  const servers = await openServers(
    { dataDir: cluster.dir, rail: {} },
    {
      eventStoreUrl: cluster.env['EVENTSTORE_URL']!,
      kafka: { brokers: cluster.kafka.brokers },
      databaseUrl: cluster.postgres.url,
    },
  );
  const groupOf = ({ stream, id, type, data, meta, time }: (typeof ordered)[number]) => ({
    writes: [
      { stream, expected: 'no-stream' as const, events: [{ id, type, v: 1, data, meta, time }] },
    ],
  });
  await cluster.start('relay');
  await Promise.all([cluster.start('projector'), cluster.start('projector')]);
  const reads = await openPostgresReadStore(cluster.postgres.url);
  // The first of them on its own: from there on everybody is at work.
  const [first, ...rest] = ordered;
  await servers.store.appendAll([groupOf(first!)]);
  while (
    (await livePosition(reads, PROJECTIONS).catch(() => -1)) < (await servers.store.lastPosition())
  )
    await wait(20);
  const startMs = performance.now();
  for (let from = 0; from < rest.length; from += BATCH_SIZE)
    await servers.store.appendAll(rest.slice(from, from + BATCH_SIZE).map(groupOf));
  const writtenMs = performance.now();
  const last = await servers.store.lastPosition();
  const rows = async (): Promise<number> => {
    const {
      rows: [row],
    } = await reads.db
      .selectFrom('projection_state')
      .select('suffix')
      .where('projection', '=', 'disbursement')
      .where('live', '=', true)
      .execute()
      .then(async ([state]) => ({
        rows: await reads.db
          .selectFrom(`disbursement_payment_${String(state?.['suffix'])}`)
          .select(({ fn }) => fn.countAll().as('count'))
          .execute(),
      }));
    return Number(row?.['count']);
  };
  const shownAtEnd = await rows();
  while ((await livePosition(reads, PROJECTIONS)) < last) await wait(5);
  const shownMs = performance.now();
  const figures = {
    contender: 'burst',
    payments: count,
    writtenInSeconds: (writtenMs - startMs) / 1_000,
    lagAtTheEndOfTheBurst: count - shownAtEnd,
    goneAfterSeconds: (shownMs - writtenMs) / 1_000,
    paymentsASecond: Math.round(count / ((shownMs - startMs) / 1_000)),
    rows: await rows(),
  };
  process.stdout.write(`${JSON.stringify(figures)}\n`);
  await reads.close();
  await servers.close();
} finally {
  await cluster.end();
}
process.exit(0);
