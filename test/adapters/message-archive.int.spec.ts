import { readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { messageArchive } from '../../src/adapters/message-archive/file-system.js';
import { inPieces } from '../support/bank-messages.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let dir: string;
beforeEach(() => {
  dir = temporaryFolder('archive');
});

async function textOf(bytes: AsyncIterable<Uint8Array> | undefined): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes!) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

describe('the archive of bank messages', () => {
  it('keeps bytes once, under their hash, and gives them back', async () => {
    const archive = messageArchive(dir);
    const first = await archive.put(inPieces('سند'));
    expect(await archive.put(inPieces('سند'))).toEqual(first);
    expect(first.bytes).toBe(6);
    expect(await textOf(await archive.open(first.sha256))).toBe('سند');
    expect(await readdir(dir)).toEqual([`${first.sha256}.xml`]);
    expect(await archive.open('0'.repeat(64))).toBeUndefined();
    expect(await archive.open('../log.db')).toBeUndefined();
  });

  it('forgets what nothing came of', async () => {
    const archive = messageArchive(dir);
    const { sha256 } = await archive.put(inPieces('refused'));
    const other = await archive.put(inPieces('taken'));
    for (const hash of [sha256, sha256, '../log.db']) await archive.discard(hash);
    expect(await readdir(dir)).toEqual([`${other.sha256}.xml`]);
  });

  it('refuses what is too large and says when a kept file was changed', async () => {
    await expect(messageArchive(dir, 3).put(inPieces('four'))).rejects.toMatchObject({
      code: 'FILE_TOO_LARGE',
    });
    expect(await readdir(dir)).toEqual([]);
    const archive = messageArchive(dir);
    const { sha256 } = await archive.put(inPieces('as it came'));
    await writeFile(join(dir, `${sha256}.xml`), 'as it went');
    await expect(textOf(await archive.open(sha256))).rejects.toMatchObject({
      code: 'BYTES_DIFFER',
    });
  });

  it('does not take a file that cannot be read for one that is missing', async () => {
    const sha256 = 'a'.repeat(64);
    await symlink(`${sha256}.xml`, join(dir, `${sha256}.xml`));
    await expect(messageArchive(dir).open(sha256)).rejects.toMatchObject({
      code: 'ARCHIVE_FAILED',
      detail: expect.stringContaining('ELOOP'),
    });
  });

  it('gives scratch files that have no name, and whole lines however long the text and wide its letters', async () => {
    const scratch = await messageArchive(dir).scratch();
    const lines = Array.from({ length: 3_000 }, (_, i) => `${i} ${'دعم€'.repeat(i % 90)}`);
    for (let from = 0; from < lines.length; from += 500)
      await scratch.write(
        lines
          .slice(from, from + 500)
          .map((line) => `${line}\n`)
          .join(''),
      );
    expect(await readdir(dir)).toEqual([]);
    for (let time = 0; time < 2; time += 1) {
      const read: string[] = [];
      let pieces = 0;
      for await (const piece of scratch.lines()) {
        pieces += 1;
        read.push(...piece);
      }
      expect(read).toEqual(lines);
      expect(pieces).toBeGreaterThan(2);
    }
    await scratch.close();
  });
});
