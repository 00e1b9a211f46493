import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openSqliteLog } from '../../src/adapters/event-store/sqlite/event-store.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const dir = temporaryFolder('reader-gone');

/** Its exit code, where nobody reads what it says. */
const unread = (...args: readonly string[]) =>
  new Promise<number | null>((resolve) => {
    const sanad = spawn(process.execPath, ['bin/sanad.mjs', ...args, '--data', join(dir, 'data')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    sanad.stdout.destroy();
    sanad.stderr.destroy();
    sanad.on('exit', resolve);
  });

test('who reads going away ends no command in its middle, and changes no exit code', async () => {
  expect(await unread('programmes', 'define', '--as', 'm.alaoui')).toBe(0);
  const log = await openSqliteLog(join(dir, 'data'));
  const { events } = await log.readAll(-1, 10);
  await log.close();
  expect(events.at(-1)?.type).toBe('ProgrammeOpened');
  expect(await unread('audit', 'check')).toBe(0);
  expect(await unread('programmes', 'allot', '--programme', 'nowhere')).toBe(2);
});
