import { createConnection, createServer } from 'node:net';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { eventLoopTurns, eventually } from '../support/eventually.js';
import { startProxy } from '../support/proxy.js';

test('a line of the tests keeps the order of what it carries when it is slow no more', async () => {
  const server = createServer((line) => line.pipe(line));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { readonly port: number };
  const proxy = await startProxy(() => address.port);
  const client = createConnection(proxy.port, '127.0.0.1');
  try {
    let heard = '';
    client.setEncoding('utf8').on('data', (text) => {
      heard += String(text);
    });
    const hears = (length: number): Promise<boolean> =>
      eventually(`${length} letters`, () => heard.length >= length);
    client.write('.');
    await hears(1);
    let sent = '.';
    for (const letter of 'abcdefghij') {
      proxy.set('slow');
      client.write(letter);
      // It reaches the line, and waits there.
      await eventLoopTurns(50);
      proxy.set('open');
      client.write(letter.toUpperCase());
      sent += letter + letter.toUpperCase();
      await hears(sent.length);
    }
    expect(heard).toBe(sent);
  } finally {
    client.destroy();
    await proxy.stop();
    server.close();
  }
});
