import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  openEventStoreDb,
  type EventStoreDbOptions,
} from '../../src/adapters/event-store/eventstoredb/event-store.js';
import { connectionOf } from '../../src/adapters/event-store/eventstoredb/url.js';
import type { AppendGroup, EventStore } from '../../src/adapters/event-store/port.js';
import { StoreError } from '../../src/kernel/errors.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { allotted, amounts, newStream, write } from '../contract/budget-events.js';
import { eventually } from '../support/eventually.js';
import { startEventStoreDb, type TestEventStoreDb } from '../support/eventstoredb-server.js';
import type { Fault } from '../support/eventstoredb/faults.js';

let dir: string;
let server: TestEventStoreDb;
let store: EventStore;
const opened: EventStore[] = [];
const open = async (options: Partial<EventStoreDbOptions> = {}): Promise<EventStore> => {
  const made = await openEventStoreDb({
    url: server.url,
    deadlineMs: 300,
    patienceMs: 60_000,
    ...options,
  });
  opened.push(made);
  return made;
};
/** Gives up soon: its outcome is unknown where a fault lasts. */
const impatient = { deadlineMs: 1_500, patienceMs: 200 };

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sanad-esdb-'));
  server = await startEventStoreDb(join(dir, 'log'));
  store = await open();
});
afterEach(() => server.heal());
afterAll(async () => {
  await Promise.all(opened.map((each) => each.close()));
  await server.stop();
  rmSync(dir, { recursive: true });
});

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => value,
    (error: unknown) => error,
  );
const receipt = (key: string) => ({ key, fingerprint: 'f', status: 201, body: '{}' });

describe('an append that fails without saying whether it was written', () => {
  it.each<Fault>([
    'never-answer',
    'never-answer-after',
    'unavailable',
    'reset-before',
    'reset-after',
    'wrong-version-after',
  ])('ends in a definite answer after %s', async (fault) => {
    const stream = newStream();
    await store.append({ writes: [write(stream, 'no-stream', 1)] });
    await server.fault({ on: 'append', fault, times: 1 });
    const result = await store.append({ writes: [write(stream, 0, 2, 3)] });
    const events = await store.readStream(stream);
    expect(amounts(events)).toEqual([1, 2, 3]);
    expect(['appended', 'duplicate']).toContain(result.kind);
    expect(result).toMatchObject({ position: events[2]!.position });
  });

  it('is answered too when the server no longer knows the ids of the repeated append', async () => {
    const stream = newStream();
    await server.forgetIds();
    await server.fault({ on: 'append', fault: 'never-answer-after', times: 1 });
    expect((await store.append({ writes: [write(stream, 'no-stream', 1)] })).kind).toBe('appended');
    const group = { writes: [write(newStream(), 'no-stream', 1)] };
    await store.append(group);
    expect((await store.append(group)).kind).toBe('duplicate');
    expect(amounts(await store.readStream(stream))).toEqual([1]);
  });

  it('is a conflict where another was faster, because an exact revision can never be taken late', async () => {
    const stream = newStream();
    await store.append({ writes: [write(stream, 'no-stream', 1)] });
    // Longer than the other takes on a busy machine.
    const slow = await open({ deadlineMs: 5_000 });
    await server.fault({ on: 'append', fault: 'never-answer', times: 1 });
    const losing = slow.append({ writes: [write(stream, 0, 9)] });
    while ((await server.counts()).faultsLeft > 0) await store.readStream(stream);
    await store.append({ writes: [write(stream, 0, 2)] });
    expect(await losing).toEqual({ kind: 'conflict', stream, expected: 0, actual: 1 });
    expect(amounts(await store.readStream(stream))).toEqual([1, 2]);
  });

  it.each<Fault>(['never-answer', 'unavailable', 'reset-before'])(
    'is unknown, and acknowledged by nobody, when %s lasts',
    async (fault) => {
      const hasty = await open(impatient);
      const stream = newStream();
      await server.fault({ on: 'append', fault, times: -1 });
      expect(
        await failure(hasty.append({ writes: [write(stream, 'no-stream', 1)] })),
      ).toMatchObject({ name: 'StoreError', code: 'OUTCOME_UNKNOWN' });
      await server.heal();
      expect(await store.readStream(stream)).toEqual([]);
    },
  );

  it('is unknown when it was written and neither the answer nor a read comes back; the same again writes nothing', async () => {
    // Long enough for the request to reach a busy server, which is what this is about.
    const hasty = await open({ deadlineMs: 4_000, patienceMs: 5_000 });
    const stream = newStream();
    const group = { writes: [write(stream, 'no-stream', 1)] };
    await server.fault({ on: 'append', fault: 'never-answer-after', times: -1 });
    await server.fault({ on: 'read', fault: 'never-answer', times: -1 });
    expect(await failure(hasty.append(group))).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    await server.heal();
    const [event] = await store.readStream(stream);
    expect(await store.append(group)).toEqual({ kind: 'duplicate', position: event!.position });
    expect(amounts(await store.readStream(stream))).toEqual([1]);
  });
});

describe('a server that goes away', () => {
  it('keeps what was acknowledged over kill -9, and is used again when it is back', async () => {
    const streams = Array.from({ length: 20 }, () => newStream());
    await store.appendAll(
      streams.map((stream, n) => ({ writes: [write(stream, 'no-stream', n)] })),
    );
    await server.kill();
    const hasty = store.append({ writes: [write(streams[0]!, 0, 100)] });
    await server.restart();
    expect((await hasty).kind).toBe('appended');
    expect((await store.readStreams(streams)).map(({ events }) => amounts(events))).toEqual(
      streams.map((_, n) => (n === 0 ? [0, 100] : [n])),
    );
  });

  it('fails a read with a StoreError, and the next succeeds', async () => {
    const hasty = await open(impatient);
    await server.fault({ on: 'read', fault: 'never-answer', times: -1 });
    expect(await failure(hasty.lastPosition())).toMatchObject({
      name: 'StoreError',
      code: 'STORE_FAILED',
    });
    await server.heal();
    const read = (): Promise<number | undefined> => hasty.lastPosition().catch(() => undefined);
    expect(await eventually('a read', read)).toBeGreaterThanOrEqual(0);
  });

  it.each<Fault>(['unavailable', 'reset-before'])(
    'answers a read after %s again and again',
    async (fault) => {
      const stream = newStream();
      const key = randomUUID();
      await store.append({ writes: [write(stream, 'no-stream', 1)], receipt: receipt(key) });
      const struck = () => server.fault({ on: 'read', fault, times: 3 });
      await struck();
      expect(amounts(await store.readStream(stream))).toEqual([1]);
      await struck();
      expect(await store.receipt(key)).toMatchObject({ key });
      await struck();
      expect((await store.append({ writes: [], receipt: receipt(randomUUID()) })).kind).toBe(
        'appended',
      );
      await struck();
      const group = [write(newStream(), 'no-stream', 1), write(newStream(), 'no-stream', 2)];
      expect((await store.append({ writes: group })).kind).toBe('appended');
      expect((await server.counts()).faultsLeft).toBe(0);
    },
  );

  it('is not opened where nobody listens', async () => {
    const refused = await failure(
      openEventStoreDb({ url: 'esdb://admin:s3cret-word@127.0.0.1:1?tls=false', ...impatient }),
    );
    expect(refused).toBeInstanceOf(StoreError);
    expect(JSON.stringify([String(refused), refused, (refused as Error).stack])).not.toContain(
      's3cret',
    );
  });
});

describe('following', () => {
  it.each(['error', 'end', 'reset'] as const)(
    'goes on behind the last event after its subscription was dropped by %s, again and again',
    async (how) => {
      const start = await store.lastPosition();
      const dropped: string[] = [];
      const follower = await open({ onDropped: (reason) => dropped.push(reason) });
      const streams = Array.from({ length: 30 }, () => newStream());
      const abort = new AbortController();
      const seen: Recorded[] = [];
      const following = (async () => {
        for await (const page of follower.follow(start, abort.signal, 7)) {
          seen.push(...page.events);
          if (seen.length >= 60) abort.abort();
        }
      })();
      for (const [n, stream] of streams.entries()) {
        await store.append({ writes: [write(stream, 'no-stream', n, n)] });
        if (n % 10 === 5) await server.dropSubscriptions(how);
      }
      await following;
      expect(seen.map(({ stream, revision }) => `${stream} ${revision}`)).toEqual(
        streams.flatMap((stream) => [`${stream} 0`, `${stream} 1`]),
      );
      expect(dropped.length).toBeGreaterThan(0);
    },
  );

  it('goes on after the server was killed and started again', async () => {
    const start = await store.lastPosition();
    const abort = new AbortController();
    const streams = [newStream(), newStream()];
    const seen: string[] = [];
    await store.append({ writes: [write(streams[0]!, 'no-stream', 1)] });
    for await (const page of store.follow(start, abort.signal)) {
      for (const { stream } of page.events) seen.push(stream);
      if (seen.length === 1) {
        await server.killAndRestart();
        await store.append({ writes: [write(streams[1]!, 'no-stream', 2)] });
      } else abort.abort();
    }
    expect(seen).toEqual(streams);
  });

  it("is given neither the server's own events nor receipts", async () => {
    const start = await store.lastPosition();
    const stream = newStream();
    for (let n = 0; n < 20; n += 1)
      await store.append({
        writes: [write(stream, n === 0 ? 'no-stream' : n - 1, n)],
        receipt: receipt(randomUUID()),
      });
    const abort = new AbortController();
    const seen: Recorded[] = [];
    for await (const page of store.follow(start, abort.signal)) {
      seen.push(...page.events);
      if (seen.length >= 20) abort.abort();
    }
    expect(amounts(seen)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect((await store.readAll(start, 5_000)).events).toEqual(seen);
  });

  it('takes no more from the server than a slow follower can hold', async () => {
    const start = await store.lastPosition();
    const events = Array.from({ length: 100 }, () => allotted(1));
    const streams = Array.from({ length: 60 }, () => newStream());
    // How fast they are taken is not what this is about.
    const patient = await open({ deadlineMs: 30_000, patienceMs: 60_000 });
    await patient.appendAll(
      streams.map((stream) => ({
        writes: [
          {
            stream,
            expected: 'no-stream' as const,
            events: events.map((event) => ({ ...event, id: randomUUID() })),
          },
        ],
      })),
    );
    const abort = new AbortController();
    let seen = 0;
    for await (const page of patient.follow(start, abort.signal, 10)) {
      seen += page.events.length;
      // The page waits here; the server may fill the connection's windows, and stops.
      for (let n = 0; n < 20; n += 1) await server.counts();
      abort.abort();
    }
    expect(seen).toBe(10);
    expect((await server.counts()).mostSent).toBeLessThan(3_000);
  });
});

describe('a group over many streams', () => {
  const group = (): AppendGroup & { readonly receipt: ReturnType<typeof receipt> } => ({
    writes: [
      write(newStream('identity'), 'no-stream', 1),
      write(newStream('person'), 'no-stream', 2, 3),
      write(newStream('budget'), 'no-stream', 4),
    ],
    receipt: receipt(randomUUID()),
  });

  // The appends of a group: its key is reserved, three streams, the answer.
  describe.each(
    ['reservation', 'first stream', 'second stream', 'third stream', 'answer'].map(
      (name, step) => [name, step] as const,
    ),
  )('interrupted at its %s', (_, step) => {
    it.each<Fault>(['never-answer', 'never-answer-after', 'reset-before', 'reset-after'])(
      'by %s, is complete after the same group again, by another process',
      async (fault) => {
        const dying = await open(impatient);
        const given = group();
        await server.fault({ on: 'append', fault, skip: step, times: 1 });
        await server.fault({ on: 'append', fault: 'unavailable', skip: step, times: -1 });
        await server.fault({ on: 'read', fault: 'unavailable', skip: 3, times: -1 });
        expect(await failure(dying.append(given))).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
        await server.heal();

        const partly = (await store.readStreams(given.writes.map(({ stream }) => stream))).map(
          ({ events }) => events.length,
        );
        const done = Math.max(0, step - (fault.endsWith('-after') ? 0 : 1));
        expect(partly).toEqual([1, 2, 1].map((count, index) => (index < done ? count : 0)));
        const again = await store.append(given);
        const withoutReceipt = done === 3 ? 'duplicate' : 'appended';
        expect(again.kind).toBe(
          step === 4 && fault.endsWith('-after') ? 'receipt-exists' : withoutReceipt,
        );
        expect(
          (await store.readStreams(given.writes.map(({ stream }) => stream))).map(({ events }) =>
            amounts(events),
          ),
        ).toEqual([[1], [2, 3], [4]]);
        expect(await store.receipt(given.receipt.key)).toMatchObject(given.receipt);
        expect((await store.append(given)).kind).toBe('receipt-exists');
      },
    );
  });

  it('is written once by two processes that are sent it at the same time', async () => {
    const other = await open();
    const given = group();
    const kinds = (await Promise.all([store.append(given), other.append(given)])).map(
      ({ kind }) => kind,
    );
    expect(kinds.filter((kind) => kind !== 'receipt-exists').length).toBeGreaterThan(0);
    expect(
      (await store.readStreams(given.writes.map(({ stream }) => stream))).map(({ events }) =>
        amounts(events),
      ),
    ).toEqual([[1], [2, 3], [4]]);
  });

  it('writes nothing for a second request under a key that another process has taken and not yet answered', async () => {
    const dying = await open(impatient);
    const given = group();
    await server.fault({ on: 'append', fault: 'unavailable', skip: 1, times: -1 });
    expect(await failure(dying.append(given))).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    await server.heal();
    const stream = newStream();
    const second = await store.append({
      writes: [write(stream, 'no-stream', 9)],
      receipt: { ...given.receipt, fingerprint: 'another' },
    });
    expect(second).toMatchObject({ kind: 'receipt-exists', receipt: { fingerprint: 'f' } });
    expect(await store.readStream(stream)).toEqual([]);
    expect(await store.receipt(given.receipt.key)).toBeUndefined();
  });
});

describe('the connection string', () => {
  it('is read with its user, password and settings', () => {
    expect(
      connectionOf(
        'esdb+discover://ops:p%40ss@node-1:2113,node-2:2113?tls=true&nodePreference=leader',
      ).credentials,
    ).toEqual({ username: 'ops', password: 'p@ss' });
    expect(connectionOf('esdb://127.0.0.1:2113?tls=false').credentials).toEqual({
      username: '',
      password: '',
    });
  });

  it.each([
    ['of another scheme', 'https://admin:s3cret@node:2113'],
    ['without a host', 'esdb://admin:s3cret@'],
    [
      'with a setting that the client would print it for',
      'esdb://admin:s3cret@node:2113?tlsVerifyCert=false',
    ],
    [
      'with a setting that changes what an append answers',
      'esdb://admin:s3cret@node:2113?throwOnAppendFailure=false',
    ],
    ['with half a truth', 'esdb://admin:s3cret@node:2113?tls=s3cret'],
    ['with a bad escape', 'esdb://admin:s3cret%zz@node:2113'],
    ['with TLS and nobody', 'esdb://node:2113'],
  ])('is refused %s, and not quoted', async (_, url) => {
    const refused = (await failure(openEventStoreDb({ url }))) as StoreError;
    expect(refused).toMatchObject({ name: 'StoreError', code: 'STORE_FAILED' });
    expect(`${refused.message} ${refused.stack}`).not.toContain('s3cret');
  });

  it("leads to the member that a cluster's gossip names", async () => {
    const discovered = await open({ url: server.url.replace('esdb:', 'esdb+discover:') });
    expect(await discovered.lastPosition()).toBe(await store.lastPosition());
  });
});
