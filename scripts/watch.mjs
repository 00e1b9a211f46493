// Compiles what is saved, by the compiler's own watch into a folder of its own, and runs the unit
// tests that are asked for again: `npm run test:watch -- payment`. Interrupt it to end both.
// It checks what imports a changed file, and nothing that is farther away: `npm run types` does.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compileCacheIn } from '../bin/build-in-use.mjs';

const pattern = process.argv[2] ?? '';
const dist = 'dist-watch';
mkdirSync(dist, { recursive: true });
const compiler = spawn(
  process.execPath,
  [
    'node_modules/tsgo/bin/tsc',
    ...['-p', '.', '--watch', '--preserveWatchOutput', '--incremental', '--outDir', dist],
    '--assumeChangesOnlyAffectDirectDependencies',
    ...['--tsBuildInfoFile', join(dist, '.tsbuildinfo')],
  ],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
let jest;
compiler.stdout.on('data', (said) => {
  process.stdout.write(said);
  if (!jest && String(said).includes('Watching for file changes')) jest = startJest();
});

function startJest() {
  if (!existsSync(join(dist, 'test'))) throw new Error('nothing was compiled');
  const child = spawn(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      ...['--watchAll', '--runInBand'],
      ...['--testPathPatterns', `${pattern}[^/]*\\.unit\\.spec\\.js$`],
    ],
    {
      stdio: 'inherit',
      env: { ...process.env, ...compileCacheIn(resolve(dist)), SANAD_DIST: dist },
    },
  );
  child.on('exit', () => end());
  return child;
}
function end() {
  compiler.kill();
  jest?.kill();
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
