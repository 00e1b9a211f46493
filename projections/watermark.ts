import type { Recorded } from '../src/kernel/decider.js';

/**
 * The position up to which a feed gave everything, where it gives positions in any order. Each event comes with the
 * position before its own in the log, so that they form a chain with which a hole shows even where positions have gaps;
 * without it, positions have none. What came beyond a hole is remembered until the rest has come.
 */
export class Watermark {
  /** Position by the one before it. */
  readonly #beyond = new Map<number, number>();

  constructor(private position: number) {}

  /** `previous`: for each event, the position before its own. */
  after(events: readonly Recorded[], previous?: readonly number[]): number {
    for (const [index, { position }] of events.entries()) if (position > this.position) this.#beyond.set(previous?.[index] ?? position - 1, position);
    for (let next = this.#beyond.get(this.position); next !== undefined; next = this.#beyond.get(this.position)) {
      this.#beyond.delete(this.position);
      this.position = next;
    }
    return this.position;
  }
}
