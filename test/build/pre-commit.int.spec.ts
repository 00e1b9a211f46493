import { beforeEach, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { temporaryFolder } from '../support/temporary-folder.js';

const SETTINGS = [
  '.githooks',
  '.prettierrc.json',
  '.prettierignore',
  '.gitignore',
  'eslint.config.mjs',
  'package.json',
];
const FILE = 'scripts/one.mjs';
const UNFORMATTED = 'export  const one = {two:2}\n';
const FORMATTED = 'export const one = { two: 2 };\n';

let root: string;
beforeEach(() => {
  root = temporaryFolder('hook');
  for (const path of SETTINGS) cpSync(path, join(root, path), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  mkdirSync(join(root, 'scripts'));
  git('init', '--quiet');
  git('config', 'core.hooksPath', '.githooks');
});

/** What a hook that runs these tests says of its own repository must not reach this one. */
const environment = (): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))),
  PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
  GIT_CONFIG_GLOBAL: '/dev/null',
});

function git(...args: readonly string[]): { readonly status: number | null; readonly out: string } {
  const identity = ['-c', 'user.name=A', '-c', 'user.email=a@sanad.example'];
  const { status, stdout } = spawnSync('git', [...identity, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: environment(),
  });
  return { status, out: stdout };
}

function stage(text: string): void {
  writeFileSync(join(root, FILE), text);
  expect(git('add', '--', FILE).status).toBe(0);
}
const commit = (): number | null => git('commit', '--quiet', '--message', 'One').status;
const isCommitted = (): boolean => git('rev-parse', '--verify', '--quiet', 'HEAD').status === 0;

describe('a commit', () => {
  test('has what was staged as the formatter writes it', () => {
    stage(UNFORMATTED);
    expect(commit()).toBe(0);
    expect(git('show', `HEAD:${FILE}`).out).toBe(FORMATTED);
    expect(git('status', '--porcelain', '--', FILE).out).toBe('');
  });

  test('is not made where the linter refuses what is staged', () => {
    stage('var one = 1;\nexport { one };\n');
    expect(commit()).not.toBe(0);
    expect(isCommitted()).toBe(false);
    stage(FORMATTED);
    expect(commit()).toBe(0);
  });

  test('is not made of a part of a file that is not formatted, and nothing more of it is staged', () => {
    stage(FORMATTED);
    const rest = `${FORMATTED}${UNFORMATTED}`;
    writeFileSync(join(root, FILE), rest);
    expect(commit()).not.toBe(0);
    expect(isCommitted()).toBe(false);
    expect(git('show', `:${FILE}`).out).toBe(FORMATTED);
    expect(readFileSync(join(root, FILE), 'utf8')).toBe(rest);
  });
});
