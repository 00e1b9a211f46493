/**
 * Work on batches, several at the same time, in which what has a key in common is done in the order
 * that it came in, one after the other: within a batch, and over batches.
 */
export class BatchesInOrder<T> {
  /** The last batch under way that has something of a key. */
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(
    private readonly keysOf: (item: T) => readonly string[],
    /** No two of the items have a key in common. */
    private readonly work: (items: readonly T[]) => Promise<void>,
  ) {}

  async take(batch: readonly T[]): Promise<void> {
    const keys = batch.flatMap(this.keysOf);
    const before = new Set(keys.flatMap((key) => this.#underWay.get(key) ?? []));
    const done = this.#inOrder(batch, before);
    for (const key of keys) this.#underWay.set(key, done);
    try {
      await done;
    } finally {
      for (const key of keys) if (this.#underWay.get(key) === done) this.#underWay.delete(key);
    }
  }

  async #inOrder(batch: readonly T[], before: Iterable<Promise<void>>): Promise<void> {
    // Whoever began those is told how they ended.
    await Promise.allSettled(before);
    let waiting = batch;
    while (waiting.length > 0) {
      const keys = new Set<string>();
      const first: T[] = [];
      const later: T[] = [];
      for (const item of waiting) {
        const isFirst = this.keysOf(item).every((key) => !keys.has(key));
        for (const key of this.keysOf(item)) keys.add(key);
        (isFirst ? first : later).push(item);
      }
      await this.work(first);
      waiting = later;
    }
  }
}
