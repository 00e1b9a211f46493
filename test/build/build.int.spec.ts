import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { killed } from '../support/killed.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** A program that says what it got from a module that it loads only when it is told to. */
const PROGRAM = `
process.stdin.once('data', async () => {
  const { word } = await import('./later.js');
  process.stdout.write(word);
  process.exit(0);
});
process.stdout.write('ready');
`;
const SETTINGS = {
  compilerOptions: {
    target: 'ES2024',
    module: 'nodenext',
    rootDir: '.',
    types: [],
    noCheck: false,
    strict: true,
  },
  include: ['src'],
};
let root: string;
let running: ChildProcess | undefined;

beforeEach(() => {
  root = realpathSync(temporaryFolder('build'));
  for (const path of ['scripts/build.mjs', 'scripts/run-built.mjs', 'bin/build-in-use.mjs'])
    cpSync(path, join(root, path));
  symlinkSync(join(process.cwd(), 'node_modules'), join(root, 'node_modules'));
  mkdirSync(join(root, 'src'));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(root, 'package-lock.json'), '{}');
  writeFileSync(join(root, 'tsconfig.json'), JSON.stringify(SETTINGS));
  source('later.ts', "export const word: string = 'first';\n");
  source('gone.ts', 'export const gone = 1;\n');
});
afterEach(async () => {
  if (running) await killed([running]);
  running = undefined;
});

const source = (name: string, text: string): void => writeFileSync(join(root, 'src', name), text);
const build = (): number | null =>
  spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: root, timeout: 300_000 }).status;
const current = (): string => realpathSync(join(root, 'dist'));
const age = (folder: string): void => {
  const anHourAgo = new Date(statSync(folder).mtimeMs - 3_600_000);
  utimesSync(folder, anHourAgo, anHourAgo);
};
const builds = (): string[] => readdirSync(root).filter((name) => name.startsWith('dist-'));

describe('a build', () => {
  it('leaves to what runs from an earlier one its files, until it has ended', async () => {
    expect(build()).toBe(0);
    const first = current();
    writeFileSync(join(first, 'src/program.js'), PROGRAM);
    running = spawn(process.execPath, ['scripts/run-built.mjs', 'src/program.js'], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    expect(String((await once(running.stdout!, 'data'))[0])).toBe('ready');

    source('later.ts', "export const word: string = 'second';\n");
    expect(build()).toBe(0);
    const second = current();
    expect(second).not.toBe(first);
    age(first);
    expect(build()).toBe(0);
    running.stdin!.write('go');
    expect(String((await once(running.stdout!, 'data'))[0])).toBe('first');
    await once(running, 'exit');

    age(first);
    expect(build()).toBe(0);
    expect(builds()).toEqual([basename(second)]);
  });

  it('of the same sources writes nothing, and of others drops what has no source any more', () => {
    expect(build()).toBe(0);
    const first = current();
    const { mtimeMs } = statSync(join(first, 'src/later.js'));
    expect(build()).toBe(0);
    expect(current()).toBe(first);
    expect(statSync(join(first, 'src/later.js')).mtimeMs).toBe(mtimeMs);

    rmSync(join(root, 'src/gone.ts'));
    expect(build()).toBe(0);
    expect(existsSync(join(first, 'src/gone.js'))).toBe(true);
    expect(readdirSync(join(current(), 'src'))).toEqual(['later.js']);
  });

  it('takes along what Node.js compiled of the one before, and keeps it in its own folder', async () => {
    expect(build()).toBe(0);
    const first = current();
    writeFileSync(join(first, 'src/program.js'), "import './later.js';\n");
    const { NODE_COMPILE_CACHE: _ours, ...env } = process.env;
    running = spawn(process.execPath, ['scripts/run-built.mjs', 'src/program.js'], {
      cwd: root,
      env,
    });
    expect(await once(running, 'exit')).toEqual([0, null]);
    const compiled = (folder: string): string[] =>
      readdirSync(join(folder, '.compiled'), { recursive: true }).map(String).sort();
    expect(compiled(first).length).toBeGreaterThan(2);

    source('later.ts', "export const word: string = 'second';\n");
    expect(build()).toBe(0);
    expect(compiled(current())).toEqual(compiled(first));
  });

  it('that does not compile changes nothing', () => {
    expect(build()).toBe(0);
    const first = current();
    source('later.ts', 'export const word: string = 1;\n');
    expect(build()).not.toBe(0);
    expect(current()).toBe(first);
    expect(builds()).toEqual([basename(first)]);
  });
});

describe('a `dist` that no build of this repository made', () => {
  /** A build of another repository, with a file that has no source here. */
  let elsewhere: string;
  const foreign = (): string[] => readdirSync(elsewhere, { recursive: true }).map(String).sort();
  beforeEach(() => {
    expect(build()).toBe(0);
    const own = current();
    elsewhere = `${root}-elsewhere/dist-0123456789ab`;
    cpSync(own, elsewhere, { recursive: true });
    writeFileSync(join(elsewhere, 'src/theirs.js'), 'export {};\n');
    rmSync(join(root, 'dist'));
    rmSync(own, { recursive: true });
  });
  afterEach(() => rmSync(`${root}-elsewhere`, { recursive: true }));

  const isBuiltAnew = (): void => {
    expect(build()).toBe(0);
    expect(readlinkSync(join(root, 'dist'))).toMatch(/^dist-[0-9a-f]{12}$/);
    expect(readdirSync(join(current(), 'src')).filter((name) => name.endsWith('.js'))).toEqual([
      'gone.js',
      'later.js',
    ]);
  };

  it('is not followed where it leads out of it, and what it led to stays as it is', () => {
    const before = foreign();
    writeFileSync(join(elsewhere, 'marked'), 'theirs');
    symlinkSync(elsewhere, join(root, 'dist'));
    isBuiltAnew();
    expect(existsSync(join(current(), 'marked'))).toBe(false);
    expect(foreign()).toEqual([...before, 'marked'].sort());
  });

  it('is replaced where it leads nowhere', () => {
    symlinkSync(`${root}-nowhere/dist-0123456789ab`, join(root, 'dist'));
    isBuiltAnew();
    expect(existsSync(`${root}-nowhere`)).toBe(false);
  });

  it('is put aside where it is a folder, and never removed', () => {
    mkdirSync(join(root, 'dist'));
    writeFileSync(join(root, 'dist/notes'), 'mine');
    isBuiltAnew();
    const [aside] = builds().filter((name) => name.startsWith('dist-before-'));
    age(join(root, aside!));
    isBuiltAnew();
    expect(readFileSync(join(root, aside!, 'notes'), 'utf8')).toBe('mine');
  });

  it('nor what only has the name of a build is removed or taken for one', () => {
    isBuiltAnew();
    const own = current();
    symlinkSync(elsewhere, join(root, 'dist-0123456789ab'));
    mkdirSync(join(root, 'dist-ba9876543210'));
    writeFileSync(join(root, 'dist-ba9876543210/notes'), 'mine');
    age(elsewhere);
    age(join(root, 'dist-ba9876543210'));
    rmSync(join(root, 'dist'));
    symlinkSync('dist-0123456789ab', join(root, 'dist'));
    isBuiltAnew();
    expect(current()).toBe(own);
    expect(existsSync(join(root, 'dist-0123456789ab/src/theirs.js'))).toBe(true);
    expect(builds()).toContain('dist-ba9876543210');
  });
});
