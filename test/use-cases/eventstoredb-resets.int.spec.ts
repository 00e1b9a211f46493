import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import { KeyedMutex } from '../../src/kernel/concurrency/keyed-mutex.js';
import type { Deps } from '../../src/write-side/context.js';
import { newStream, write } from '../contract/budget-events.js';
import { startEventStoreDb, type TestEventStoreDb } from '../support/eventstoredb-server.js';
import { enrolled } from './month.js';
import { newWorld, type World } from './world.js';

const HOUSEHOLDS = 120;

let server: TestEventStoreDb;
let store: EventStore;
let world: World;
beforeAll(async () => {
  server = await startEventStoreDb();
  store = await openEventStoreDb({ url: server.url });
  world = await newWorld();
});
afterAll(async () => {
  await store.close();
  await server.stop();
  await world.end();
});

// Servers and proxies of HTTP/2 take so many cancelled calls of a connection (Node.js: a thousand,
// then 33 a second), and close it.
describe('calls that are cancelled', () => {
  it('are none where reads stop early, or find no stream', async () => {
    const stream = newStream();
    await store.append({ writes: [write(stream, 'no-stream', ...Array(20).keys())] });
    const [third] = await store.readStream(stream, { from: 2, limit: 1 });
    const before = await server.counts();
    for (let n = 0; n < 50; n += 1) {
      await store.readStream(newStream());
      await store.readStream(stream, { limit: 3 });
      await store.readStream(stream, { asOf: third!.position });
      await store.readStream(stream, { direction: 'backwards', limit: 1, asOf: third!.position });
      await store.lastPosition();
      await store.receipt('none');
    }
    const after = await server.counts();
    expect(after.reads - before.reads).toBeGreaterThanOrEqual(300);
    expect(after.resets).toBe(before.resets);
  });

  it('are no more in the import and determination of many households than walks of a category', async () => {
    const engine: Deps = { ...world.engine, store, locks: new KeyedMutex() };
    const before = await server.counts();
    expect((await enrolled(engine, HOUSEHOLDS)).submitted).toBeGreaterThan(HOUSEHOLDS / 2);
    const after = await server.counts();
    expect(after.reads - before.reads).toBeGreaterThan(HOUSEHOLDS);
    // A walk learns names by a subscription, which has no end of its own.
    expect(after.resets - before.resets).toBeLessThanOrEqual(10);
  });
});
