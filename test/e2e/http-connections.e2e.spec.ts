import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../support/eventually.js';
import { HttpWorld, type Caller } from './http-world.js';

/** What a client may do that speaks HTTP badly, or stops in the middle of a sentence. */
describe('a connection', () => {
  let world: HttpWorld;
  let bank: Caller;
  beforeAll(async () => {
    world = await HttpWorld.open({ SANAD_REQUEST_TIMEOUT_MS: '1000' });
    bank = await world.as('bank-api', 'payment-system');
  });
  afterAll(() => world.close());

  /** Sends this and no more, and reads until the server ends the connection. */
  const answerTo = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(Number(new URL(world.server.url).port), '127.0.0.1', () =>
        socket.write(text),
      );
      socket.setEncoding('utf8').on('data', (piece) => {
        answer += piece;
      });
      socket.on('error', reject).on('close', () => resolve(answer));
    });
  const problemIn = (answer: string): Record<string, unknown> => {
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toContain('content-type: application/problem+json');
    const problem = JSON.parse(body) as Record<string, unknown>;
    expect(head).toContain(`x-correlation-id: ${String(problem['correlationId'])}`);
    expect(head).toContain(`HTTP/1.1 ${String(problem['status'])} `);
    return problem;
  };
  const upload = (more: string): string =>
    [
      'POST /bank/messages HTTP/1.1',
      'host: sanad',
      `authorization: Bearer ${bank.token}`,
      'idempotency-key: k',
      'content-type: application/xml',
      more,
    ].join('\r\n');
  const archived = (): readonly string[] => {
    const folder = join(world.dir, 'archive');
    return existsSync(folder) ? readdirSync(folder) : [];
  };

  it('that never ends its request keeps no server from stopping', async () => {
    const held = await HttpWorld.open({ SANAD_STOP_TIMEOUT_MS: '1000' });
    const { token } = await held.as('bank-api', 'payment-system');
    const socket = connect(Number(new URL(held.server.url).port), '127.0.0.1');
    const ended = new Promise<void>((resolve) => {
      socket.on('error', () => undefined).on('close', () => resolve());
    });
    socket.write(
      `POST /payments/outcomes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\nidempotency-key: k\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`,
    );
    // Answered after it was sent, so that the server has read as much as there is.
    await (await held.as('bank-api', 'payment-system')).get('/bank/messages');
    await held.close();
    await ended;
  });

  it('that speaks no HTTP is told so as every other', async () => {
    expect(problemIn(await answerTo('GET / HTTP/1.1\r\nno header\r\n\r\n'))).toMatchObject({
      status: 400,
      code: 'INVALID_REQUEST',
    });
    expect(
      problemIn(await answerTo(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`)),
    ).toMatchObject({ status: 431, code: 'HEADERS_TOO_LARGE' });
  });

  const isEndedWithNothingMade = async (text: string): Promise<void> => {
    expect(problemIn(await answerTo(text))).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' });
    await eventually('the end of the half file', () => archived().length === 0);
    expect(await bank.get('/bank/messages')).toMatchObject({ status: 200, body: { items: [] } });
  };

  it('with half of a request is ended after its time, and nothing is made of it', () =>
    isEndedWithNothingMade('GET /cycles HTTP/1.1\r\nhost: x\r\nx-'));

  // Their time is a minute, which both wait for at once.
  it('with half of a body, also in pieces, is ended after its time, and nothing is made of it', async () => {
    await Promise.all(
      [
        'content-length: 1000\r\n\r\n<Document',
        'transfer-encoding: chunked\r\n\r\n9\r\n<Document\r\n',
      ].map((more) => isEndedWithNothingMade(upload(more))),
    );
  });
});
