// Mutation testing: changes one thing in the code at a time, and expects that some test fails.
// docs/testing.md says how to read it.
//   npm run mutants                                        what changed since it was tried; the record is written
//   npm run mutants -- --only src/audit                    of files whose path begins so
//   npm run mutants -- --survivors [--only ...]            only who survived last time, where the file is the same
//   npm run mutants -- --changed --seed 7 --minutes 5      a sample of what changed since the record; writes none
//   npm run mutants -- --check                             whether the record keeps the floors
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { holdBuild } from '../bin/build-in-use.mjs';
import { addEffort } from './effort.mjs';
import { areasOf } from './mutants/areas.mjs';
import { changedLines, shuffled } from './mutants/changed.mjs';
import { Imports } from './mutants/imports.mjs';
import { Journal, keyOf } from './mutants/journal.mjs';
import { mutate } from './mutants/mutate.mjs';
import {
  blobOf,
  faultsOf,
  nameOf,
  raiseFloors,
  readRecord,
  scores,
  writeRecord,
} from './mutants/record.mjs';
import { tryMutants } from './mutants/trial.mjs';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    changed: { type: 'boolean', default: false },
    survivors: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '1000000' },
    workers: { type: 'string', default: '2' },
  },
});
/** So few say nothing of an area's share. */
const ENOUGH = 20;

const root = realpathSync(process.cwd());
const end = performance.now() + Number(options.minutes) * 60_000;
const isOver = () => performance.now() > end;
const record = readRecord(root);
const areas = areasOf(root);

function finish(faults) {
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length > 0 ? 1 : 0;
}

/** Files of an area that have to be tried, with their mutants and with what is known of them. */
function filesToTry({ files, kinds }, imports) {
  const specs = imports.specs(kinds);
  return files
    .filter((path) => path.startsWith(options.only))
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      const reaching = specs.filter((spec) => imports.reaches(spec, path));
      const key = keyOf(
        text,
        reaching.map((spec) => imports.hashOf(spec)),
      );
      return { path, text, key, specs: reaching, source: blobOf(text) };
    })
    .filter(({ path, key }) => record.files[path]?.key !== key);
}

/** Gives all mutants of the files a number. */
function numbered(files) {
  let base = 0;
  return files.map((file) => {
    const { mutants } = mutate(file.path, file.text);
    const first = base;
    base += mutants.length;
    return { ...file, base: first, count: mutants.length, mutants };
  });
}

async function trial(files, ids, done) {
  const specs = [...new Set(files.flatMap((file) => file.specs))].sort();
  const folder = mkdtempSync(join(tmpdir(), 'sanad-mutants-'));
  try {
    await tryMutants({
      root,
      dist: holdBuild(process.env.SANAD_DIST ?? 'dist'),
      specs,
      files: files.map((file) => ({ ...spanOf(file), code: written(folder, file) })),
      ids,
      workers: Number(options.workers),
      isOver,
      log: (line) => console.log(`  ${line}`),
      done,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function spanOf({ path, base, count, specs }) {
  return { path, base, count, specs };
}

/**
 * The file with all its mutants, where the workers find it. The base of a file that has none is its
 * neighbour's, too.
 */
function written(folder, { path, text, base }) {
  const code = join(folder, `${path.replaceAll('/', '_')}.js`);
  writeFileSync(code, mutate(path, text, base).js);
  return code;
}

async function whole() {
  const imports = new Imports(root, realpathSync(process.env.SANAD_DIST ?? 'dist'));
  for (const area of areas) {
    const files = numbered(filesToTry(area, imports));
    if (files.length === 0) continue;
    await tryArea(area, files);
    if (isOver()) break;
  }
  report();
  return faultsOf(root, record, areas);
}

async function tryArea({ name }, files) {
  for (const file of files) {
    file.journal = new Journal(root, file.path, file.key);
    if (options.survivors) takeKilled(file);
  }
  const fileOf = (id) => files.find(({ base, count }) => id >= base && id < base + count);
  const isOpen = (file, id) => file.journal.of(id - file.base) === undefined;
  const open = files.flatMap((file) =>
    file.mutants.map((_, index) => file.base + index).filter((id) => isOpen(file, id)),
  );
  console.log(`${name}: ${open.length} mutants of ${files.length} files`);
  let tried = 0;
  if (open.length > 0)
    await trial(files, open, (id, status, by) => {
      const file = fileOf(id);
      file.journal.add(id - file.base, status, by);
      tried += 1;
      if (tried % 200 === 0) console.log(`  ${tried} of ${open.length}`);
    });
  for (const file of files) takeResult(file);
  raiseFloors(record, areas);
  await writeRecord(root, record);
}

/** Who was killed last time is killed now, if neither the file nor a test was made less. */
function takeKilled({ path, source, mutants, journal }) {
  const last = record.files[path];
  if (last?.source !== source) return;
  const alive = new Set([...last.survived, ...last.uncovered]);
  for (const [number, mutant] of mutants.entries())
    if (!alive.has(nameOf(mutant)) && journal.of(number) === undefined)
      journal.add(number, 'killed', 'last time');
}

/** Only a file of which every mutant was tried is recorded. */
function takeResult({ path, source, key, mutants, journal }) {
  const of = (...statuses) => mutants.filter((_, number) => statuses.includes(journal.of(number)));
  const killed = of('killed', 'timeout').length;
  const survived = of('survived').map(nameOf);
  const uncovered = of('uncovered').map(nameOf);
  if (killed + survived.length + uncovered.length < mutants.length) return;
  record.files[path] = { source, key, killed, survived, uncovered };
}

function report() {
  const lines = [];
  for (const { name, all, killed, survivors, percent } of scores(record, areas)) {
    const summary = `${name}: ${killed} of ${all} mutants found, ${percent.toFixed(1)} % (floor ${record.floors[name] ?? 0} %)`;
    console.log(summary);
    lines.push(summary, ...survivors.map(({ path, survivor }) => `  ${path}:${survivor}`), '');
  }
  writeReport('report.txt', lines);
}

function writeReport(name, lines) {
  mkdirSync(join(root, '.cache/mutants'), { recursive: true });
  writeFileSync(join(root, '.cache/mutants', name), `${lines.join('\n')}\n`);
}

function percentOf({ killed, tried }) {
  return (100 * killed) / tried;
}

/**
 * By how much a sample may miss the share of all by chance alone: two standard errors, in percent.
 * The whole is held to its floor as it is; a sample that is drawn differently each day is not to be
 * red one day and green the next.
 */
function errorOf(tried, all, floor) {
  const share = floor / 100;
  const left = all > 1 ? (all - tried) / (all - 1) : 0;
  return 200 * Math.sqrt(((share * (1 - share)) / tried) * left);
}

/**
 * Mutants of changed lines, as many as there is time for. @returns the areas whose share is below
 * their floor
 */
async function sample() {
  const imports = new Imports(root, realpathSync(process.env.SANAD_DIST ?? 'dist'));
  const faults = [];
  let tried = 0;
  const lines = [`seed ${options.seed}`];
  for (const area of areas) {
    if (record.floors[area.name] === undefined || isOver()) continue;
    const files = numbered(
      filesToTry(area, imports).filter(({ path, source }) => record.files[path]?.source !== source),
    );
    const ids = files.flatMap(({ path, base, mutants }) => {
      const isChanged = changedLines(root, path, record.files[path]?.source ?? '');
      return mutants.flatMap(({ line }, index) => (isChanged(line) ? [base + index] : []));
    });
    if (ids.length === 0) continue;
    const found = await sampleOf(files, shuffled(ids, Number(options.seed)));
    tried += found.tried;
    const share = `${found.killed} of ${found.tried} mutants of changed lines found (there are ${ids.length})`;
    lines.push(`${area.name}: ${share}`, ...found.survivors.map((survivor) => `  ${survivor}`));
    const floor = record.floors[area.name];
    if (found.tried >= ENOUGH && percentOf(found) < floor - errorOf(found.tried, ids.length, floor))
      faults.push(`${area.name}: ${share}; the floor is ${record.floors[area.name]} %`);
  }
  addEffort('mutants', tried);
  if (lines.length === 1) lines.push('No line changed since the record of mutants.');
  for (const line of lines) console.log(line);
  writeReport('sample.txt', lines);
  return faults;
}

async function sampleOf(files, ids) {
  const found = { tried: 0, killed: 0, survivors: [] };
  await trial(files, ids, (id, status) => {
    found.tried += 1;
    if (status === 'killed' || status === 'timeout') found.killed += 1;
    else {
      const { path, base, mutants } = files.find(
        (file) => id >= file.base && id < file.base + file.count,
      );
      found.survivors.push(`${path}:${nameOf(mutants[id - base])}`);
    }
  });
  return found;
}

// Last, when all above is there: it waits, and what stands below would not be defined yet.
if (options.check) finish(faultsOf(root, record, areas));
else if (options.changed) finish(await sample());
else finish(await whole());
