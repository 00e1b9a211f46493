// What is known of each mutant of a file, written down as it is found: a run that was killed goes
// on where it was.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Raised when other mutants are made of the same file, or are tried in another way. */
const VERSION = 2;

/** What the result of a file is a function of: its text, and the tests that reach it. */
export const keyOf = (text, specHashes) =>
  createHash('sha256')
    .update(`${VERSION}\0${text}\0${[...specHashes].sort().join('\0')}`)
    .digest('hex')
    .slice(0, 16);

export class Journal {
  #file;
  #known = new Map();

  constructor(root, path, key) {
    const folder = join(root, '.cache/mutants/tried');
    mkdirSync(folder, { recursive: true });
    this.#file = join(folder, `${path.replaceAll('/', '_')}.${key}`);
    if (!existsSync(this.#file)) return;
    for (const line of readFileSync(this.#file, 'utf8').split('\n')) {
      const [number, status] = line.split(' ');
      // The last line may be half written.
      if (['killed', 'timeout', 'survived', 'uncovered'].includes(status))
        this.#known.set(Number(number), status);
    }
  }

  of(number) {
    return this.#known.get(number);
  }

  add(number, status, by = '') {
    this.#known.set(number, status);
    const line = `${number} ${status} ${by.replace(/\s+/g, ' ')}`;
    appendFileSync(this.#file, `\n${line}\n`);
  }
}
