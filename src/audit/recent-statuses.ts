import { settledBefore, type AsOf } from './as-of.js';
import type { Status } from './cycle-ledger.js';

interface Change {
  readonly position: number;
  readonly before: Status;
}

/** After so many changes, those that nothing is computed as of any more are forgotten. */
const MANY = 4_096;

/**
 * What payments were before they came back, were cancelled, or were instructed again, as far back
 * as anything is computed as of. Few payments do, and few of them lately.
 */
export class RecentStatuses {
  #changes = new Map<number, readonly Change[]>();
  #count = 0;
  #limit = MANY;

  constructor(private readonly asOf: Pick<AsOf, 'earliest'>) {}

  /** @param stream dense number of the payment's stream */
  add(stream: number, change: Change): void {
    this.#changes.set(stream, [...(this.#changes.get(stream) ?? []), change]);
    this.#count += 1;
    if (this.#count >= this.#limit) this.#forget(change.position);
  }

  /** What a payment was as of a position, which is `now` by the last event. */
  at(stream: number, position: number, now: Status): Status {
    const next = this.#changes.get(stream)?.find((change) => change.position > position);
    return next?.before ?? now;
  }

  #forget(position: number): void {
    const before = settledBefore(position, this.asOf);
    const kept = [...this.#changes].flatMap(([stream, all]) => {
      const recent = all.filter((change) => change.position > before);
      return recent.length > 0 ? [[stream, recent] as const] : [];
    });
    this.#changes = new Map(kept);
    this.#count = kept.reduce((sum, [, all]) => sum + all.length, 0);
    this.#limit = MANY + 2 * this.#count;
  }
}
