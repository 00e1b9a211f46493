import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import { newStream, write } from '../contract/budget-events.js';
import { startEventStoreDb, type TestEventStoreDb } from '../support/eventstoredb-server.js';

let server: TestEventStoreDb;
let store: EventStore;
const DEADLINE_MS = 2_000;
beforeAll(async () => {
  server = await startEventStoreDb();
  store = await openEventStoreDb({ url: server.url, deadlineMs: DEADLINE_MS });
});
afterAll(async () => {
  await store.close();
  await server.stop();
});

const append = (stream: string) => store.append({ writes: [write(stream, 'no-stream', 1)] });

describe('appends that share one call', () => {
  it('miss an answer each for itself', async () => {
    await append(newStream());
    await server.fault({ on: 'append', fault: 'never-answer-after', skip: 4, times: 1 });
    const order: number[] = [];
    const streams = Array.from({ length: 12 }, newStream);
    const answers = await Promise.all(
      streams.map(async (stream, n) => {
        const answer = await append(stream);
        order.push(n);
        return answer;
      }),
    );
    expect(answers.map(({ kind }) => kind)).toEqual(Array(12).fill('appended'));
    // The others did not wait for it, and it was found out by reading.
    expect(order.at(-1)).toBe(4);
    for (const stream of streams) expect(await store.readStream(stream)).toHaveLength(1);
  });

  it.each(['reset-before', 'reset-after', 'unavailable'] as const)(
    'are written once each where the call fails under all of them: %s',
    async (fault) => {
      await server.fault({ on: 'append', fault, skip: 20, times: 1 });
      const streams = Array.from({ length: 40 }, newStream);
      const answers = await Promise.all(streams.map(append));
      expect(answers.map(({ kind }) => kind)).toEqual(Array(40).fill('appended'));
      for (const stream of streams) expect(await store.readStream(stream)).toHaveLength(1);
      expect((await server.counts()).faultsLeft).toBe(0);
    },
  );

  it('go on over another call where nothing is answered any more', async () => {
    await server.fault({ on: 'append', fault: 'never-answer', times: 3 });
    const streams = Array.from({ length: 3 }, newStream);
    const answers = await Promise.all(streams.map(append));
    expect(answers.map(({ kind }) => kind)).toEqual(Array(3).fill('appended'));
    const before = (await server.counts()).resets;
    await append(newStream());
    expect((await server.counts()).resets).toBe(before);
  });
});

describe('groups that look at one stream and write others', () => {
  it('are written at the same time, and refused once it moved', async () => {
    const programme = newStream();
    await append(programme);
    const group = (stream: string, expected = 0) => ({
      writes: [write(stream, 'no-stream', 1), { stream: programme, expected, events: [] }],
    });
    const before = await server.counts();
    const streams = Array.from({ length: 40 }, newStream);
    const answers = await Promise.all(streams.map((stream) => store.append(group(stream))));
    expect(answers.map(({ kind }) => kind)).toEqual(Array(40).fill('appended'));
    // One look is for all who asked before it began; one after the other it was one each.
    expect((await server.counts()).reads - before.reads).toBeLessThan(20);
    const [changed, late] = await Promise.all([
      store.append({ writes: [write(programme, 0, 2)] }),
      store.append(group(newStream())),
    ]);
    expect([changed.kind, late.kind]).toEqual(['appended', 'conflict']);
    expect((await store.append(group(newStream(), 1))).kind).toBe('appended');
  });
});
