// How many histories, interleavings, kills, faults, mutants and fuzz inputs were tried: each run of
// tests, mutants or fuzzers adds lines to the file that SANAD_EFFORT names
// (test/support/effort.ts).
//   node scripts/effort.mjs FILE    what the lines of a file come to
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const WHAT = ['histories', 'interleavings', 'kills', 'faults', 'mutants', 'fuzz inputs'];

export function addEffort(what, count) {
  const file = process.env.SANAD_EFFORT;
  if (file) appendFileSync(file, `${JSON.stringify({ what, count })}\n`);
}

/** One line of all sums. */
export function effortIn(file) {
  const sums = new Map(WHAT.map((what) => [what, 0]));
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  for (const line of lines.filter((text) => text !== '')) {
    const { what, count } = JSON.parse(line);
    sums.set(what, (sums.get(what) ?? 0) + count);
  }
  const told = [...sums].map(([what, count]) => `${count.toLocaleString('en')} ${what}`);
  return `Tried: ${told.join(', ')}.`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(effortIn(process.argv[2]));
