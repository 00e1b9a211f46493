import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { openPostgresReadStore } from '../../src/adapters/read-store/postgres.js';

/** AuthenticationOk and ReadyForQuery: whoever connects is greeted, and hears nothing more. */
const GREETING = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

let server: Server;
const sockets = new Set<Socket>();
beforeEach(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.once('data', () => socket.write(GREETING));
    socket.on('error', () => undefined);
    socket.resume();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
});

test('a server that falls silent after its greeting is away', async () => {
  const { port } = server.address() as AddressInfo;
  const store = await openPostgresReadStore(`postgresql://u@127.0.0.1:${port}/none`, {
    askAfterMs: 50,
  });
  try {
    await expect(sql`select 1`.execute(store.db)).rejects.toMatchObject({
      code: 'READ_STORE_AWAY',
    });
  } finally {
    await store.close();
  }
});
