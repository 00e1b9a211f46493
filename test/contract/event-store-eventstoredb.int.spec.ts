import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import { startEventStoreDb } from '../support/eventstoredb-server.js';
import { leaveOut } from '../support/left-out.js';
import { eventStoreContract } from './event-store.contract.js';

const promises = { gapless: false, commitsInOrder: false, atomicGroups: false };

eventStoreContract(
  'EventStoreDB, the server of the tests',
  async () => {
    const server = await startEventStoreDb();
    const store = await openEventStoreDb({ url: server.url });
    return {
      store,
      async close() {
        await store.close();
        await server.stop();
      },
    };
  },
  promises,
);

const url = process.env['EVENTSTORE_URL'];
if (url) {
  eventStoreContract(
    'EventStoreDB, the server at EVENTSTORE_URL',
    async () => {
      const store = await openEventStoreDb({ url });
      return { store, close: () => store.close() };
    },
    promises,
  );
} else if (!process.env['CI'])
  leaveOut(
    'The event store against a real EventStoreDB: EVENTSTORE_URL is not set. Its protocol was tested against the gRPC server of the tests.',
  );
