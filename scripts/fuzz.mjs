// Fuzzing: inputs that nobody would think of, for each parser and door; those that come by new
// branches of the code are kept and changed further. docs/testing.md says how to read it.
//   npm run fuzz -- --minutes 60                of all targets together; goes on where the last run stopped
//   npm run fuzz -- --minutes 10 --only camt    of targets whose name has this
//   npm run fuzz -- --minutes 1 --check         from the kept corpus alone; nothing is written but what fails
//   npm run fuzz -- --keep                      the smallest part of what was found that comes by as much is kept
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { holdBuild } from '../bin/build-in-use.mjs';
import { addEffort } from './effort.mjs';
import { foldersOf, store } from './fuzz/corpus.mjs';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: String(process.pid) },
    check: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});

/** One input takes some milliseconds; a machine that is busy is no hang. */
const HANG_MS = 30_000;
const LOOK_EVERY_MS = 1_000;
const LONGEST = 65_536;
/** Branches that are come by for an input of no bytes, and for each byte. */
const LIMITS = { longest: LONGEST, workBase: 2_000_000, workPerByte: 1_000 };
const MEMORY_MB = 768;

const root = realpathSync(process.cwd());
const dist = realpathSync(holdBuild(process.env.SANAD_DIST ?? 'dist'));
const { TARGETS } = await import(`${dist}/test/fuzz/all.js`);
const names = Object.keys(TARGETS).filter((name) => name.includes(options.only));
if (names.length === 0) throw new Error(`no target's name has ${options.only}`);
const minutes = options.keep ? 0 : Number(options.minutes);
const shareMs = (minutes * 60_000) / names.length;

const now = () => performance.timeOrigin + performance.now();
const failures = [];
const lines = [`seed ${options.seed}`];
let inputs = 0;
console.log(`Fuzzing ${names.join(', ')} for ${minutes} minutes, seed ${options.seed}`);
for (const [index, name] of names.entries()) {
  const result = await fuzz(name, Number(options.seed) + index);
  inputs += result.inputs;
  lines.push(lineOf(name, result));
  console.log(lines.at(-1));
}
report();

/** Until its time is over; a thread that hung or grew is followed by another. */
async function fuzz(name, seed) {
  const began = now();
  let before = 0;
  for (let round = 0; ; round += 1) {
    const left = Math.max(0, shareMs - (now() - began));
    const end = await inThread(name, seed + 1_000 * round, round === 0 ? shareMs : left);
    const all = { ...end, inputs: before + end.inputs };
    before = all.inputs;
    if (end.kind === 'done') return all;
    if (end.inputs === 0) throw new Error(`${name} cannot be fuzzed: ${end.told}`);
    failed(name, end.input, end.told);
    if (now() - began > shareMs || round >= 5)
      return { ...all, branches: 0, of: 0, kept: 0, outcomes: {} };
  }
}

function inThread(name, seed, lastsMs) {
  const shared = new SharedArrayBuffer(8 + LONGEST);
  const worker = new Worker(new URL('./fuzz/worker.mjs', import.meta.url), {
    workerData: {
      ...{ root, dist, name, seed, lastsMs, shared },
      covers: TARGETS[name].covers,
      limits: { ...LIMITS, ...TARGETS[name].limits },
      isCheck: options.check,
      isKeeping: options.keep,
    },
    name: `fuzz ${name}`,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  const turn = new Int32Array(shared, 0, 1);
  const inHand = () => {
    const length = Math.min(new Int32Array(shared, 4, 1)[0], LONGEST);
    return Buffer.from(new Uint8Array(shared, 8, length));
  };
  return new Promise((resolve) => {
    const stop = (told) => {
      clearInterval(watching);
      resolve({ kind: 'stopped', told, input: inHand(), inputs: turn[0] });
      void worker.terminate();
    };
    const watching = watch(turn, () => stop(`does not come to an end within ${HANG_MS} ms`));
    worker.on('message', (message) => {
      if (message.kind === 'failed') return failed(name, Buffer.from(message.input), message.told);
      clearInterval(watching);
      resolve(message);
      void worker.terminate();
    });
    worker.on('error', (error) => stop(String(error.stack ?? error)));
  });
}

/** Looks whether the input in hand is still the same. */
function watch(turn, onHang) {
  let last = -1;
  let since = now();
  return setInterval(() => {
    const current = Atomics.load(turn, 0);
    if (current !== last) since = now();
    last = current;
    // Until the first, modules are loaded.
    if (current > 0 && now() - since > HANG_MS) onHang();
  }, LOOK_EVERY_MS);
}

/** The input becomes a file of the repository, which the tests read from then on. */
function failed(name, input, told) {
  const path = relative(root, store(foldersOf(root, name).failed, input));
  const line = `${name}: ${path}\n  ${told.split('\n').slice(0, 12).join('\n  ')}`;
  failures.push(line);
  console.error(`FAILED ${line}`);
}

function lineOf(name, { inputs: count, branches, of, kept, outcomes, most }) {
  const became = Object.entries(outcomes)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 8)
    .map(([outcome, times]) => `${outcome} ${times}`);
  const work = most ? `, most steps ${most.work} for ${most.length} bytes` : '';
  return `${name}: ${count} inputs, ${branches} of ${of} branches by ${kept} of them${work}; ${became.join(', ')}`;
}

function report() {
  mkdirSync(join(root, '.cache/fuzz'), { recursive: true });
  writeFileSync(join(root, '.cache/fuzz/report.txt'), [...lines, ...failures, ''].join('\n'));
  console.log(`${inputs} fuzz inputs, ${failures.length} that failed`);
  addEffort('fuzz inputs', inputs);
  process.exitCode = failures.length > 0 ? 1 : 0;
}
