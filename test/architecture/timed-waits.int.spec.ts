import { describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';

/** Messages of eslint about a text as if it were the file. */
function lint(file: string, text: string): string[] {
  const { stdout } = spawnSync(
    process.execPath,
    ['node_modules/eslint/bin/eslint.js', '--format', 'json', '--stdin', '--stdin-filename', file],
    { input: text, encoding: 'utf8' },
  );
  const [{ messages }] = JSON.parse(stdout) as [{ messages: readonly { message: string }[] }];
  return messages.map(({ message }) => message);
}

const WAITS = [
  "import { setTimeout as wait } from 'node:timers/promises';\nawait wait(20);\n",
  'await new Promise((resolve) => setTimeout(resolve, 50));\n',
  'export const stop = AbortSignal.timeout(50);\n',
  'export const end = Date.now() + 1_000;\n',
  'export const beganMs = performance.now();\n',
];

describe('a wait for a time', () => {
  test.each(WAITS)('is refused in a test: %j', (text) => {
    expect(lint('test/relay/x.int.spec.ts', text)).toEqual([
      expect.stringContaining('test/support/eventually.ts'),
    ]);
  });

  test('is in the one file that waits', () => {
    expect(lint('test/support/eventually.ts', WAITS[0]!)).toEqual([]);
  });
});
