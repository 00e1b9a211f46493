import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { openDataFolder } from '../../src/adapters/data-folder/file-system.js';
import {
  openSqliteLog,
  connectSqliteLog,
} from '../../src/adapters/event-store/sqlite/event-store.js';
import { LogWriter } from '../../src/adapters/event-store/sqlite/log-writer.js';
import { StoreError } from '../../src/kernel/errors.js';
import { openLogForWriting } from '../../src/adapters/event-store/sqlite/sqlite-log.js';
import { verified } from '../support/verified.js';
import { WriteQueue } from '../../src/adapters/event-store/sqlite/write-queue.js';
import { allotted, amounts, newStream, write } from '../contract/budget-events.js';
import { eventually } from '../support/eventually.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let dir: string;

beforeEach(() => {
  dir = temporaryFolder('log');
});

/** A child process that has begun its work; what it prints is collected. */
async function child(mode: string): Promise<{ process: ChildProcess; printed(): string }> {
  const started = spawn(process.execPath, [join(import.meta.dirname, 'log-child.js'), dir, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  started.stdout!.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await Promise.race([
    once(started.stdout!, 'data'),
    once(started, 'exit').then(() => {
      throw new Error('the child ended early');
    }),
  ]);
  return { process: started, printed: () => output };
}

describe('durability', () => {
  it.each([10, 100, 400])(
    'keeps everything that was acknowledged before kill -9 after %i appends',
    async (count) => {
      const appending = await child('append');
      await eventually('appends', () => appending.printed().split('\n').length > count);
      appending.process.kill('SIGKILL');
      await once(appending.process, 'close');

      const folder = await openDataFolder(dir);
      const store = await openSqliteLog(dir, { reader: 'local' });
      const acknowledged = appending
        .printed()
        .split('\n')
        .slice(0, -1)
        .map((line) => line.split(' '));
      const stored = new Set<string>();
      for (let position = -1; ;) {
        const page = await store.readAll(position, 1_000);
        for (const { stream, revision } of page.events) stored.add(`${stream} ${revision}`);
        position = page.next;
        if (page.end) break;
      }
      expect(acknowledged.length).toBeGreaterThanOrEqual(count);
      expect(
        acknowledged.filter(([stream, revision]) => !stored.has(`${stream} ${revision}`)),
      ).toEqual([]);
      expect((await verified(dir)).events).toBe(stored.size);
      await store.close();
      await folder.close();
    },
  );

  it('reads and continues after it was closed and opened again', async () => {
    const stream = newStream();
    for (let n = 0; n < 3; n += 1) {
      const store = await openSqliteLog(dir);
      await store.append({ writes: [write(stream, n === 0 ? 'no-stream' : n - 1, n)] });
      expect(amounts(await store.readStream(stream))).toEqual(
        Array.from({ length: n + 1 }, (_, i) => i),
      );
      await store.close();
    }
  });

  it('finishes what was appended before it closes, and refuses what comes after', async () => {
    const store = await openSqliteLog(dir);
    const under = Array.from({ length: 100 }, () =>
      store.append({ writes: [write(newStream(), 'no-stream', 1)] }),
    );
    const closed = store.close();
    expect((await Promise.all(under)).every(({ kind }) => kind === 'appended')).toBe(true);
    await closed;
    await expect(
      store.append({ writes: [write(newStream(), 'no-stream', 1)] }),
    ).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await expect(store.readStream(newStream())).rejects.toMatchObject({ code: 'STORE_CLOSED' });
  });

  it('tells a connected thread that the writer has gone', async () => {
    const log = await openSqliteLog(dir);
    const joined = connectSqliteLog(dir, log.port());
    await joined.append({ writes: [write(newStream(), 'no-stream', 1)] });
    const followed = (async () => {
      for await (const page of joined.follow(0, new AbortController().signal))
        expect(page).toBeUndefined();
    })();
    followed.catch(() => undefined);
    await log.close();
    await expect(followed).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await expect(
      joined.append({ writes: [write(newStream(), 'no-stream', 1)] }),
    ).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    await joined.close();
  });

  it('refuses what is more than may wait', async () => {
    const store = await openSqliteLog(dir, { reader: 'local' });
    const big = () => ({
      writes: [
        {
          stream: newStream(),
          expected: 'no-stream' as const,
          events: Array.from({ length: 9_000 }, (_, n) => allotted(n)),
        },
      ],
    });
    const results = await Promise.allSettled(Array.from({ length: 12 }, () => store.append(big())));
    const refused = results
      .filter((result) => result.status === 'rejected')
      .map((result) => (result.reason as StoreError).code);
    expect(refused).toEqual(['OVERLOADED']);
    await store.close();
  });
});

describe('the data folder', () => {
  it('is held by one process at a time, which the refusal names, and let go of by kill -9', async () => {
    const { process: holder } = await child('hold');
    await expect(openDataFolder(dir)).rejects.toMatchObject({
      code: 'DATA_FOLDER_HELD',
      detail: expect.stringContaining(`process ${holder.pid}`),
    });
    const beside = await openDataFolder(dir, { hold: false });
    await beside.close();
    holder.kill('SIGKILL');
    await once(holder, 'close');
    const folder = await openDataFolder(dir);
    await expect(openDataFolder(dir)).rejects.toMatchObject({ code: 'DATA_FOLDER_HELD' });
    await folder.close();
    await (await openDataFolder(dir)).close();
  });

  it('is not made where one must exist', async () => {
    const mistyped = join(dir, 'dtaa');
    await expect(openDataFolder(mistyped, { mustExist: true })).rejects.toMatchObject({
      code: 'DATA_FOLDER_MISSING',
      detail: expect.stringContaining(mistyped),
    });
    expect(existsSync(mistyped)).toBe(false);
    await (await openDataFolder(mistyped)).close();
    await (await openDataFolder(mistyped, { mustExist: true })).close();
  });

  it('is made for its owner alone', async () => {
    const folder = await openDataFolder(join(dir, 'new', 'folder'));
    for (const path of [folder.path, folder.keys, folder.files])
      expect(statSync(path).mode & 0o777).toBe(0o700);
    await folder.close();
  });

  it('of a newer version is refused and left alone', async () => {
    writeFileSync(join(dir, 'folder.json'), '{"format":2}');
    await expect(openDataFolder(dir)).rejects.toMatchObject({ code: 'LOG_NEWER_VERSION' });
    expect(readFileSync(join(dir, 'folder.json'), 'utf8')).toBe('{"format":2}');
  });

  it('with a folder.json that cannot be read is refused', async () => {
    writeFileSync(join(dir, 'folder.json'), '{"form');
    await expect(openDataFolder(dir)).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  });
});

describe('a commit that fails', () => {
  /** A queue on a log, and what it says to a port. */
  const queueOn = (writer: ConstructorParameters<typeof WriteQueue>[0]) => {
    const said: unknown[] = [];
    const queue = new WriteQueue(writer);
    const port = {
      postMessage: (message: unknown) => {
        said.push(message);
      },
    };
    let id = 0;
    const push = (stream: string, events: number, bulk = false): void => {
      queue.push(port, [
        {
          id,
          bulk,
          writes: [1],
          streams: [stream],
          expected: [-1],
          counts: [events],
          lines: Array.from({ length: events }, (_, revision) =>
            JSON.stringify({
              id: allotted(1).id,
              stream,
              revision,
              type: 'BudgetAllotted',
              text: 'x'.repeat(1_000),
            }),
          ),
        },
      ]);
      id += 1;
    };
    return { queue, push, said };
  };

  it('for want of space writes nothing, says so, and stops', () => {
    const { db } = openLogForWriting(dir);
    const { queue, push, said } = queueOn(new LogWriter(db));
    push('budget-first', 5);
    queue.step();
    db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 10}`);
    push('budget-second', 1);
    push('budget-third', 1_000, true);
    queue.step();
    push('budget-fourth', 1);
    queue.step();
    expect(said).toMatchObject([
      { kind: 'done', last: 4, done: [{ id: 0, results: [4] }] },
      { kind: 'failed', failed: [{ id: 1, failure: { code: 'DISK_FULL' } }] },
      { kind: 'failed', failed: [{ id: 2, failure: { code: 'DISK_FULL' } }] },
      { kind: 'failed', failed: [{ id: 3, failure: { code: 'STORE_FAILED' } }] },
    ]);
    db.close();
    const again = openLogForWriting(dir);
    expect(again.db.prepare('SELECT DISTINCT stream FROM events').pluck().all()).toEqual([
      'budget-first',
    ]);
    again.db.close();
  });

  it('in its sync leaves the outcome open, and takes nothing more', () => {
    const failing = {
      last: -1,
      close: () => undefined,
      commit: () => {
        throw new StoreError('OUTCOME_UNKNOWN', 'fsync failed');
      },
    };
    const { queue, push, said } = queueOn(failing);
    push('budget-first', 1);
    for (const stream of ['budget-second', 'budget-third']) push(stream, 1_500, true);
    queue.step();
    push('budget-fourth', 1);
    queue.step();
    expect(said).toMatchObject([
      { failed: [{ id: 0, failure: { code: 'OUTCOME_UNKNOWN' } }] },
      { failed: [{ id: 1, failure: { code: 'OUTCOME_UNKNOWN' } }] },
      { failed: [{ id: 2, failure: { code: 'STORE_FAILED' } }] },
      { failed: [{ id: 3, failure: { code: 'STORE_FAILED' } }] },
    ]);
  });

  it('because another process writes is refused whole', () => {
    const mine = openLogForWriting(dir);
    const theirs = openLogForWriting(dir);
    const one = queueOn(new LogWriter(mine.db));
    const two = queueOn(new LogWriter(theirs.db));
    one.push('budget-first', 1);
    one.queue.step();
    two.push('budget-second', 1);
    two.queue.step();
    expect(two.said).toMatchObject([
      {
        failed: [
          { failure: { code: 'STORE_FAILED', detail: expect.stringContaining('Another process') } },
        ],
      },
    ]);
    mine.db.close();
    theirs.db.close();
  });

  it('never lets bulk work hold a single command back', () => {
    const taken: string[][] = [];
    const writer = {
      last: -1,
      close: () => undefined,
      commit: (groups: readonly { readonly writes: readonly { readonly stream: string }[] }[]) => {
        taken.push(groups.flatMap(({ writes }) => writes.map(({ stream }) => stream)));
        return groups.map(() => 0);
      },
    };
    const { queue, push } = queueOn(writer);
    for (const stream of ['budget-bulk1', 'budget-bulk2']) push(stream, 1_900, true);
    push('budget-single1', 1);
    push('budget-single2', 1);
    while (queue.step());
    expect(taken).toEqual([['budget-single1', 'budget-single2', 'budget-bulk1'], ['budget-bulk2']]);
  });
});
