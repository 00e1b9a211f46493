import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { heldClock } from '../../src/adapters/clock/held.js';
import { systemClock } from '../../src/adapters/clock/system.js';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/event-store.js';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import { lookAtEnd } from '../../src/composition/engine.js';
import { newStream, write } from '../contract/budget-events.js';
import { startEventStoreDb, type TestEventStoreDb } from '../support/eventstoredb-server.js';

let dir: string;
let server: TestEventStoreDb;
let store: EventStore;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sanad-esdb-newest-'));
  server = await startEventStoreDb(join(dir, 'log'));
  store = await openEventStoreDb({ url: server.url });
});
afterAll(async () => {
  await store.close();
  await server.stop();
  rmSync(dir, { recursive: true });
});

it('the newest event is looked at at the start, and from no place at which no record begins', async () => {
  const clock = heldClock(systemClock);
  await lookAtEnd({ store, clock });
  expect(await store.lastEvent!()).toBeUndefined();
  await store.append({ writes: [write(newStream(), 'no-stream', 1, 2)] });
  const last = await store.lastPosition();
  await lookAtEnd({ store, clock });
  expect(await store.lastEvent!()).toMatchObject({ position: last });
  // As the real server answers there.
  await expect(store.readAll(last - 1, 1)).rejects.toMatchObject({ code: 'STORE_FAILED' });
});
