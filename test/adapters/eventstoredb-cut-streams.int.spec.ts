import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import { createAuditCheck } from '../../src/audit/check.js';
import { amounts, newStream, write } from '../contract/budget-events.js';
import { startEventStoreDb, type TestEventStoreDb } from '../support/eventstoredb-server.js';

/**
 * What a real server answers there was tried on EventStoreDB 23.10.6, and the tests' server does
 * so.
 */
describe('a stream that an administrator of the server cut or deleted', () => {
  let server: TestEventStoreDb;
  let store: EventStore;
  beforeAll(async () => {
    server = await startEventStoreDb();
    store = await openEventStoreDb({ url: server.url });
  });
  afterAll(async () => {
    await store.close();
    await server.stop();
  });
  const failure = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      (value) => value,
      (error: unknown) => error,
    );
  const LACKS = { name: 'StoreError', code: 'LOG_CORRUPT' };

  it.each([
    ['$maxCount', { maxCount: 2 }],
    ['$tb', { truncateBefore: 4 }],
  ])('is refused by name, whichever way it is read: %s', async (_, how) => {
    const stream = newStream();
    await store.append({ writes: [write(stream, 'no-stream', 1, 2, 3, 4, 5)] });
    await server.trim(stream, how);
    const first = 'maxCount' in how ? 5 - how.maxCount : how.truncateBefore;
    const named = { ...LACKS, stream, detail: expect.stringMatching(`^${stream} lacks revision`) };
    expect(await failure(store.readStream(stream))).toMatchObject(named);
    expect(await failure(store.readStream(stream, { from: first - 1 }))).toMatchObject(named);
    expect(await failure(store.readStream(stream, { direction: 'backwards' }))).toMatchObject(
      named,
    );
    expect(await failure(store.readStreams([newStream(), stream]))).toMatchObject(named);
    // What is left is as it was: whoever goes on from there is not stopped.
    expect(amounts(await store.readStream(stream, { from: first }))).toEqual(
      [1, 2, 3, 4, 5].slice(first),
    );
    expect(amounts(await store.readStream(stream, { direction: 'backwards', limit: 1 }))).toEqual([
      5,
    ]);
  });

  it('is refused when it is begun anew after a deletion, and from then on', async () => {
    const stream = newStream();
    await store.append({ writes: [write(stream, 'no-stream', 1, 2)] });
    await server.trim(stream, 'deleted');
    // As never written: the server says no more.
    expect(await store.readStream(stream)).toEqual([]);
    const anew = {
      ...LACKS,
      stream,
      detail: expect.stringMatching(`^${stream} was deleted .* revision 2`),
    };
    expect(await failure(store.append({ writes: [write(stream, 'no-stream', 9)] }))).toMatchObject(
      anew,
    );
    expect(await failure(store.readStream(stream))).toMatchObject({
      ...LACKS,
      detail: expect.stringMatching(`^${stream} lacks revision 0`),
    });
  });

  it('is refused, read or written, after it was deleted for good', async () => {
    const stream = newStream();
    await store.append({ writes: [write(stream, 'no-stream', 1)] });
    await server.trim(stream, 'tombstoned');
    const named = { ...LACKS, stream, detail: expect.stringMatching(`^${stream} was deleted`) };
    expect(await failure(store.readStream(stream))).toMatchObject(named);
    expect(await failure(store.append({ writes: [write(stream, 0, 2)] }))).toMatchObject(named);
  });

  it('that was begun anew is found by the audit', async () => {
    const stream = newStream();
    await store.append({ writes: [write(stream, 'no-stream', 1, 2)] });
    const before = await store.lastPosition();
    await server.trim(stream, 'deleted');
    await failure(store.append({ writes: [write(stream, 'no-stream', 9)] }));
    // Once the server has scavenged, what was deleted is in its log no more.
    const { events } = await store.readAll(before, 1_000);
    const check = createAuditCheck({ positionGaps: true });
    for (const event of events) check.add(event);
    expect(check.finish().violations).toContainEqual(
      expect.objectContaining({ invariant: 'I8', detail: 'revision 2 follows -1' }),
    );
  });
});
