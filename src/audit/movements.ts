/** Money that moved at log positions and that no budget has accounted for yet, in order. */
export class Movements {
  #entries: { readonly position: number; readonly minor: bigint }[] = [];

  add(position: number, minor: bigint): void {
    this.#entries.push({ position, minor });
  }

  /** Takes what moved up to a position, that position included. */
  take(through: number): { readonly count: number; readonly minor: bigint } {
    let count = 0;
    let minor = 0n;
    for (const entry of this.#entries) {
      if (entry.position > through) break;
      count += 1;
      minor += entry.minor;
    }
    this.#entries = this.#entries.slice(count);
    return { count, minor };
  }

  get minor(): bigint {
    return this.#entries.reduce((total, entry) => total + entry.minor, 0n);
  }
}
