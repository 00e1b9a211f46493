import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';

const dir = mkdtempSync(join(tmpdir(), 'sanad-private-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs the command line with a umask that takes nothing away. */
async function sanad(...args: readonly string[]): Promise<number> {
  const child = spawn('sh', ['-c', 'umask 000; exec "$@"', 'sh', process.execPath, ...args], {
    stdio: 'ignore',
  });
  const [code] = await once(child, 'exit');
  return Number(code);
}

/** The bank's folder is not ours alone: its client, of the same group, fetches and brings files. */
const openToOthers = (): string[] =>
  ['.', ...readdirSync(dir, { recursive: true, encoding: 'utf8' })].filter(
    (name) => !/^bank(\/|$)/.test(name) && (statSync(join(dir, name)).mode & 0o077) !== 0,
  );

test('after a month of aid nothing in the data folder is open to anybody but its owner', async () => {
  // As an earlier version, or somebody's own mkdir, left it.
  chmodSync(dir, 0o755);
  mkdirSync(join(dir, 'files'), { mode: 0o755 });
  const demo = ['demo', '--data', dir, '--households', '60', '--seed', '7'];
  expect(await sanad(resolve('bin/sanad.mjs'), ...demo)).toBe(0);
  expect(readdirSync(dir)).toEqual(
    expect.arrayContaining(['log.db', 'vault.db', 'read.db', 'files', 'keys', 'archive']),
  );
  expect(openToOthers()).toEqual([]);
});
