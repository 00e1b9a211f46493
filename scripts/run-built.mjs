// Runs a program of the last build, by its path below dist, and holds that build meanwhile.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { holdBuild } from '../bin/build-in-use.mjs';

const [program, ...args] = process.argv.slice(2);
const child = spawn(process.execPath, [join(holdBuild('dist'), program), ...args], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 130 : code));
