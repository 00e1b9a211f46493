#!/usr/bin/env node
// Starts the command line on Node.js 24: on the pinned one where npm installed it, also when this
// was started by an older.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileCacheIn, holdBuild } from './build-in-use.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const major = Number(process.versions.node.split('.')[0]);
if (!existsSync(dist)) {
  console.error('sanad: not built yet; run `npm run build` once.');
  process.exit(1);
}
const build = holdBuild(dist);
const main = join(build, 'src/cli/main.js');
const pinned =
  major >= 24
    ? process.execPath
    : [`node-linux-${process.arch}/bin/node`, '.bin/node']
        .map((path) => join(root, 'node_modules', path))
        .find(existsSync);
if (pinned === undefined) {
  console.error(
    `sanad: needs Node.js 24; this is ${process.versions.node}, and npm installed no newer one for this platform.`,
  );
  process.exit(1);
}
// Bulk work makes much short-lived garbage in several threads. A small young generation, an old one
// that grows slowly, and few arenas for what the threads allocate outside of it, keep that from
// growing to hundreds of megabytes.
const child = spawn(
  pinned,
  ['--max-semi-space-size=8', '--heap-growing-percent=25', main, ...process.argv.slice(2)],
  {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { MALLOC_ARENA_MAX: '2', ...process.env, ...compileCacheIn(build) },
  },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  console.error(`sanad: ${error.message}`);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(signal ? 130 : code));
