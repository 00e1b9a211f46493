import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openDataFolder } from '../../src/adapters/data-folder/file-system.js';
import { openAudited } from '../../src/composition/audited.js';
import { keepLogMode } from '../../src/adapters/event-store/sqlite/log-mode.js';
import { openProgramme, newWorld, type World } from '../use-cases/world.js';

let root: string;
let world: World;
/** Of a log that was closed; and of one that is open, with what its write-ahead log has. */
let closed: string;
let events: number;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'sanad-evidence-'));
  world = await newWorld();
  await openProgramme(world.engine);
  events = (await world.engine.store.lastPosition()) + 1;
  cpSync(world.dir, join(root, 'open'), { recursive: true });
  await world.engine.close();
  closed = world.dir;
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
  rmSync(closed, { recursive: true, force: true });
});

/** A folder with some of the files of another. */
function evidence(name: string, from: string, ...files: readonly string[]): string {
  const dir = join(root, name);
  mkdirSync(dir);
  for (const file of files) cpSync(join(from, file), join(dir, file), { recursive: true });
  return dir;
}

/** Every name in a folder, with its bytes and when it was written. */
const stateOf = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const file = join(dir, name);
      const { mtimeMs } = statSync(file);
      const isFolder = statSync(file).isDirectory();
      const bytes = isFolder ? '' : createHash('sha256').update(readFileSync(file)).digest('hex');
      return `${name} ${mtimeMs} ${bytes}`;
    });

/** `sanad audit check` in a process of its own, with a folder of its own for temporary files. */
const audit = (dir: string, env: Readonly<Record<string, string>> = {}) =>
  new Promise<{ code: number; out: string; err: string; left: readonly string[] }>((resolve) => {
    const temporary = mkdtempSync(join(root, 'tmp-'));
    execFile(
      process.execPath,
      ['bin/sanad.mjs', 'audit', 'check', '--json', '--data', dir],
      { env: { ...process.env, TMPDIR: temporary, ...env } },
      (error, out, err) =>
        resolve({ code: Number(error?.code ?? 0), out, err, left: readdirSync(temporary) }),
    );
  });

async function foundSound(dir: string, env?: Readonly<Record<string, string>>): Promise<void> {
  const before = stateOf(dir);
  const { code, out, err, left } = await audit(dir, env);
  expect({ code, err, left }).toEqual({ code: 0, err: '', left: [] });
  expect(JSON.parse(out)).toMatchObject({ events, violationCount: 0 });
  expect(stateOf(dir)).toEqual(before);
}

describe('an audit needs the log and writes nothing', () => {
  test('of a folder with nothing but a copy of the log', () =>
    foundSound(evidence('alone', closed, 'log.db')));

  test('of such a folder whose name has what an address gives a meaning', () =>
    foundSound(evidence('50 % of it?#1&mode=rw', closed, 'log.db')));

  test('in production mode, of a log of development', () =>
    foundSound(evidence('marked', closed, 'log.db', 'folder.json'), {
      SANAD_MODE: 'production',
    }));

  test('in development mode, of a log of production', async () => {
    const dir = evidence('production', closed, 'log.db');
    keepLogMode(dir, 'production');
    await foundSound(dir);
  });

  test('of a whole data folder', () =>
    foundSound(evidence('whole', closed, ...readdirSync(closed))));

  test('of a log of which a part is still in its write-ahead log', async () => {
    const open = join(root, 'open');
    expect(statSync(join(open, 'log.db-wal')).size).toBeGreaterThan(0);
    await foundSound(evidence('ahead', open, 'log.db', 'log.db-wal'));
  });
});

test('a folder with neither a log nor a name of ours is refused, and stays empty', async () => {
  const dir = evidence('empty', closed);
  const { code, err } = await audit(dir);
  expect({ code, error: JSON.parse(err) }).toMatchObject({
    code: 1,
    error: { error: { code: 'DATA_FOLDER_MISSING' } },
  });
  expect(readdirSync(dir)).toEqual([]);
});

test('the log of another folder is not taken for that of this one', async () => {
  const other = await newWorld();
  await other.engine.close();
  const dir = evidence('swapped', closed, 'folder.json');
  cpSync(join(other.dir, 'log.db'), join(dir, 'log.db'));
  rmSync(other.dir, { recursive: true });
  expect((await audit(dir)).err).toContain('LOG_CORRUPT');
});

test('beside a process that holds the folder the log is audited as far as it goes', async () => {
  const held = await newWorld();
  try {
    await openProgramme(held.engine);
    const names = readdirSync(held.dir).sort();
    const { code, out } = await audit(held.dir);
    expect({ code, report: JSON.parse(out) }).toMatchObject({
      code: 0,
      report: { events, violationCount: 0 },
    });
    expect(readdirSync(held.dir).sort()).toEqual(names);
  } finally {
    await held.end();
  }
});

test('nobody holds a folder that is being audited, and who tries is told why', async () => {
  const dir = evidence('read', closed, ...readdirSync(closed));
  const one = await openAudited(dir);
  const another = await openAudited(dir);
  await one.close();
  await expect(openDataFolder(dir)).rejects.toMatchObject({
    code: 'DATA_FOLDER_HELD',
    detail: expect.stringContaining('an audit'),
  });
  await another.close();
  await (await openDataFolder(dir)).close();
});
