import type { Recorded } from '../src/kernel/decider.js';

/**
 * The position up to which a feed gave everything, where it gives positions in any order: positions have no gap, so it
 * is the one before the first that has not come. What came beyond it is remembered until the rest has come.
 */
export class Watermark {
  readonly #beyond = new Set<number>();

  constructor(private position: number) {}

  after(events: readonly Recorded[]): number {
    for (const { position } of events) if (position > this.position) this.#beyond.add(position);
    while (this.#beyond.delete(this.position + 1)) this.position += 1;
    return this.position;
  }
}
