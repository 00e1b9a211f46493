/**
 * Runs work that shares a key one after the other, in the order of the calls; other work runs at
 * the same time. It holds within one process only: between processes the expected revision decides.
 */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<void>>();

  /** All keys are taken at once, so that work with overlapping keys never waits in a circle. */
  async hold<T>(keys: readonly string[], work: () => Promise<T>): Promise<T> {
    let release!: () => void;
    const mine = new Promise<void>((resolve) => {
      release = resolve;
    });
    const before = keys.map((key) => this.#tails.get(key));
    for (const key of keys) this.#tails.set(key, mine);
    try {
      await Promise.all(before);
      return await work();
    } finally {
      release();
      for (const key of keys) {
        if (this.#tails.get(key) === mine) this.#tails.delete(key);
      }
    }
  }
}
