import { join } from 'node:path';
import {
  getSQLiteEventStore,
  readMessagesBatch,
  sqliteConnection,
} from '@event-driven-io/emmett-sqlite';

const PAGE = 1_000;

/**
 * Emmett on SQLite as its guide sets it up: WAL, and node-sqlite3's default of synchronous=FULL.
 */
export async function open(dir) {
  const fileName = join(dir, 'emmett.db');
  const connection = sqliteConnection({ fileName });
  const store = getSQLiteEventStore({
    fileName,
    schema: { autoMigration: 'None' },
    connectionOptions: { singleton: true, connection },
  });
  await store.schema.migrate();
  // Appends that overlap on a connection share its transaction and are answered before it commits;
  // so that each is durable when it is answered, they take turns.
  let turn = Promise.resolve();
  const inTurn = (work) => (turn = turn.then(work, work));
  const { synchronous } = await connection.querySingle('PRAGMA synchronous');
  return {
    durable: `SQLite, WAL, synchronous=${['OFF', 'NORMAL', 'FULL', 'EXTRA'][synchronous]}, one connection`,
    append: ({ stream, revision, event: { type, data, meta } }) =>
      inTurn(() =>
        store.appendToStream(stream, [{ type, data, metadata: meta }], {
          expectedStreamVersion: revision === 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(revision),
        }),
      ),
    async *readAll() {
      let after = 0n;
      for (;;) {
        const { messages, currentGlobalPosition, areEventsLeft, areMessagesLeft } =
          await readMessagesBatch(connection, { after, batchSize: PAGE });
        if (messages.length > 0)
          yield messages.map(({ metadata }) => ({
            stream: metadata.streamName,
            revision: Number(metadata.streamPosition) - 1,
          }));
        if (
          messages.length === 0 ||
          currentGlobalPosition === after ||
          (areEventsLeft ?? areMessagesLeft) === false
        )
          return;
        after = currentGlobalPosition;
      }
    },
    close: async () => connection.close(),
  };
}
