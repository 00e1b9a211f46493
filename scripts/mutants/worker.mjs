// A process that has the mutants of some files and the tests of some specifications loaded, and
// tries what it is told: { id } is run with the mutant `id` on and { tests } in this order, until
// one fails.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { collect } from './jest-globals.mjs';

const { dist, files, specs, active } = JSON.parse(process.argv[2]);
const total = files.reduce((sum, { count }) => sum + count, 0);

let on = active ?? -1;
let hits = new Uint8Array(total);
globalThis.$mutant = (id) => {
  hits[id] = 1;
  return id === on;
};
const idsOf = (flags) => {
  const ids = [];
  for (let id = 0; id < total; id += 1) if (flags[id]) ids.push(id);
  return ids;
};
const takeHits = () => {
  const ids = idsOf(hits);
  hits = new Uint8Array(total);
  return ids;
};

const globals = new URL('./jest-globals.mjs', import.meta.url).href;
const codeOf = new Map(
  files.map(({ path, code }) => [
    pathToFileURL(join(dist, path.replace(/\.ts$/, '.js'))).href,
    code,
  ]),
);
let isWithProperties = false;
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@jest/globals') return { url: globals, shortCircuit: true };
    isWithProperties ||= specifier === 'fast-check';
    return next(specifier, context);
  },
  load(url, context, next) {
    const code = codeOf.get(url);
    if (code === undefined) return next(url, context);
    return { format: 'module', source: readFileSync(code, 'utf8'), shortCircuit: true };
  },
});

let strayError;
process.on('uncaughtException', (error) => (strayError = error));
process.on('unhandledRejection', (error) => (strayError = error));

/** The same histories each time: whether a mutant is found is no matter of luck. */
async function seedProperties() {
  if (!isWithProperties) return;
  const { default: fc } = await import('fast-check');
  fc.configureGlobal({ seed: 1, endOnFailure: true });
}

const tests = [];
const refused = [];
const number = (suite) => {
  for (const test of suite.tests) tests.push(test);
  suite.suites.forEach(number);
};
const fullName = ({ name, suite }) => {
  const names = [name];
  for (let at = suite; at; at = at.parent) names.unshift(at.name);
  return names.join(' › ');
};

const rootOf = (suite) => (suite.parent ? rootOf(suite.parent) : suite);
const chain = (suite) => (suite ? [...chain(suite.parent), suite] : []);
/** Suites whose beforeAll has run in this round. */
let begun = [];

async function enter(suite) {
  const wanted = chain(suite);
  while (begun.length > 0 && !wanted.includes(begun.at(-1))) await leave();
  for (const next of wanted) {
    if (begun.includes(next)) continue;
    begun.push(next);
    const outer = hits;
    hits = new Uint8Array(total);
    try {
      for (const run of next.beforeAll) await run();
    } finally {
      next.hits = idsOf(hits);
      for (const id of next.hits) outer[id] = 1;
      hits = outer;
    }
  }
}
async function leave() {
  for (const run of begun.pop().afterAll) await run();
}
async function leaveAll() {
  while (begun.length > 0) await leave();
}

/** @returns whether it passed */
async function passes(test) {
  strayError = undefined;
  let failure;
  const attempt = async (run) => {
    try {
      await run();
    } catch (error) {
      failure ??= error ?? new Error('nothing was thrown');
    }
  };
  const suites = chain(test.suite);
  await attempt(async () => {
    await enter(test.suite);
    for (const { beforeEach } of suites) for (const run of beforeEach) await run();
    await test.run();
  });
  for (const { afterEach } of suites.toReversed()) for (const run of afterEach) await attempt(run);
  failure ??= strayError;
  return { ok: failure === undefined, failure };
}

/**
 * Each test once, without a mutant: whether it passes, how long it takes, and which mutants it
 * comes by.
 */
async function dryRun() {
  const found = [];
  for (const [index, test] of tests.entries()) {
    takeHits();
    const began = performance.now();
    const cpuBegan = process.cpuUsage();
    const { ok, failure } = await passes(test);
    const cpu = process.cpuUsage(cpuBegan);
    // What beforeAll does is done once, and counts for each of its tests.
    const shared = begun.flatMap((suite) => suite.hits);
    found.push({
      index,
      ok,
      // Of the processor, so that a busy machine tries the same tests as an idle one.
      ms: (cpu.user + cpu.system) / 1_000,
      wallMs: performance.now() - began,
      failure: ok ? undefined : String(failure?.message ?? failure).slice(0, 200),
      hits: [...new Set([...takeHits(), ...shared])],
    });
  }
  await leaveAll();
  return found;
}

/** @returns the first of the tests that fails with the mutant on; whether any came by it */
async function tryMutant(id, indexes) {
  on = id;
  hits = new Uint8Array(total);
  let killedBy;
  for (const index of indexes) {
    if ((await passes(tests[index])).ok) continue;
    killedBy = index;
    break;
  }
  try {
    await leaveAll();
  } catch {
    begun = [];
  }
  const reached = hits[id] === 1;
  on = active ?? -1;
  // The test that found it must pass again without it: else something stayed behind, and the next
  // is found by it.
  let isClean = true;
  if (killedBy !== undefined && active === undefined) {
    isClean = (await passes(tests[killedBy])).ok;
    await leaveAll().catch(() => (isClean = false));
  }
  return { id, killedBy, reached, isClean };
}

for (const spec of specs) {
  try {
    number(await collect(spec, () => import(pathToFileURL(join(dist, spec)).href)));
  } catch (error) {
    refused.push({ spec, failure: String(error?.message ?? error).slice(0, 200) });
  }
}
await seedProperties();
const atLoad = takeHits();

process.on('message', async (asked) => {
  try {
    if (asked.dry) process.send({ dry: await dryRun() });
    else process.send(await tryMutant(asked.id, asked.tests ?? tests.map((_, index) => index)));
  } catch (error) {
    process.send({ failed: String(error?.stack ?? error) });
  }
});
process.on('disconnect', () => process.exit());
process.send({
  loaded: {
    atLoad,
    refused,
    tests: tests.map((test) => [rootOf(test.suite).name, fullName(test)]),
  },
});
