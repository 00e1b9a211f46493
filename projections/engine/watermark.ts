/**
 * The position up to which a feed gave everything, where it gives positions in any order. Each
 * event comes with the position before its own in the log, so that they form a chain with which a
 * hole shows even where positions have gaps. What came beyond a hole is remembered until the rest
 * has come.
 */
export class Watermark {
  /** Position by the one before it. */
  readonly #beyond = new Map<number, number>();

  constructor(private position: number) {}

  /** Everything up to here is known from elsewhere. */
  standAt(position: number): void {
    if (position === this.position) return;
    this.position = position;
    for (const before of this.#beyond.keys()) if (before < position) this.#beyond.delete(before);
  }

  /**
   * @param links for each event the position before its own and its own, in turn. Returns the
   *   position reached.
   */
  add(links: readonly number[]): number {
    for (let index = 0; index < links.length; index += 2)
      if (links[index + 1]! > this.position) this.#beyond.set(links[index]!, links[index + 1]!);
    for (
      let next = this.#beyond.get(this.position);
      next !== undefined;
      next = this.#beyond.get(this.position)
    ) {
      this.#beyond.delete(this.position);
      this.position = next;
    }
    return this.position;
  }
}
