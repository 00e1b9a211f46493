import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  watchedFolder,
  type WatchedFolder,
} from '../../src/adapters/payment-rail/iso20022/watched-folder.js';
import { fileNameOf } from '../../src/use-cases/statements/take-in-message.js';

let root: string;
let folder: WatchedFolder;
let troubles: { readonly what: string; readonly why: string }[];
let recorded: string[];
const at = (...parts: string[]): string => join(root, 'bank', ...parts);
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'sanad-watched-'));
  folder = watchedFolder(at(), join(root, 'files'));
  troubles = [];
  recorded = [];
  mkdirSync(at('IN'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const never = new AbortController().signal;
const bytesAt = (name: Buffer): Buffer => Buffer.concat([Buffer.from(at('IN', '/')), name]);
/** Takes what says "ok", rejects what says "junk", and fails at anything else. */
const look = () =>
  folder.look(
    async (path) => {
      const content = readFileSync(path, 'utf8');
      recorded.push(fileNameOf(path));
      if (content === 'ok') return { kind: 'taken' };
      if (content === 'junk') return { kind: 'rejected', reason: 'it is junk' };
      throw new Error(`EIO: i/o error, read '${path}'`);
    },
    never,
    (what, error) => troubles.push({ what, why: (error as Error).message }),
  );
const looks = async (times = 2) => {
  for (let i = 1; i < times; i += 1) await look();
  return look();
};

it.each([
  ['Latin-1', Buffer.from('Relevé novembre.xml', 'latin1'), 'Relevé novembre.xml'],
  ['Arabic of Windows', Buffer.from([0xcd, 0xd3, 0xc7, 0xc8, 0x2e, 0x78, 0x6d, 0x6c]), 'ÍÓÇÈ.xml'],
  ['controls', Buffer.from([0x61, 0x0a, 0xff, 0x81, 0x2e, 0x78, 0x6d, 0x6c]), 'a_ÿ_.xml'],
])('a name of %s is taken, and kept as text', async (_, bytes, text) => {
  writeFileSync(bytesAt(bytes), 'ok');
  expect(await looks()).toMatchObject({ taken: 1, failed: 0 });
  expect([readdirSync(at('IN')), readdirSync(at('DONE'))]).toEqual([[], [text]]);
  expect(recorded).toEqual([text]);
  expect(troubles).toEqual([]);
});

it('two names that come to the same text are both taken', async () => {
  writeFileSync(bytesAt(Buffer.from('é.xml', 'latin1')), 'ok');
  writeFileSync(at('IN', 'é.xml'), 'junk');
  await looks(3);
  expect(readdirSync(at('DONE'))).toEqual(['é.xml']);
  expect(readdirSync(at('REJECTED')).sort()).toEqual(['é.xml', 'é.xml.reason.txt']);
});

it.each([200, 201, 223, 240, 255])(
  'a name of %i bytes is put away with its reason, under one that fits',
  async (length) => {
    for (const start of ['A', 'B'])
      writeFileSync(at('IN', `${start.repeat(length - 4)}.xml`), 'junk');
    // Its bytes are in REJECTED already: it is put beside, or is there.
    await looks();
    writeFileSync(at('IN', `${'A'.repeat(length - 4)}.xml`), 'junk');
    expect(await looks()).toMatchObject({ failed: 0 });
    const names = readdirSync(at('REJECTED'));
    expect(names.filter((name) => name.endsWith('.xml'))).toHaveLength(2);
    expect(names.filter((name) => name.endsWith('.xml.reason.txt'))).toHaveLength(2);
    expect([readdirSync(at('IN')), readdirSync(at('WORK')), troubles]).toEqual([[], [], []]);
  },
);

it('long names that begin alike are kept apart, and no character is cut', async () => {
  const long = 'é'.repeat(120);
  for (const end of ['1', '2']) writeFileSync(at('IN', `${long}${end}.xml`), 'ok');
  expect(await looks()).toMatchObject({ taken: 2 });
  const kept = readdirSync(at('DONE'));
  expect(kept).toHaveLength(2);
  for (const name of kept) expect(name).toMatch(/^é+\.[0-9a-f]{16}\.xml$/);
});

it('a long name that an earlier version left in WORK is put away', async () => {
  mkdirSync(at('WORK'), { recursive: true });
  writeFileSync(at('WORK', `${'B'.repeat(240)}.xml`), 'junk');
  expect(await look()).toMatchObject({ rejected: 1, failed: 0 });
  expect(readdirSync(at('WORK'))).toEqual([]);
});

it('a long name is not repeated by the trouble with its file', async () => {
  const long = `${'C'.repeat(190)}.xml`;
  writeFileSync(at('IN', long), 'fails');
  expect(await looks()).toMatchObject({ failed: 1 });
  expect(troubles).toHaveLength(1);
  expect(troubles[0]!.what.length).toBeLessThan(80);
  expect(troubles[0]!.why).toMatch(/^EIO/);
  expect(troubles[0]!.why).not.toContain('C'.repeat(100));
});

it('what is no file is told once, with what it is, and again where it comes again', async () => {
  mkdirSync(at('IN', 'archive'));
  symlinkSync('/etc/hostname', at('IN', 'link.xml'));
  execFileSync('mkfifo', [at('IN', 'pipe.xml')]);
  writeFileSync(at('IN', 'a.xml.part'), 'half');
  writeFileSync(at('IN', 'b.xml'), 'ok');
  expect(await looks(4)).toEqual({ taken: 0, rejected: 0, failed: 0, waiting: 0 });
  expect(readdirSync(at('DONE'))).toEqual(['b.xml']);
  expect(troubles.sort((a, b) => (a.what < b.what ? -1 : 1))).toMatchObject([
    { what: 'archive', why: expect.stringContaining('a folder') },
    { what: 'link.xml', why: expect.stringContaining('a symbolic link') },
    { what: 'pipe.xml', why: expect.stringContaining('no file') },
  ]);
  renameSync(at('IN', 'archive'), join(root, 'away'));
  await look();
  renameSync(join(root, 'away'), at('IN', 'archive'));
  await look();
  expect(troubles.map(({ what }) => what)).toEqual(['archive', 'link.xml', 'pipe.xml', 'archive']);
});
