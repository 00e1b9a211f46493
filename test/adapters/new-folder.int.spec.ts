import { beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.js';
import { verified } from '../support/verified.js';

const CHILD = join(import.meta.dirname, 'folder-child.js');

/**
 * Loaded before the child, in each of its threads: it dies, or its disk is full, at the n-th call.
 */
const FAILING = `
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const { DIES_IN, DIES_AT, DIES_HOW } = process.env;
let calls = 0;
for (const name of ['mkdirSync', 'chmodSync', 'openSync', 'writeSync', 'writeFileSync', 'fsyncSync', 'renameSync', 'linkSync', 'rmSync']) {
  const real = fs[name];
  fs[name] = (...given) => {
    const ours = typeof given[0] === 'number' || String(given[0]).startsWith(DIES_IN);
    if (ours && ++calls === Number(DIES_AT)) {
      if (DIES_HOW === 'kill') process.kill(process.pid, 'SIGKILL');
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    }
    return real(...given);
  };
}
syncBuiltinESMExports();`;

let dir: string;
beforeEach(() => {
  dir = temporaryFolder('new');
  writeFileSync(join(dir, 'failing.mjs'), FAILING);
});

async function printed(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const child = spawn(command, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(child, 'close');
  return text.trim();
}

const open = (data: string, env: Record<string, string> = {}): Promise<string> =>
  printed(process.execPath, [CHILD, data], env);

/** @param blocks of 512 bytes that a file may have */
const openOnSmallDisk = (data: string, blocks: number): Promise<string> =>
  printed('/bin/sh', [
    '-c',
    'ulimit -f "$1"; exec "$2" "$3" "$4"',
    'sh',
    String(blocks),
    process.execPath,
    CHILD,
    data,
  ]);

describe('a new data folder', () => {
  test.each(['kill', 'throw'])(
    'is finished by the next start, wherever the making of it ended (%s)',
    async (how) => {
      const ended: string[] = [];
      for (let step = 1; ; step += 1) {
        const data = join(dir, `${how}-${step}`);
        const first = await open(data, {
          NODE_OPTIONS: `--import=${join(dir, 'failing.mjs')}`,
          DIES_IN: data,
          DIES_AT: String(step),
          DIES_HOW: how,
        });
        if (first === 'opened') break;
        ended.push(first);
        expect([step, await open(data)]).toEqual([step, 'opened']);
        await verified(data);
      }
      expect(ended.length).toBeGreaterThan(10);
      if (how === 'throw')
        expect(ended.filter((text) => !text.includes('DISK_FULL: '))).toEqual([]);
    },
    600_000,
  );

  test('is finished by the next start, however much of it the disk took', async () => {
    let refused = 0;
    for (let blocks = 0; ; blocks += 8) {
      const data = join(dir, `blocks-${blocks}`);
      if ((await openOnSmallDisk(data, blocks)) === 'opened') break;
      refused += 1;
      expect([blocks, await open(data)]).toEqual([blocks, 'opened']);
      await verified(data);
    }
    expect(refused).toBeGreaterThan(3);
  });
});
