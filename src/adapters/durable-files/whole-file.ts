import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/**
 * A file that appears under its name only when it is whole and synced: until `commit` it is
 * `<path>.partial`, which a run that is started again overwrites. It is its owner's only.
 */
export class WholeFile {
  readonly #partial: string;
  readonly #file: number;
  #isOpen = true;

  constructor(readonly path: string) {
    this.#partial = `${path}.partial`;
    this.#file = openSync(this.#partial, 'w', 0o600);
  }

  write(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
  }

  /** Makes what was written durable and gives it its name. */
  commit(): void {
    fsyncSync(this.#file);
    this.#close();
    renameSync(this.#partial, this.path);
  }

  /** Leaves nothing behind, also where `commit` failed. */
  discard(): void {
    this.#close();
    rmSync(this.#partial, { force: true });
  }

  #close(): void {
    if (this.#isOpen) closeSync(this.#file);
    this.#isOpen = false;
  }
}
