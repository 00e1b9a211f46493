/**
 * Runs work that shares a key one after the other, in the order of the calls; other work runs at
 * the same time. It holds within one process only: between processes the expected revision decides.
 */
export class KeyedMutex {
  readonly #tails = new Map<string, Promise<void>>();
  /** Work that holds a key beside others, since the last that held it alone. */
  readonly #beside = new Map<string, Set<Promise<void>>>();

  /**
   * All keys are taken at once, so that work with overlapping keys never waits in a circle.
   * @param beside keys that only keep out whoever holds them alone: for what looks at something and
   *   changes nothing
   */
  async hold<T>(
    keys: readonly string[],
    work: () => Promise<T>,
    beside: readonly string[] = [],
  ): Promise<T> {
    let release!: () => void;
    const mine = new Promise<void>((resolve) => {
      release = resolve;
    });
    const before = [
      ...keys.flatMap((key) => [this.#tails.get(key), ...(this.#beside.get(key) ?? [])]),
      ...beside.map((key) => this.#tails.get(key)),
    ];
    for (const key of keys) {
      this.#tails.set(key, mine);
      this.#beside.delete(key);
    }
    for (const key of beside) this.#beside.set(key, (this.#beside.get(key) ?? new Set()).add(mine));
    try {
      await Promise.all(before);
      return await work();
    } finally {
      release();
      for (const key of keys) if (this.#tails.get(key) === mine) this.#tails.delete(key);
      for (const key of beside) {
        const holders = this.#beside.get(key);
        if (holders?.delete(mine) && holders.size === 0) this.#beside.delete(key);
      }
    }
  }
}
