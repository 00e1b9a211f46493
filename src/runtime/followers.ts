/** A follower of the log that has not moved for so long, though the log goes on behind it, is stuck. */
export const STUCK_AFTER_MS = 300_000;

interface Follower {
  /** Up to where it has taken the log; undefined where another process is at work and it waits. */
  readonly position: () => number | undefined;
  seen: number | undefined;
  movedAtMs: number;
}

/** Those that follow the log in this process: how far behind its end each is, and whether it moves. */
export class Followers {
  readonly #followers = new Map<string, Follower>();
  #last = -1;

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  add(name: string, position: () => number | undefined): void {
    this.#followers.set(name, { position, seen: undefined, movedAtMs: this.nowMs() });
  }

  /** Looks at all of them. @param last the log's last position */
  look(last: number): void {
    this.#last = last;
    for (const follower of this.#followers.values()) {
      const position = follower.position();
      if (position !== follower.seen || position === undefined || position >= last)
        follower.movedAtMs = this.nowMs();
      follower.seen = position;
    }
  }

  /** Names of those that wait until the one at work ends. */
  get standingBy(): readonly string[] {
    return [...this.#followers].flatMap(([name, { position }]) =>
      position() === undefined ? [name] : [],
    );
  }

  /** For each at work, how far it is from the log's end; in positions. */
  get lags(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.#followers].flatMap(([name, { position }]) => {
        const at = position();
        return at === undefined ? [] : [[name, Math.max(0, this.#last - at)]];
      }),
    );
  }

  /** One that is stuck, in words. */
  get stuck(): string | undefined {
    for (const [name, { seen, movedAtMs }] of this.#followers) {
      const stoodMs = this.nowMs() - movedAtMs;
      if (stoodMs > STUCK_AFTER_MS)
        return `${name}: has stood at position ${seen} for ${Math.floor(stoodMs / 1_000)} s; the log ends at position ${this.#last}`;
    }
    return undefined;
  }
}
