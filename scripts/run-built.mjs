// Runs a program of the last build, by its path below dist, and holds that build meanwhile.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { compileCacheIn, holdBuild } from '../bin/build-in-use.mjs';

const [program, ...args] = process.argv.slice(2);
const build = holdBuild('dist');
const child = spawn(process.execPath, [join(build, program), ...args], {
  stdio: 'inherit',
  env: { ...process.env, ...compileCacheIn(build) },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 130 : code));
