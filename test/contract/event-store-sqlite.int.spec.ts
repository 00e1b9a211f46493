import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  openSqliteLog,
  type SqliteLogOptions,
} from '../../src/adapters/event-store/sqlite/event-store.js';
import { logFromAnotherThread } from './connected-log.js';
import { eventStoreContract } from './event-store.contract.js';

const folder = () => mkdtempSync(join(tmpdir(), 'sanad-log-'));

const opened = (options: SqliteLogOptions) => async () => {
  const dir = folder();
  const store = await openSqliteLog(dir, options);
  return {
    store,
    async close() {
      await store.close();
      rmSync(dir, { recursive: true });
    },
  };
};

eventStoreContract('embedded, read in a thread of its own', opened({ reader: 'worker' }));
eventStoreContract("embedded, read in the caller's thread", opened({ reader: 'local' }));
eventStoreContract('embedded, from another thread', async () => {
  const dir = folder();
  const log = await openSqliteLog(dir);
  const store = logFromAnotherThread(dir, log);
  return {
    store,
    async close() {
      await store.close();
      await log.close();
      rmSync(dir, { recursive: true });
    },
  };
});
