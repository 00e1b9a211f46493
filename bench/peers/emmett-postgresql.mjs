import { dumbo } from '@event-driven-io/dumbo';
import { getPostgreSQLEventStore, readMessagesBatch } from '@event-driven-io/emmett-postgresql';

const PAGE = 1_000;

/** Emmett on PostgreSQL as its guide sets it up, with its own pool of connections. */
export async function open(url) {
  const store = getPostgreSQLEventStore(url, { schema: { autoMigration: 'None' } });
  await store.schema.migrate();
  const pool = dumbo({ connectionString: url });
  return {
    durable: 'PostgreSQL, fsync=on, synchronous_commit=on',
    append: ({ stream, revision, event: { type, data, meta } }) =>
      store.appendToStream(stream, [{ type, data, metadata: meta }], {
        expectedStreamVersion: revision === 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(revision),
      }),
    async *readAll() {
      let after = 0n;
      for (;;) {
        const { messages, currentGlobalPosition, areMessagesLeft } = await readMessagesBatch(
          pool.execute,
          { after, batchSize: PAGE },
        );
        if (messages.length > 0)
          yield messages.map(({ metadata }) => ({
            stream: metadata.streamName,
            revision: Number(metadata.streamPosition) - 1,
          }));
        if (messages.length === 0 || !areMessagesLeft) return;
        after = currentGlobalPosition;
      }
    },
    close: async () => {
      await pool.close();
      await store.close();
    },
  };
}
