import { randomUUID } from 'node:crypto';
import { PROJECTIONS } from '../../../projections/all.js';
import { SharedRunner } from '../../../projections/engine/shared-runner.js';
import { kafkaFeed } from '../../adapters/event-bus/kafka/feed.js';
import { createTopics } from '../../adapters/event-bus/kafka/topics.js';
import { postgresLease } from '../../adapters/lease/postgres.js';
import type { Role } from './role.js';
import { PROJECTOR_LEASE } from '../servers.js';
import type { Place } from '../../runtime/followers.js';
import { withLease } from '../../runtime/supervision/with-lease.js';
import { checkedWork } from '../../kernel/concurrency/checked-work.js';
import { checkTopics } from './topics-check.js';
import { READ_MODELS, READ_MODELS_WORK } from '../../write-side/jobs.js';

const CONSUMER_GROUP = 'sanad-read-models';

/**
 * Builds the read models from Kafka, together with the other projectors; what is made from the log
 * one makes for all.
 */
export function startProjector({
  distributed: { kafka, databaseUrl },
  servers: { store, registry },
  ground,
  built,
  metrics,
  supervisor,
}: Role): void {
  const lease = postgresLease(databaseUrl, PROJECTOR_LEASE);
  let folded = 0;
  let deadLettered = 0;
  /** Where the read models are, once this process has its turn. */
  let shown: Place = 'begins';
  supervisor.followers.add(READ_MODELS, () => shown);
  const check = (): Promise<void> => checkTopics(ground, kafka);
  metrics.projector(() => ({ folded, deadLettered }));
  supervisor.take(READ_MODELS_WORK, async (signal) => {
    shown = 'begins';
    await createTopics(kafka);
    const runner = new SharedRunner({
      store: built,
      projections: PROJECTIONS,
      log: store,
      member: randomUUID(),
      feed: kafkaFeed({
        ...kafka,
        groupId: CONSUMER_GROUP,
        registry,
        onDeadLetter: () => {
          deadLettered += 1;
        },
        onReady: () => supervisor.well(READ_MODELS_WORK),
      }),
      inTurn: async (work, until) => {
        shown = 'stands-by';
        await withLease(
          lease,
          (_, held) => {
            shown = 'begins';
            return work(held);
          },
          until,
        );
      },
      onCommitted: (position, events = 0) => {
        folded += events;
        shown = position;
        if (events > 0) supervisor.well(READ_MODELS_WORK);
      },
      onNote: (note) => supervisor.tell({ kind: 'note', ...note }),
    });
    await check();
    await checkedWork(check, (until) => runner.run(until), signal);
  });
}
