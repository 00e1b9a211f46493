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

describe('a test that finds nothing', () => {
  test.each([
    ['leaves out what is absent', "test('x', () => {\n  if (!library) return;\n});\n"],
    ['leaves it out in a block', "test('x', () => {\n  if (!here) {\n    return;\n  }\n});\n"],
    ['holds whatever happens', 'expect(server.running || server.reason).toBeTruthy();\n'],
    ['asks who called whom', 'export const called = jest.fn();\n'],
    ['holds a constant against anything', 'expect(true).toBe(true);\n'],
  ])('is refused where it %s', (_, text) => {
    expect(lint('test/relay/x.int.spec.ts', text)).toHaveLength(1);
  });

  test('is told from one that says what it leaves out', () => {
    const text = "test('x', () => {\n  if (!library) return leaveOut('a compiler');\n});\n";
    expect(lint('test/relay/x.int.spec.ts', text)).toEqual([]);
  });
});

describe('a function that does not fit a screen', () => {
  const lines = 'count();\n'.repeat(60);
  const oneTest = "test.each([1])('x', () => undefined);\n";

  test.each([
    ['a test', `test('x', () => {\n${lines}});\n`],
    ['a set-up', `describe('x', () => {\n${oneTest}beforeAll(() => {\n${lines}});\n});\n`],
    ['a step with a name', `export function step() {\n${lines}}\n`],
  ])('is refused where it is %s', (_, text) => {
    expect(lint('test/relay/x.int.spec.ts', text)).toEqual([expect.stringMatching(/^62 lines/)]);
  });

  test.each([
    ['a list of tests', `describe('x', () => {\n${oneTest}${lines}});\n`],
    [
      'a list of tests with a name',
      `export function contract() {\nif (here) ${oneTest}${lines}}\n`,
    ],
  ])('is taken where it is %s', (_, text) => {
    expect(lint('test/relay/x.int.spec.ts', text)).toEqual([]);
  });
});
