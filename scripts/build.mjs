// Compiles into a folder of its own, dist-<hash of what goes in>, and then points the link `dist` to it in one step. What runs
// from an earlier build keeps its files; what was built before is not built again; only what changed is written anew.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { USERS } from '../bin/build-in-use.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const link = join(root, 'dist');
/** A folder that nobody holds is removed when it has not been pointed to for so long: a process between reading the link and its mark is safe. */
const KEEP_MS = 10 * 60_000;

const hash = inputsHash();
const folder = join(root, `dist-${hash}`);
if (existsSync(folder) || compile(folder)) {
  point(folder);
  prune(folder);
}

/** Everything that decides what comes out: the sources, the compiler and its settings, and the packages. */
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

/**
 * Begins from a copy of the last build, of which the compiler rewrites what changed.
 * @returns whether it compiled; `dist` stays what it was where it did not
 */
function compile(to) {
  const beside = `${to}.${process.pid}.tmp`;
  rmSync(beside, { recursive: true, force: true });
  try {
    if (existsSync(join(link, '.tsbuildinfo'))) copyWithoutUsers(realpathSync(link), beside);
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
    if (!existsSync(to)) throw error;
    return true;
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

function copyWithoutUsers(from, to) {
  const users = join(from, USERS);
  cpSync(from, to, { recursive: true, filter: (path) => path !== users });
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
  if (existsSync(link) && realpathSync(link) === to) return;
  // A plain folder, of a build before there were links, cannot be replaced in one step.
  if (lstatSync(link, { throwIfNoEntry: false })?.isDirectory())
    renameSync(link, join(root, `dist-before-${process.pid}`));
  const beside = `${link}.${process.pid}.tmp`;
  rmSync(beside, { force: true });
  symlinkSync(to.slice(root.length + 1), beside);
  renameSync(beside, link);
}

function prune(current) {
  for (const name of readdirSync(root)) {
    if (!/^dist-(\w{12}(\.\d+\.tmp)?|before-\d+)$/.test(name)) continue;
    const old = join(root, name);
    if (old === current || statSync(old).mtimeMs > Date.now() - KEEP_MS || isUsed(old)) continue;
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
