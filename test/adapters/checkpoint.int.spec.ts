import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { fileCheckpoint, fileText } from '../../src/adapters/data-folder/checkpoint.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const SYNCED = { synced: true };
let path: string;
beforeEach(() => {
  path = join(temporaryFolder('checkpoint'), 'kept');
});

test('nothing is kept where no file is', async () => {
  expect(await fileText(path, SYNCED).load()).toBeUndefined();
  expect(await fileCheckpoint(path).load()).toBe(-1);
  await fileText(path, SYNCED).save('text');
  expect(await fileText(path, SYNCED).load()).toBe('text');
});

test('a position that a loss of power took is none', async () => {
  for (const left of ['', '\0\0']) {
    writeFileSync(path, left);
    expect(await fileCheckpoint(path).load()).toBe(-1);
  }
});

test('a file that is there and cannot be read is told by its path, and is not taken for none', async () => {
  mkdirSync(path);
  const told = { code: 'STORE_FAILED', detail: expect.stringMatching(`${path}.*EISDIR`) };
  await expect(fileText(path, SYNCED).load()).rejects.toMatchObject(told);
  await expect(fileCheckpoint(path).load()).rejects.toMatchObject(told);
});
