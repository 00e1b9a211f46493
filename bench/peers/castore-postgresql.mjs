import { PostgresEventStorageAdapter } from '@castore/event-storage-adapter-postgres';

const STORE = { eventStoreId: 'payments' };

/**
 * Castore on PostgreSQL. It has no reading in commit order: everything is read by listing
 * aggregates and reading each. They are listed in one piece, because its pages lose aggregates that
 * began in the same millisecond.
 */
export async function open(url) {
  await PostgresEventStorageAdapter.createEventTable({
    connectionString: url,
    aggregateId: { type: 'VARCHAR', length: 128 },
  });
  const adapter = new PostgresEventStorageAdapter({ connectionString: url });
  return {
    durable: 'PostgreSQL, fsync=on, synchronous_commit=on',
    append: ({ stream, revision, event: { type, data, meta } }) =>
      adapter.pushEvent(
        { aggregateId: stream, version: revision + 1, type, payload: data, metadata: meta },
        STORE,
      ),
    async *readAll() {
      const { aggregateIds } = await adapter.listAggregateIds(STORE);
      for (let from = 0; from < aggregateIds.length; from += 50) {
        const pages = await Promise.all(
          aggregateIds
            .slice(from, from + 50)
            .map(({ aggregateId }) => adapter.getEvents(aggregateId, STORE)),
        );
        for (const { events } of pages)
          yield events.map(({ aggregateId, version }) => ({
            stream: aggregateId,
            revision: version - 1,
          }));
      }
    },
    close: async () => undefined,
  };
}
