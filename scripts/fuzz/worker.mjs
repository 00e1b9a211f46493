// The thread in which one target is fuzzed. Whoever started it sees which input is in hand, and
// ends the thread where that input does not come to an end or takes all its memory.
import { rmSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { foldersOf, inputsIn, store } from './corpus.mjs';
import { Branches, countBranches } from './instrument.mjs';
import { mutated, numbers } from './mutate.mjs';

const { root, dist, name, covers, seed, lastsMs, shared, limits, isCheck, isKeeping } = workerData;
const turn = new Int32Array(shared, 0, 1);
const length = new Int32Array(shared, 4, 1);
const bytes = new Uint8Array(shared, 8);
/** How often a failing input is made smaller, at most. */
const SHRINKS = 300;
/** Inputs that fail in one way are told once. */
const MOST_FAILURES = 20;
/** Every so many inputs it is looked at how much memory is held. */
const LOOK_EVERY = 5_000;
const LONGEST_KEPT = 8_192;
const GROWTH_BYTES = 96 * 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
const branches = new Branches();
countBranches(branches, dist, covers);
const { TARGETS } = await import(`${dist}/test/fuzz/all.js`);
const target = await TARGETS[name].load();
const next = numbers(seed);
const folders = foldersOf(root, name);

const state = { inputs: 0, kept: [], failures: new Map(), outcomes: {}, most: { work: 0 } };
const seen = new Uint8Array(branches.hits.length);

/** A class of counts: once, twice, three times, up to 7, 15, 31, 127, more. */
function bucketOf(count) {
  if (count < 4) return 1 << (count - 1);
  if (count < 8) return 8;
  if (count < 16) return 16;
  if (count < 32) return 32;
  return count < 128 ? 64 : 128;
}

/** What the last input came by; whether that is new. */
function lookAtBranches() {
  let isNew = false;
  let work = 0;
  for (let i = 0; i < branches.count; i += 1) {
    const count = branches.hits[i];
    if (count === 0) continue;
    work += count;
    const bucket = bucketOf(count);
    if ((seen[i] & bucket) !== 0) continue;
    seen[i] |= bucket;
    isNew = true;
  }
  return { isNew, work };
}

/** @returns why it fails; undefined where the property holds */
async function failureOf(input) {
  bytes.set(input.subarray(0, bytes.length));
  length[0] = input.length;
  Atomics.add(turn, 0, 1);
  branches.clear();
  let outcome;
  try {
    outcome = await target.check(Buffer.from(input));
  } catch (error) {
    return { ...wordsOf(error), isNew: false };
  }
  const { isNew, work } = lookAtBranches();
  const allowed = limits.workBase + limits.workPerByte * input.length;
  if (work > state.most.work) state.most = { work, length: input.length };
  if (work > allowed)
    return {
      key: 'work',
      told: `took ${work} steps; ${allowed} are enough for ${input.length} bytes`,
    };
  state.outcomes[outcome] = (state.outcomes[outcome] ?? 0) + 1;
  if (isNew) state.kept.push(input);
  return undefined;
}

function wordsOf(error) {
  const cause = error?.cause;
  const stack = `${error?.stack ?? error}${cause ? `\ncaused by ${cause.stack ?? cause}` : ''}`;
  const frame = /\/(src|events|projections)\/[^\s:)]+/.exec(stack)?.[0] ?? '';
  const message = String(error?.message ?? error)
    .replace(/\d+/g, '0')
    .slice(0, 60);
  return { key: `${error?.name} ${message} ${frame}`, told: stack };
}

async function take(input) {
  state.inputs += 1;
  const before = state.kept.length;
  const failure = await failureOf(input);
  if (!failure) {
    if (state.kept.length > before && !isCheck && !isKeeping) store(folders.found, input);
    return;
  }
  if (state.failures.has(failure.key) || state.failures.size >= MOST_FAILURES) return;
  state.failures.set(failure.key, failure);
  const smallest = await shrunk(input, failure.key);
  parentPort.postMessage({ kind: 'failed', told: failure.told, input: smallest });
}

/** The shortest that fails in the same way, by leaving ever smaller pieces out. */
async function shrunk(input, key) {
  let smallest = input;
  let tries = 0;
  for (let size = Math.ceil(input.length / 2); size >= 1; size = Math.floor(size / 2))
    for (let at = 0; at < smallest.length && tries < SHRINKS;) {
      const shorter = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      tries += 1;
      if ((await failureOf(shorter))?.key === key) smallest = shorter;
      else at += size;
    }
  return smallest;
}

/**
 * Of these, shortest first, those that come by a branch, or to an end, that none before came to.
 */
async function keep(inputs) {
  rmSync(folders.kept, { recursive: true, force: true });
  const passed = new Set();
  for (const input of inputs.toSorted((a, b) => a.length - b.length)) {
    if (input.length > LONGEST_KEPT) break;
    state.outcomes = {};
    await failureOf(input);
    const before = passed.size;
    for (const outcome of Object.keys(state.outcomes)) passed.add(outcome);
    for (let i = 0; i < branches.count; i += 1) if (branches.hits[i] > 0) passed.add(i);
    if (passed.size > before) store(folders.kept, input);
  }
}

function heldBytes() {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** An input of the target's grammar, or one that was found before and is changed. */
function made() {
  if (state.kept.length === 0 || (target.generate && next(4) === 0))
    return Buffer.from(target.generate?.(next) ?? '');
  const pick = () => state.kept[next(2) === 0 ? next(state.kept.length) : recent()];
  const how = { next, words: allWords, other: pick() };
  return mutated(pick(), how, limits.longest);
}

/** Of the last fifty that came by something new. */
const recent = () => Math.max(0, state.kept.length - 1 - next(50));

const begun = [...inputsIn(folders.failed), ...inputsIn(folders.kept)];
for (const input of [...begun, ...target.seeds.map((one) => Buffer.from(one))]) await take(input);
if (!isCheck) for (const input of inputsIn(folders.found)) await take(input);
const allWords = [...new Set([...target.words, ...branches.words])];
if (isKeeping) await keep(state.kept);
let held = heldBytes();
const endMs = performance.now() + lastsMs;
while (performance.now() < endMs) {
  await take(made());
  if (state.inputs % LOOK_EVERY !== 0) continue;
  const now = heldBytes();
  // The first look is before everything is compiled.
  if (state.inputs === LOOK_EVERY) held = now;
  if (now - held > GROWTH_BYTES) {
    const told = `holds ${Math.round((now - held) / 1048576)} MB more than ${state.inputs} inputs before`;
    parentPort.postMessage({
      kind: 'failed',
      told,
      input: Buffer.from(bytes.subarray(0, length[0])),
    });
    break;
  }
}
parentPort.postMessage({
  kind: 'done',
  inputs: state.inputs,
  branches: seen.subarray(0, branches.count).filter((bits) => bits > 0).length,
  of: branches.count,
  kept: state.kept.length,
  outcomes: state.outcomes,
  most: state.most,
});
