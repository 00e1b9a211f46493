// test/mutants.json: what the last whole run of each file found, the floors of the areas, and which
// survivors are equivalent and why.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'test/mutants.json';
const EMPTY = { floors: {}, equivalent: [], files: {} };

export const readRecord = (root) =>
  existsSync(join(root, FILE)) ? JSON.parse(readFileSync(join(root, FILE), 'utf8')) : EMPTY;

export async function writeRecord(root, record) {
  const files = Object.fromEntries(
    Object.entries(record.files).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const text = JSON.stringify({ ...record, files });
  const { format } = await import('prettier');
  writeFileSync(join(root, FILE), await format(text, { parser: 'json', printWidth: 100 }));
}

/** As git names the text of a file, so that the text that was tried can be had again. */
export const blobOf = (text) =>
  createHash('sha1')
    .update(`blob ${Buffer.byteLength(text)}\0`)
    .update(text)
    .digest('hex');

/** @returns how a mutant is called in the record */
export const nameOf = ({ line, column, in: around, mutation }) =>
  `${line}:${column} ${around}: ${mutation}`;

const isEquivalent = (record, path, name) =>
  record.equivalent.some(
    (known) =>
      known.file === path && name.replace(/^\d+:\d+ /, '') === `${known.in}: ${known.mutation}`,
  );

/**
 * @returns of each area that was tried: mutants that are not equivalent, how many were found, and
 * who survived
 */
export function scores(record, areas) {
  return areas.flatMap(({ name, files }) => {
    const known = files.filter((path) => record.files[path]);
    const isWhole = known.length === files.length;
    if (known.length === 0) return [];
    const survivors = known.flatMap((path) =>
      [...record.files[path].survived, ...record.files[path].uncovered]
        .filter((survivor) => !isEquivalent(record, path, survivor))
        .map((survivor) => ({ path, survivor })),
    );
    const killed = known.reduce((sum, path) => sum + record.files[path].killed, 0);
    const all = killed + survivors.length;
    return [
      { name, isWhole, all, killed, survivors, percent: all === 0 ? 100 : (100 * killed) / all },
    ];
  });
}

/** A floor is what was reached, in whole percent, once all of an area was tried; it never sinks. */
export function raiseFloors(record, areas) {
  for (const { name, percent, isWhole } of scores(record, areas))
    if (isWhole) record.floors[name] = Math.max(record.floors[name] ?? 0, Math.floor(percent));
}

/**
 * @returns what is wrong with the record: an area below its floor, or a floor below one that the
 * repository had
 */
export function faultsOf(root, record, areas) {
  const below = scores(record, areas)
    .filter(({ name, percent }) => percent < (record.floors[name] ?? 0))
    .map(
      ({ name, percent }) =>
        `${name}: ${percent.toFixed(1)} % of the mutants are found; its floor is ${record.floors[name]} %`,
    );
  const before = highestFloors(root);
  const sunk = Object.entries(before)
    .filter(([name, floor]) => !((record.floors[name] ?? 0) >= floor))
    .map(([name, floor]) => `${name}: its floor was ${floor} %; floors only rise`);
  return [...below, ...sunk];
}

/** The highest floor of each area in any version of the record that this clone has. */
function highestFloors(root) {
  const git = (...args) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const highest = {};
  try {
    for (const commit of git('log', '--format=%H', '--', FILE).split('\n').filter(Boolean)) {
      const { floors } = JSON.parse(git('show', `${commit}:./${FILE}`));
      for (const [name, floor] of Object.entries(floors))
        highest[name] = Math.max(highest[name] ?? 0, floor);
    }
  } catch {
    // No repository, or a version that was deleted: then nothing is known of before.
  }
  return highest;
}
