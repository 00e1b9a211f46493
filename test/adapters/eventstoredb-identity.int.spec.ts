import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServerClient } from '../../src/adapters/event-store/eventstoredb/client.js';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import { connectionOf } from '../../src/adapters/event-store/eventstoredb/url.js';
import type { EventStore, NewEvent } from '../../src/adapters/event-store/port.js';
import { allotted, newStream } from '../contract/budget-events.js';
import { startEventStoreDb, type TestEventStoreDb } from '../support/eventstoredb-server.js';

let server: TestEventStoreDb;
let one: EventStore;
let other: EventStore;
let client: ServerClient;
beforeAll(async () => {
  server = await startEventStoreDb();
  one = await openEventStoreDb({ url: server.url });
  other = await openEventStoreDb({ url: server.url });
  client = new ServerClient(connectionOf(server.url), 10_000);
});
afterAll(async () => {
  await Promise.all([one, other, client].map((each) => each.close()));
  await server.stop();
});

const append = (store: EventStore, stream: string, event: NewEvent) =>
  store.append({ writes: [{ stream, expected: 'no-stream', events: [event] }] });
/** As versions before 0.2 wrote it: the server's id is ours. */
const writtenBefore = (stream: string, { id, type, v, time, data, meta }: NewEvent) =>
  client.append(stream, -1, [{ id, type, data: data as object, metadata: { v, time, meta } }]);

describe('the same event id with other data', () => {
  it('is a conflict though the server says success to ids that it knows', async () => {
    const stream = newStream();
    const event = allotted(1);
    await writtenBefore(stream, event);
    expect(await writtenBefore(stream, allotted(2, event.id))).toMatchObject({ kind: 'written' });
    expect((await append(one, stream, allotted(2, event.id))).kind).toBe('conflict');
  });

  it('is a conflict to a process that has seen nothing of the other', async () => {
    const stream = newStream();
    const event = allotted(1);
    // Behind everything that the second process has seen.
    for (let n = 0; n < 5; n += 1) await append(one, newStream(), allotted(n));
    expect((await append(one, stream, event)).kind).toBe('appended');
    expect(await append(other, stream, allotted(2, event.id))).toEqual({
      kind: 'conflict',
      stream,
      expected: 'no-stream',
      actual: 0,
    });
    expect(await other.readStream(stream)).toMatchObject([event]);
  });

  it('is a conflict for whoever is slower of two processes', async () => {
    for (let n = 0; n < 20; n += 1) {
      const stream = newStream();
      const id = randomUUID();
      const results = await Promise.all([
        append(one, stream, allotted(1, id)),
        append(other, stream, allotted(2, id)),
      ]);
      expect(results.map(({ kind }) => kind).sort()).toEqual(['appended', 'conflict']);
      const [kept] = await one.readStream(stream);
      expect(kept!.data).toMatchObject({
        amountMinor: results[0].kind === 'appended' ? '1' : '2',
      });
    }
  });
});

describe('events that were written under their own id', () => {
  it('are read, and recognised, as before', async () => {
    const stream = newStream();
    const event = allotted(7);
    await writtenBefore(stream, event);
    expect(await one.readStream(stream)).toMatchObject([event]);
    expect((await append(one, stream, event)).kind).toBe('duplicate');
    expect((await append(one, stream, allotted(8, event.id))).kind).toBe('conflict');
  });
});
