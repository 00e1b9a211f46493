import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { callbackSender } from '../../src/adapters/payment-rail/govstack/callbacks.js';

const SETTINGS = {
  allowed: ['https://source.example/results', 'http://10.0.0.5:8080/'],
  timeoutMs: 1_000,
  attempts: 2,
};

describe('who is called back', () => {
  const sender = callbackSender(SETTINGS, () => undefined);
  it.each([
    ['https://source.example/results', true],
    ['https://source.example/results/1?x=y', true],
    ['http://10.0.0.5:8080/anything', true],
    ['https://source.example/results-of-others', false],
    ['https://source.example/', false],
    ['http://source.example/results', false],
    ['https://source.example:8443/results', false],
    ['https://source.example.evil/results', false],
    ['https://user:secret@source.example/results', false],
    ['https://source.example/results/../admin', false],
    ['http://169.254.169.254/latest', false],
    ['results', false],
    ['', false],
    [`https://source.example/results/${'x'.repeat(100)}`, false],
  ])('%s: %s', (url, allowed) => {
    expect(sender.allows(url)).toBe(allowed);
  });
  it('nobody, where no address is allowed', () => {
    expect(
      callbackSender({ ...SETTINGS, allowed: [] }, () => undefined).allows(
        'https://source.example/results',
      ),
    ).toBe(false);
  });
});

describe('a callback', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  it('is sent again after a failure, and its loss is told', async () => {
    const bodies: string[] = [];
    const troubles: string[] = [];
    let status = 500;
    server = createServer((request, response) => {
      request
        .on('data', (piece: Buffer) => bodies.push(`${request.url} ${piece.toString('utf8')}`))
        .on('end', () => {
          response.writeHead(status).end();
          server!.emit('answered');
        });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/r`;
    let told!: () => void;
    const trouble = new Promise<void>((resolve) => {
      told = resolve;
    });
    const sender = callbackSender({ ...SETTINGS, allowed: [url] }, (what, detail) => {
      troubles.push(`${what}: ${detail}`);
      told();
    });
    const first = once(server, 'answered');
    sender.tell('a result', url, { batchId: 'B 1' }, { ok: true });
    await first;
    status = 200;
    await once(server, 'answered');
    expect(bodies).toEqual(['/r?batchId=B+1 {"ok":true}', '/r?batchId=B+1 {"ok":true}']);
    status = 404;
    sender.tell('a result', url, {}, {});
    await trouble;
    expect(troubles).toEqual(['a result: RAIL_REFUSED: a result was refused: status 404.']);
    status = 500;
    const again = once(server, 'answered');
    sender.tell('a result', url, {}, {});
    await again;
    await sender.close();
    expect(troubles).toHaveLength(2);
  });
});
