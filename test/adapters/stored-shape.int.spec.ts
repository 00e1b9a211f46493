import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import Database from 'better-sqlite3';
import { openAudited } from '../../src/composition/audited.js';
import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import { leafOf } from '../../src/adapters/event-store/sqlite/log-writer.js';
import { faultOfShape } from '../../src/adapters/event-store/stored-shape.js';
import { allotted, newStream, write } from '../contract/budget-events.js';

let dir: string;
const stream = newStream();
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'sanad-shape-'));
  const log = await openSqliteLog(dir);
  await log.append({ writes: [write(stream, 'no-stream', 1, 2, 3)] });
  await log.close();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Puts another line in the place of the second, with its leaf made anew. */
function forge(change: (line: string) => string): void {
  const db = new Database(join(dir, 'log.db'));
  const line = String(db.prepare('SELECT line FROM events WHERE position = 1').pluck().get());
  const forged = change(line);
  expect(forged).not.toBe(line);
  db.prepare('UPDATE events SET line = ?, leaf = ? WHERE position = 1').run(forged, leafOf(forged));
  db.close();
}

const put =
  (path: string, value: unknown) =>
  (line: string): string => {
    const event = JSON.parse(line) as Record<string, Record<string, unknown>>;
    const [first = '', second] = path.split('/');
    if (second === undefined) Object.assign(event, { [first]: value });
    else Object.assign(event[first]!, { [second]: value });
    return JSON.stringify(event);
  };

async function auditRead(): Promise<unknown> {
  const log = await openAudited(dir);
  try {
    await log.verify?.();
    return await log.readAll(-1, 10);
  } finally {
    await log.close();
  }
}
async function storeRead(): Promise<unknown> {
  const log = await openSqliteLog(dir, { reader: 'local' });
  try {
    return await log.readAll(-1, 10);
  } finally {
    await log.close();
  }
}

const SHAPES: readonly (readonly [string, unknown, RegExp])[] = [
  ['id', 'x', /position 1/],
  ['id', {}, /position 1/],
  ['time', 'nonsense', /time is not/],
  ['time', 5, /time is not/],
  ['time', undefined, /time is not/],
  ['time', '2026-11-29T10:53:25.050+01:00', /time is not/],
  ['time', '2026-11-29T10:53:25Z', /time is not/],
  ['time', '2026-02-29T10:53:25.000Z', /time is not/],
  ['time', '2026-11-29T24:00:00.000Z', /time is not/],
  ['v', 1.5, /v is not/],
  ['v', 'a', /v is not/],
  ['meta', undefined, /meta is no object/],
  ['meta', [], /meta is no object/],
  ['meta/actor', { a: 1 }, /meta\/actor/],
  ['meta/actor', '', /meta\/actor/],
  ['meta/actor', undefined, /meta\/actor/],
  ['meta/role', 'king', /meta\/role .* king/],
  ['meta/role', undefined, /meta\/role/],
  ['meta/channel', 'magic', /meta\/channel .* magic/],
  ['meta/channel', null, /meta\/channel/],
  ['meta/authentication', 'word', /meta\/authentication .* word/],
  ['meta/command', {}, /meta\/command/],
  ['meta/correlation', 7, /meta\/correlation/],
  ['meta/causation', 7, /meta\/causation/],
  ['meta/position', 5, /meta\/position is not a member/],
  ['x', 1, /x is not a member/],
];

describe('a stored line whose hash was made anew is held against its shape', () => {
  test.each(SHAPES)('%s %p', async (path, value, reason) => {
    forge(put(path, value));
    const expected = { code: 'LOG_CORRUPT', detail: expect.stringMatching(reason) };
    await expect(auditRead()).rejects.toMatchObject(expected);
    await expect(storeRead()).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
  });

  test('and told with its position and its stream', async () => {
    forge(put('meta/actor', 5));
    await expect(storeRead()).rejects.toMatchObject({
      detail: expect.stringContaining(`position 1 of ${stream} `),
    });
  });

  test.each(['null', '[]', '5', '{', '"text"'])('the line %s', async (line) => {
    forge(() => line);
    await expect(auditRead()).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
      detail: expect.stringContaining('position 1'),
    });
  });

  test.each([
    ['of data', '"amountMinor":', '"amountMinor":"50000","amountMinor":'],
    ['of meta', '"actor":', '"actor":"somebody","actor":'],
    ['at the top', '"data":', '"data":{},"data":'],
    ['written another way', '"v":1', '"v":1.0'],
  ])('one member twice, or written as the log does not: %s', async (_, from, to) => {
    forge((line) => line.replace(from, to));
    await expect(auditRead()).rejects.toMatchObject({
      code: 'LOG_CORRUPT',
      detail: expect.stringMatching(/position 1 of .*one member twice/),
    });
  });
});

test.each([
  ['the line as bytes', 'UPDATE events SET line = CAST(line AS BLOB) WHERE position = 1'],
  ['the stream as bytes', 'UPDATE events SET stream = CAST(stream AS BLOB) WHERE position = 1'],
  ['a revision as text', "UPDATE events SET revision = 'one' WHERE position = 1"],
  [
    'a revision beyond numbers',
    'UPDATE events SET revision = 9223372036854775807 WHERE position = 1',
  ],
  ['a hash as text', "UPDATE events SET leaf = 'none' WHERE position = 1"],
])('a row with %s is named', async (_, sql) => {
  const db = new Database(join(dir, 'log.db'));
  db.exec(sql);
  db.close();
  await expect(auditRead()).rejects.toMatchObject({
    code: 'LOG_CORRUPT',
    detail: expect.stringContaining('position 1'),
  });
});

test('what earlier versions wrote has its shape, without channel and authentication', () => {
  const { data, ...event } = allotted(1);
  expect(faultOfShape({ ...event, data, stream, revision: 0 })).toBeUndefined();
  const via = { channel: 'cli', authentication: 'none', causation: event.id };
  const newer = { ...event, data, stream, revision: 0, meta: { ...event.meta, ...via } };
  expect(faultOfShape(newer)).toBeUndefined();
});

test('an event without the shape is not appended', async () => {
  const log = await openSqliteLog(dir);
  const event = { ...allotted(4), time: '2026-01-05' };
  const append = log.append({ writes: [{ stream, expected: 2, events: [event] }] });
  await expect(append).rejects.toMatchObject({ code: 'EVENT_INVALID' });
  await log.close();
});
