import { parentPort, type MessagePort } from 'node:worker_threads';
import { connectSqliteVault } from '../../src/adapters/vault/sqlite/vault.js';
import type { PersonalRecord } from '../../src/adapters/vault/port.js';

parentPort?.once(
  'message',
  async ({ port, record }: { port: MessagePort; record: PersonalRecord }) => {
    const vault = await connectSqliteVault(port);
    const [sealed] = await vault.seal([record]);
    const [opened] = await vault.open([sealed!]);
    parentPort?.postMessage({ sealed, opened, hashed: vault.keyedHash('identity', 'x') });
    await vault.close();
  },
);
