// Which lines of a file changed since it was tried as a whole.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @returns {(line: number) => boolean} whether a line changed; every line, where the earlier text
 * cannot be had
 */
export function changedLines(root, path, blob) {
  const earlier = spawnSync('git', ['cat-file', 'blob', blob], { cwd: root });
  if (earlier.status !== 0) return () => true;
  const dir = mkdtempSync(join(tmpdir(), 'sanad-mutants-'));
  try {
    writeFileSync(join(dir, 'earlier'), earlier.stdout);
    const { stdout } = spawnSync(
      'git',
      ['diff', '--no-index', '--unified=0', '--no-color', join(dir, 'earlier'), path],
      { cwd: root, encoding: 'utf8' },
    );
    const hunks = [...stdout.matchAll(/^@@ -\S+ \+(\d+)(?:,(\d+))? @@/gm)].map(
      ([, from, count]) => ({
        from: Number(from),
        to: Number(from) + Number(count ?? 1),
      }),
    );
    return (line) => hunks.some(({ from, to }) => line >= from && line < to);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Shuffles by a seed (mulberry32). */
export function shuffled(values, seed) {
  let state = seed >>> 0;
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const all = [...values];
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [all[at], all[other]] = [all[other], all[at]];
  }
  return all;
}
