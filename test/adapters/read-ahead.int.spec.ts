import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import type { EventStore } from '../../src/adapters/event-store/port.js';
import { ReadAhead } from '../../src/adapters/event-store/read-ahead.js';
import { newStream, write } from '../contract/budget-events.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const EVENTS = 4_000;
const PAGE = 250;

let dir: string;
beforeEach(async () => {
  dir = temporaryFolder('ahead');
  const store = await openSqliteLog(dir, { reader: 'local' });
  await store.appendAll(
    Array.from({ length: EVENTS / 2 }, (_, n) => ({
      writes: [write(newStream(), 'no-stream', n, n)],
    })),
  );
  await store.close();
});

/** Positions of a whole walk that waits for nothing but its pages. */
async function walked(
  store: EventStore,
  onPage: (next: number) => Promise<void> = () => Promise.resolve(),
): Promise<number[]> {
  const positions: number[] = [];
  for (let after = -1; ;) {
    const page = await store.readAll(after, PAGE);
    positions.push(...page.events.map(({ position }) => position));
    after = page.next;
    if (page.end) return positions;
    await onPage(after);
  }
}

describe('a long walk over the log', () => {
  it('is given its pages by the thread that reads ahead, also where it waits for nothing else', async () => {
    const ahead = new ReadAhead({ dir });
    const given: number[] = [];
    // The thread takes a while to start: the walk is made again until it has, and ends in any case.
    for (let walks = 0; given.length === 0 && walks < 50_000; walks += 1) {
      for (let after = -1; after + PAGE < EVENTS; after += PAGE) {
        const page = await ahead.take(after, PAGE);
        if (page) given.push(page.count);
        ahead.walked(after, PAGE, after + PAGE);
      }
    }
    await ahead.close();
    expect(given.length).toBeGreaterThan(0);
    expect(new Set(given)).toEqual(new Set([PAGE]));
  });

  it('has every event once, in order, with those appended meanwhile', async () => {
    const store = await openSqliteLog(dir, { reader: 'local' });
    let added = 0;
    const positions = await walked(store, async () => {
      if (added >= 40) return;
      await store.append({ writes: [write(newStream(), 'no-stream', 1, 2)] });
      added += 2;
    });
    await store.close();
    expect(added).toBeGreaterThan(20);
    expect(positions).toEqual(Array.from({ length: EVENTS + added }, (_, position) => position));
  });

  it.each([
    [
      'is not JSON',
      `UPDATE events SET line = substr(line, 1, length(line) - 1) WHERE position = 1111`,
      /position 1111 .*not JSON/,
    ],
    [
      'is of another stream',
      `UPDATE events SET stream = 'budget-other-2026' WHERE position = 1111`,
      /position 1111 .*another stream/,
    ],
    ['is missing', `DELETE FROM events WHERE position = 1111`, /position 1111.* is missing/],
  ])('names the position of an event that %s', async (_, sql, message) => {
    const db = new Database(join(dir, 'log.db'));
    db.exec(sql);
    db.close();
    // A gap is found when the log is opened already.
    await expect(walkedThrough(dir)).rejects.toThrow(message);
  });
});

async function walkedThrough(dir: string): Promise<void> {
  const store = await openSqliteLog(dir, { reader: 'local' });
  try {
    await walked(store);
  } finally {
    await store.close();
  }
}
