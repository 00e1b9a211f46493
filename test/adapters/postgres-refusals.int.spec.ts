import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { connectPostgres } from '../../src/adapters/postgres/pool.js';

/** What a server answers to the first message of a client, in PostgreSQL's protocol. */
const refusal = (code: string): Buffer => {
  const fields = Buffer.from(`SFATAL\0C${code}\0Mthe server's own words\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
};

let server: Server;
let code = '';
let url = '';
beforeAll(async () => {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(refusal(code)));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  url = `postgresql://sanad:s3cret@127.0.0.1:${(server.address() as AddressInfo).port}/sanad`;
});
afterAll(() => {
  server.close();
});

const refused = (): Promise<unknown> =>
  connectPostgres(url, { name: 'test' }).then(
    () => undefined,
    (error: unknown) => error,
  );

it.each(['28P01', '28000'])('a user who is not let in is called so (%s)', async (given) => {
  code = given;
  expect(await refused()).toMatchObject({
    name: 'PostgresError',
    kind: 'failed',
    message: `PostgreSQL does not let this user in (${given}): see user and password in the connection string.`,
  });
});

it('a server that takes nobody now is away', async () => {
  code = '57P03';
  expect(await refused()).toMatchObject({ name: 'PostgresError', kind: 'away' });
});
