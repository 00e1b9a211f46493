#!/usr/bin/env node
// Starts the command line on Node.js 24: on the pinned one where npm installed it, also when this was started by an older.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(root, 'dist/src/cli/main.js');
const major = Number(process.versions.node.split('.')[0]);
if (!existsSync(main)) {
  console.error('sanad: not built yet; run `npm run build` once.');
  process.exit(1);
}
if (major >= 24) {
  await import(main);
} else {
  const pinned = [`node-linux-${process.arch}`, '.bin'].map((name) => join(root, 'node_modules', name, name === '.bin' ? 'node' : 'bin/node')).find(existsSync);
  if (pinned === undefined) {
    console.error(`sanad: needs Node.js 24; this is ${process.versions.node}, and npm installed no newer one for this platform.`);
    process.exit(1);
  }
  const { status, signal, error } = spawnSync(pinned, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  if (error) console.error(`sanad: ${error.message}`);
  process.exit(signal ? 130 : (status ?? 1));
}
