// Compiles into a folder of its own, dist-<hash of what goes in>, and then points the link `dist`
// to it in one step. What runs from an earlier build keeps its files; what was built before is not
// built again; only what changed is written anew. A `dist` that no build made is not followed and
// not removed: a link is replaced, a folder is put aside.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { COMPILED, USERS } from '../bin/build-in-use.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const link = join(root, 'dist');
/**
 * A folder that nobody holds is removed when it has not been pointed to for so long: a process
 * between reading the link and its mark is safe.
 */
const KEEP_MS = 10 * 60_000;

const hash = inputsHash();
const folder = join(root, `dist-${hash}`);
if (isBuild(folder) || compile(folder)) {
  point(folder);
  prune(folder);
}

/**
 * Everything that decides what comes out: the sources, the compiler and its settings, and the
 * packages.
 */
function inputsHash() {
  const { include } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  const folders = [...new Set(include.map((pattern) => pattern.split('/')[0]))];
  const sources = globSync(
    folders.map((name) => `${name}/**/*.{ts,mts,json}`),
    { cwd: root, exclude: (name) => /(^|\/)(node_modules|peers)$/.test(name) },
  ).sort();
  const digest = createHash('sha256');
  for (const path of [...sources, 'tsconfig.json', 'package-lock.json', 'scripts/build.mjs'])
    digest
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  return digest.digest('hex').slice(0, 12);
}

/** A folder in which a compiler of ours ended: a link to one is none, wherever it leads. */
function isBuild(path) {
  const isFolder = lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  return isFolder && existsSync(join(path, '.tsbuildinfo'));
}

/** What `dist` points to, where a build has made both. */
function lastBuild() {
  if (!lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) return undefined;
  const name = readlinkSync(link);
  const last = join(root, name);
  return /^dist-[0-9a-f]{12}$/.test(name) && isBuild(last) ? last : undefined;
}

/**
 * Begins from a copy of the last build, of which the compiler rewrites what changed.
 * @returns whether it compiled; `dist` stays what it was where it did not
 */
function compile(to) {
  const beside = `${to}.${process.pid}.tmp`;
  rmSync(beside, { recursive: true, force: true });
  try {
    const last = lastBuild();
    if (last) copyBuild(last, beside);
    const { status, error } = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/tsgo/bin/tsc'),
        ...['-p', root, '--incremental', '--outDir', beside],
        ...['--tsBuildInfoFile', join(beside, '.tsbuildinfo')],
      ],
      { stdio: 'inherit' },
    );
    if (error) throw error;
    if (status !== 0) {
      process.exitCode = status ?? 1;
      return false;
    }
    removeOrphans(beside);
    renameSync(beside, to);
    return true;
  } catch (error) {
    // Another build of the same sources was faster; its folder is as good.
    if (!isBuild(to)) throw error;
    return true;
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

function copyBuild(from, to) {
  const leftOut = [USERS, COMPILED].map((name) => join(from, name));
  cpSync(from, to, { recursive: true, filter: (path) => !leftOut.includes(path) });
  try {
    cpSync(join(from, COMPILED), join(to, COMPILED), { recursive: true });
  } catch {
    // There is none, or a process of that build is writing it: then more is compiled at the next
    // start.
  }
}

/** What was compiled from a file that is no more. */
function removeOrphans(from) {
  const compiled = globSync('**/*.js', { cwd: from });
  for (const path of compiled) {
    const source = join(root, path.replace(/\.js$/, '.ts'));
    if (existsSync(source)) continue;
    rmSync(join(from, path));
    rmSync(join(from, `${path}.map`), { force: true });
  }
}

/** Renaming a link over a link is one step: nobody ever sees no `dist`. */
function point(to) {
  const now = new Date();
  utimesSync(to, now, now);
  if (lastBuild() === to) return;
  const there = lstatSync(link, { throwIfNoEntry: false });
  if (there && !there.isSymbolicLink()) {
    const aside = `dist-before-${process.pid}`;
    renameSync(link, join(root, aside));
    console.error(`dist was there already and no build had made it; it is ${aside} now.`);
  }
  const beside = `${link}.${process.pid}.tmp`;
  rmSync(beside, { force: true });
  symlinkSync(to.slice(root.length + 1), beside);
  renameSync(beside, link);
}

function prune(current) {
  for (const name of readdirSync(root)) {
    const isUnfinished = /^dist-[0-9a-f]{12}\.\d+\.tmp$/.test(name);
    const old = join(root, name);
    if (!isUnfinished && !(/^dist-[0-9a-f]{12}$/.test(name) && isBuild(old))) continue;
    if (old === current || lstatSync(old).mtimeMs > Date.now() - KEEP_MS || isUsed(old)) continue;
    rmSync(old, { recursive: true, force: true });
  }
}

function isUsed(old) {
  const users = join(old, USERS);
  return existsSync(users) && readdirSync(users).some((pid) => isAlive(Number(pid)));
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
