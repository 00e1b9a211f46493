/** How long to wait after so many attempts, from 1, in milliseconds. */
export const pauseAfter = (attempts: number, firstMs: number, longestMs: number): number =>
  Math.min(firstMs * 2 ** (attempts - 1), longestMs);

/**
 * Pauses between attempts, in milliseconds: the first, then doubled each time, never longer than
 * the longest.
 */
export class Backoff {
  #nextMs: number;

  constructor(
    private readonly firstMs: number,
    private readonly longestMs: number,
  ) {
    this.#nextMs = Math.min(firstMs, longestMs);
  }

  /** How long to wait now. */
  next(): number {
    const ms = this.#nextMs;
    this.#nextMs = Math.min(ms * 2, this.longestMs);
    return ms;
  }

  /** After a success the next failure begins with the first pause again. */
  reset(): void {
    this.#nextMs = Math.min(this.firstMs, this.longestMs);
  }
}
