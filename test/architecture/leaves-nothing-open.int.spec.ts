import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.js';

const ROOT = process.cwd();

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
  }[];
}

/** What jest reports of a spec with a test that does this, run by a worker as most are. */
function jest(body: string): Report['testResults'][number] {
  // A new folder, of which jest does not know yet that its specs are fast enough to do without
  // workers.
  const dir = temporaryFolder('open');
  const spec = (name: string, does: string): void =>
    writeFileSync(join(dir, name), `test('a test', async () => {\n${does}\n});\n`);
  spec('x.spec.mjs', body);
  spec('other.spec.mjs', '');
  const config = {
    rootDir: dir,
    testMatch: ['**/*.spec.mjs'],
    transform: {},
    testEnvironment: join(ROOT, 'scripts/leaves-nothing-open.mjs'),
    testEnvironmentOptions: { settleMs: 200 },
  };
  const { stdout } = spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      join(ROOT, 'node_modules/jest/bin/jest.js'),
      ...['--config', JSON.stringify(config), '--json', '--maxWorkers', '2', '--forceExit'],
    ],
    { cwd: ROOT, encoding: 'utf8', timeout: 50_000 },
  );
  const { testResults } = JSON.parse(stdout) as Report;
  return testResults.find(({ name }) => name.endsWith('/x.spec.mjs'))!;
}

describe('a spec that leaves something open fails', () => {
  test.each([
    [
      'a server',
      "(await import('node:net')).createServer().listen(0, '127.0.0.1');",
      'TCPServerWrap',
    ],
    ['a timer', 'setInterval(() => undefined, 1_000);', 'Timeout'],
    [
      'a process',
      "(await import('node:child_process')).spawn(process.execPath, ['-e', 'setTimeout(() => 0, 5_000)']);",
      'ProcessWrap',
    ],
    [
      'a worker thread',
      "new (await import('node:worker_threads')).Worker('setInterval(() => 0, 100)', { eval: true });",
      'Worker',
    ],
  ])('%s', (_, body, kind) => {
    const { status, message } = jest(body);
    expect(status).toBe('failed');
    expect(message).toContain('This spec leaves open:');
    expect(message).toContain(kind);
  });

  test('one that closes what it opened does not', () => {
    const { status } = jest(
      "const server = (await import('node:net')).createServer().listen(0, '127.0.0.1'); await new Promise((done) => server.close(done));",
    );
    expect(status).toBe('passed');
  });
});
