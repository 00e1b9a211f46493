import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'better-sqlite3';
import { openDataFolder } from '../../src/adapters/data-folder/file-system.js';
import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import { leafOf } from '../../src/adapters/event-store/sqlite/log-writer.js';
import { verified } from '../support/verified.js';
import { openEngine } from '../../src/cli/compose.js';
import { newStream, write } from '../contract/budget-events.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let dir: string;

beforeEach(() => {
  dir = temporaryFolder('log');
});

/** Fills a log with `streams` streams of two events and closes it cleanly. */
async function filled(streams: number): Promise<void> {
  const folder = await openDataFolder(dir);
  const store = await openSqliteLog(dir, { reader: 'local' });
  await store.appendAll(
    Array.from({ length: streams }, (_, n) => ({
      writes: [write(newStream(), 'no-stream', n, n)],
    })),
  );
  await store.close();
  await folder.close();
}

const file = (): string => join(dir, 'log.db');

const change = (sql: string): void => {
  const db = new Database(file());
  db.exec(sql);
  db.close();
};

const opening = (): Promise<unknown> =>
  openSqliteLog(dir, { reader: 'local' }).then(
    (store) => store.close(),
    (error: unknown) => error,
  );

describe('a log that is not as it was written', () => {
  const refusedAndUntouched = async (code: string, detail: RegExp): Promise<void> => {
    const before = existsSync(file()) ? readFileSync(file()) : undefined;
    expect(await opening()).toMatchObject({
      name: 'StoreError',
      code,
      detail: expect.stringMatching(detail),
    });
    expect(existsSync(file()) ? readFileSync(file()) : undefined).toEqual(before);
  };

  it('from a newer version is refused', async () => {
    await filled(2);
    change('PRAGMA user_version = 99');
    await refusedAndUntouched('LOG_NEWER_VERSION', /format 99/);
  });

  it('missing, where the folder had one, is not made again', async () => {
    await filled(2);
    rmSync(file());
    await refusedAndUntouched('LOG_CORRUPT', /missing/);
    expect(existsSync(file())).toBe(false);
  });

  it('emptied, where the folder had one, is refused', async () => {
    await filled(2);
    truncateSync(file(), 0);
    await refusedAndUntouched('LOG_CORRUPT', /empty/);
  });

  it('replaced by that of another folder is refused', async () => {
    await filled(2);
    const other = temporaryFolder('log');
    await (await openSqliteLog(other)).close();
    copyFileSync(join(other, 'log.db'), file());
    await refusedAndUntouched('LOG_CORRUPT', /not the log/);
  });

  it("with a damaged header, or that is another program's, is refused", async () => {
    await filled(2);
    const good = readFileSync(file());
    writeFileSync(file(), Buffer.concat([Buffer.from('something else'), good.subarray(14)]));
    await refusedAndUntouched('LOG_CORRUPT', /log\.db/);
    writeFileSync(file(), good);
    change('PRAGMA application_id = 1');
    await refusedAndUntouched('LOG_CORRUPT', /not a log/);
  });

  it('cut short is refused', async () => {
    await filled(400);
    truncateSync(file(), Math.floor(statSync(file()).size / 2 / 4_096) * 4_096);
    await refusedAndUntouched('LOG_CORRUPT', /log\.db|position/);
  });

  it('with one flipped byte near its end is refused when it is opened', async () => {
    await filled(20);
    flip('"amountMinor":"19"', '"amountMinor":"18"');
    await refusedAndUntouched('LOG_CORRUPT', /position 3[89].*hash/);
  });

  it('with an event missing long ago is refused when it is opened, and names the position', async () => {
    await filled(1_000);
    change('DELETE FROM events WHERE position = 7');
    await refusedAndUntouched('LOG_CORRUPT', /position 7: it is missing/);
  });

  it.each([
    ['a type', '"type":"BudgetAllotted"', '"type":"BudgetImagined"'],
    ['a version', '"v":1', '"v":99'],
  ])(
    'with %s at its end that this program does not know is refused by whoever starts',
    async (_, known, unknown) => {
      await filled(5);
      const db = new Database(file());
      const line = String(db.prepare('SELECT line FROM events WHERE position = 9').pluck().get());
      const newer = line.replace(known, unknown);
      expect(newer).not.toBe(line);
      db.prepare('UPDATE events SET line = ?, leaf = ? WHERE position = 9').run(
        newer,
        leafOf(newer),
      );
      db.close();
      await expect(openEngine(dir)).rejects.toMatchObject({
        code: 'LOG_NEWER_VERSION',
        detail: expect.stringContaining('position 9'),
      });
    },
  );

  it('with one flipped byte long ago is found by the full verification and names the position', async () => {
    await filled(1_000);
    expect((await verified(dir)).events).toBe(2_000);
    flip('"amountMinor":"7"', '"amountMinor":"6"');
    await expect(verified(dir)).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
      detail: expect.stringMatching(/position 1[45]: its bytes do not have the hash/),
    });
  });

  it.each([
    [
      'an event is missing',
      'DELETE FROM events WHERE position = 500',
      /position 501: an event is missing/,
    ],
    [
      'a revision is missing',
      'UPDATE events SET revision = 5 WHERE position = 501',
      /revision 1 of its stream is missing/,
    ],
    [
      'an event stands under another stream',
      "UPDATE events SET stream = 'budget-other' WHERE position = 500",
      /position 500: the line belongs to another stream/,
    ],
    [
      'a hash is another',
      'UPDATE events SET leaf = zeroblob(32) WHERE position = 3',
      /position 3: its bytes do not have the hash/,
    ],
  ])('where %s is found by the full verification', async (_, sql, expected) => {
    await filled(1_000);
    change(sql);
    await expect(verified(dir)).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
      detail: expect.stringMatching(expected),
    });
  });

  it('is never handed out: reading names the position', async () => {
    await filled(1_000);
    change(
      "UPDATE events SET stream = 'budget-other' WHERE position = 3; UPDATE events SET line = '{\"id' WHERE position = 10",
    );
    const store = await openSqliteLog(dir, { reader: 'local' });
    change('DELETE FROM events WHERE position = 20');
    await expect(store.readAll(-1, 5)).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
      detail: expect.stringContaining('position 3 '),
    });
    await expect(store.readStream('budget-other')).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    await expect(store.readAll(5, 10)).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
      detail: expect.stringContaining('position 10 '),
    });
    await expect(store.readAll(15, 10)).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
      detail: expect.stringContaining('position 20 '),
    });
    await store.close();
  });

  it.each([
    [
      'a line that is not JSON',
      'UPDATE events SET line = substr(line, 1, 150) WHERE position = 1500',
    ],
    [
      'a line of another row',
      'UPDATE events SET line = (SELECT line FROM events WHERE position = 1499) WHERE position = 1500',
    ],
    [
      'a payload that does not fit',
      'UPDATE events SET line = replace(line, \'"MAD"\', \'"mad"\') WHERE position = 1500',
    ],
  ])('is named on a long walk too: %s', async (_, sql) => {
    await filled(1_500);
    change(sql);
    const store = await openSqliteLog(dir, { reader: 'local' });
    const walk = async (): Promise<void> => {
      for (let at = -1; ;) {
        const page = await store.readAll(at, 250);
        at = page.next;
        if (page.end) return;
      }
    };
    await expect(walk()).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
      detail: expect.stringContaining('position 1500 '),
    });
    await store.close();
  });

  it('stops the verification when its signal aborts', async () => {
    await filled(1_000);
    const abort = new AbortController();
    await expect(verified(dir, () => abort.abort(), abort.signal)).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  /**
   * Changes the first occurrence of a text in the file, as a bad disk would: without the database
   * knowing.
   */
  function flip(from: string, to: string): void {
    const at = readFileSync(file()).indexOf(from);
    expect(at).toBeGreaterThan(0);
    const handle = openSync(file(), 'r+');
    writeSync(handle, to, at);
    closeSync(handle);
  }
});
