import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import type { JobQueue } from '../../src/adapters/job-queue/port.js';
import { openSqliteJobQueue } from '../../src/adapters/job-queue/sqlite/job-queue.js';
import {
  CALLBACK_QUEUE,
  callbackOutbox,
  callbackPost,
} from '../../src/adapters/payment-rail/govstack/callbacks.js';
import type { OwedCallback } from '../../src/adapters/payment-rail/govstack/port.js';
import { deliverCallbacks } from '../../src/use-cases/govstack/deliver-callbacks.js';
import { MemoryStore } from '../support/memory-store.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ALLOWED = ['https://source.example/results', 'http://10.0.0.5:8080/'];
const nowhere = { submit: () => Promise.resolve() };

describe('who is called back', () => {
  const sender = callbackOutbox(ALLOWED, nowhere);
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
    expect(callbackOutbox([], nowhere).allows('https://source.example/results')).toBe(false);
  });
});

describe('a callback', () => {
  const { file, patience } = CALLBACK_QUEUE;
  let server: Server;
  let url: string;
  let dir: string;
  let status: number;
  /** How many callbacks are answered by 503 before that. */
  let refusals: number;
  const bodies: string[] = [];
  const lost: string[] = [];
  const queues: JobQueue<OwedCallback>[] = [];
  const owed = (answer: OwedCallback['answer']): OwedCallback => ({
    what: 'a result',
    url,
    query: { batchId: 'B 1' },
    answer,
  });

  /** A process that delivers, until it is stopped. */
  function process(takeBack = true): {
    readonly queue: JobQueue<OwedCallback>;
    stop(): Promise<void>;
  } {
    const queue = openSqliteJobQueue<OwedCallback>(dir, {
      file,
      ...patience,
      firstPauseMs: 1,
      longestPauseMs: 1,
      maxTries: 4,
      askEveryMs: 1,
      takeBack,
    });
    queues.push(queue);
    const stopping = new AbortController();
    const onLost = (what: string, detail: string): void => {
      lost.push(`${what}: ${detail}`);
    };
    const post = callbackPost({ allowed: [url], timeoutMs: 30_000 });
    const ended = deliverCallbacks(
      {
        store: new MemoryStore(),
        clock: { now: () => '2026-01-01T00:00:00.000Z' },
        access: { note: () => Promise.resolve() },
      },
      { queue, post, onLost },
      stopping.signal,
    );
    return {
      queue,
      async stop() {
        stopping.abort();
        await ended;
      },
    };
  }

  beforeEach(async () => {
    dir = temporaryFolder('callbacks');
    bodies.length = 0;
    refusals = 0;
    lost.length = 0;
    server = createServer((request, response) => {
      request
        .on('data', (piece: Buffer) => bodies.push(`${request.url} ${piece.toString('utf8')}`))
        .on('end', () => response.writeHead(bodies.length > refusals ? status : 503).end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/r`;
  });
  afterEach(async () => {
    for (const queue of queues.splice(0)) await queue.close();
    server.closeAllConnections();
    server.close();
  });

  it('is sent until it is taken, and leaves no trace then', async () => {
    status = 200;
    refusals = 2;
    const { queue, stop } = process();
    await callbackOutbox([url], queue).owe(owed({ body: { ok: 'taken' } }));
    await eventually('nothing owed', async () => (await queue.counts()).waiting === 0);
    await stop();
    expect(new Set(bodies)).toEqual(new Set(['/r?batchId=B+1 {"ok":"taken"}']));
    expect(lost).toEqual([]);
    expect(await queue.open(10)).toEqual([]);
    await queue.close();
    queues.length = 0;
    expect(readFileSync(join(dir, file)).includes('taken')).toBe(false);
  });

  it('that is owed is delivered by the next process, also where one was killed that had it in its hands', async () => {
    status = 200;
    const killed = openSqliteJobQueue<OwedCallback>(dir, { file, ...patience });
    queues.push(killed);
    await callbackOutbox([url], killed).owe(owed({ body: { n: 1 } }));
    await callbackOutbox([url], killed).owe(
      owed({
        clientCorrelationId: 'C',
        batchId: 'B',
        by: { actor: { id: 'source-bb', role: 'payment-system' }, correlationId: 'C' },
        accounts: [{ instructionId: 'I', accountHash: 'a'.repeat(64), unknown: 'Nobody has it.' }],
      }),
    );
    await killed.claim('killed', new AbortController().signal);
    const { stop } = process();
    await eventually('both', () => bodies.length === 2);
    await stop();
    expect([...bodies].sort()).toEqual([
      '/r?batchId=B+1 {"clientCorrelationId":"C","batchId":"B","numberOfFailedCases":1,"failedAccountLookups":[{"instructionID":"I","failureReason":"Nobody has it."}]}',
      '/r?batchId=B+1 {"n":1}',
    ]);
  });

  it('is given up after its tries, or at once where it is refused, and is an alarm that a person can have tried again', async () => {
    status = 500;
    const { queue, stop } = process();
    await callbackOutbox([url], queue).owe(owed({ body: {} }));
    await eventually('given up', () => lost.length === 1);
    expect(lost[0]).toMatch(/^a result: RAIL_FAILED: a result had no answer/);
    expect(bodies).toHaveLength(4);
    status = 404;
    await queue.again();
    await eventually('refused', () => lost.length === 2);
    expect(lost[1]).toBe('a result: RAIL_REFUSED: a result was refused: status 404.');
    const [open] = await queue.open(10);
    expect(open).toMatchObject({ state: 'failed', code: 'RAIL_REFUSED' });
    expect(await queue.counts()).toEqual({ waiting: 0, failed: 1 });
    expect(await queue.again('another')).toBe(0);
    expect(await queue.forget(open!.jobId)).toBe(1);
    expect(await queue.counts()).toEqual({ waiting: 0, failed: 0 });
    await stop();
  });

  it('is not sent to an address that is allowed no longer', async () => {
    status = 200;
    const { queue, stop } = process();
    await queue.submit('old', { ...owed({ body: {} }), url: 'http://169.254.169.254/latest' });
    await eventually('refused', () => lost.length === 1);
    expect(lost[0]).toContain('SANAD_GOVSTACK_CALLBACKS');
    await stop();
  });
});
