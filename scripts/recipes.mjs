// Plays the recipes of CONTRIBUTING.md word for word in a fresh clone of the last commit, so that
// they stay true. A code block whose first line names a language and a path is that file, written
// whole; a diff block with a path is applied where its lines stand, which must be one place; an sh
// block is run. Prints each step and what it took. `node scripts/recipes.mjs --install` installs
// the dependencies anew instead of taking those that are here; `--keep` leaves the clone. Exits 1
// at the first step that cannot be taken.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const keep = process.argv.includes('--keep');
const install = process.argv.includes('--install');

/** Blocks of the page with the heading that they stand under. */
function blocksOf(markdown) {
  const blocks = [];
  let heading = '';
  let block;
  for (const line of markdown.split('\n')) {
    if (block) {
      if (line === '```') {
        blocks.push({ ...block, text: block.lines.join('\n') });
        block = undefined;
      } else {
        block.lines.push(line);
      }
      continue;
    }
    const title = /^#+ (.*)$/.exec(line);
    if (title) heading = title[1];
    const fence = /^```(\w+)(?: (\S+))?$/.exec(line);
    if (fence) block = { heading, language: fence[1], path: fence[2], lines: [] };
  }
  return blocks;
}

/** Parts of a diff between `@@` lines: what stands there, and what shall. */
const hunksOf = (diff) =>
  diff.split(/^@@.*\n/m).flatMap((hunk) => {
    const lines = hunk.split('\n').filter((line, at, all) => line !== '' || at < all.length - 1);
    if (lines.length === 0) return [];
    const side = (sign) =>
      lines
        .filter((line) => !line.startsWith(sign))
        .map((line) => line.slice(1))
        .join('\n');
    return [{ before: side('+'), after: side('-') }];
  });

function apply(path, diff) {
  let text = readFileSync(path, 'utf8');
  for (const { before, after } of hunksOf(diff)) {
    const places = `\n${text}`.split(`\n${before}\n`).length - 1;
    if (places !== 1)
      throw new Error(`these lines stand ${places} times in the file, not once:\n${before}`);
    text = `\n${text}`.replace(`\n${before}\n`, () => `\n${after}\n`).slice(1);
  }
  writeFileSync(path, text);
}

function play(clone, { language, path, text }) {
  if (language === 'sh') {
    const { status } = spawnSync('bash', ['-euo', 'pipefail', '-c', text], {
      cwd: clone,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (status !== 0) throw new Error(`exit code ${status}`);
    return;
  }
  const target = join(clone, path);
  if (language === 'diff') {
    apply(target, text);
    return;
  }
  if (existsSync(target)) throw new Error('the file is there already');
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, `${text}\n`);
}

/**
 * The dependencies that are here, as hard links where the file system can; a symbolic link would
 * resolve to this folder.
 */
function takeDependencies() {
  const from = join(root, 'node_modules');
  const to = join(clone, 'node_modules');
  if (spawnSync('cp', ['-al', from, to], { stdio: 'ignore' }).status === 0) return;
  rmSync(to, { recursive: true, force: true });
  execFileSync('cp', ['-a', from, to]);
}

const blocks = blocksOf(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')).filter(
  ({ language, path }) => language === 'sh' || path !== undefined,
);
const clone = join(mkdtempSync(join(tmpdir(), 'sanad-recipes-')), 'sanad');
const started = performance.now();
const seconds = () => ((performance.now() - started) / 1_000).toFixed(1).padStart(6);
let failed = false;
try {
  execFileSync('git', ['clone', '--quiet', root, clone]);
  if (!install) takeDependencies();
  for (const block of blocks) {
    if (!install && block.text === 'npm ci') continue;
    const what = block.path ?? block.text.split('\n').join(' ; ');
    console.log(`${seconds()} s  ${block.heading}: ${block.language} ${what}`);
    try {
      play(clone, block);
    } catch (error) {
      console.error(`\nThe recipe "${block.heading}" broke at ${what}:\n${error.message}`);
      failed = true;
      break;
    }
  }
} finally {
  if (keep) console.log(`The clone is ${clone}.`);
  else rmSync(dirname(clone), { recursive: true, force: true });
}
if (failed) process.exit(1);
console.log(`${seconds()} s  every recipe came out as written: ${blocks.length} steps`);
