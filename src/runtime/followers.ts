/**
 * A follower of the log that has not moved for so long, though the log goes on behind it, is stuck.
 */
export const STUCK_AFTER_MS = 300_000;

/**
 * Up to where one has taken the log. `stands-by`: another process is at work and it waits;
 * `begins`: it is its turn, or it has not come to ask for it, and it has taken nothing yet.
 */
export type Place = number | 'stands-by' | 'begins';

interface Follower {
  readonly place: () => Place;
  seen: Place;
  /** The position that was seen last, also before it began anew. */
  stoodAt: number | undefined;
  movedAtMs: number;
  /** Where it is was told, and is not its own to tell any more once it stands by. */
  told: boolean;
}

/**
 * Those that follow the log in this process: how far behind its end each is, and whether it moves.
 */
export class Followers {
  readonly #followers = new Map<string, Follower>();
  #last = -1;

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  add(name: string, place: () => Place): void {
    const movedAtMs = this.nowMs();
    this.#followers.set(name, {
      place,
      seen: 'begins',
      stoodAt: undefined,
      movedAtMs,
      told: false,
    });
  }

  /** Looks at all of them. @param last the log's last position */
  look(last: number): void {
    this.#last = last;
    for (const follower of this.#followers.values()) {
      const place = follower.place();
      if (moves(follower, place, last)) follower.movedAtMs = this.nowMs();
      if (typeof place === 'number') follower.stoodAt = place;
      follower.seen = place;
    }
  }

  /** Tells where each at work is, and once of one that was and stands by now. */
  tell(of: (name: string, position: number | undefined) => void): void {
    for (const [name, follower] of this.#followers) {
      const place = follower.place();
      if (typeof place === 'number') of(name, place);
      else if (place === 'stands-by' && follower.told) of(name, undefined);
      follower.told = typeof place === 'number' || (place === 'begins' && follower.told);
    }
  }

  /** Names of those that wait until the one at work ends. */
  get standingBy(): readonly string[] {
    return [...this.#followers].flatMap(([name, { place }]) =>
      place() === 'stands-by' ? [name] : [],
    );
  }

  /** For each at work, how far it is from the log's end; in positions. */
  get lags(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      [...this.#followers].flatMap(([name, { place }]) => {
        const at = place();
        return typeof at === 'number' ? [[name, Math.max(0, this.#last - at)]] : [];
      }),
    );
  }

  /** One that is stuck, in words. */
  get stuck(): string | undefined {
    for (const [name, { seen, movedAtMs }] of this.#followers) {
      const stoodMs = this.nowMs() - movedAtMs;
      if (stoodMs <= STUCK_AFTER_MS) continue;
      const stands = typeof seen === 'number' ? `has stood at position ${seen}` : 'has not begun';
      return `${name}: ${stands} for ${Math.floor(stoodMs / 1_000)} s; the log ends at position ${this.#last}`;
    }
    return undefined;
  }
}

/**
 * Whether nothing is to be said against where one is. One that fails again and again asks for its
 * turn in between: it stands by where it is seen so twice, and has not moved by coming back to
 * where it was.
 */
function moves({ seen, stoodAt }: Follower, place: Place, last: number): boolean {
  if (place === 'begins') return false;
  if (place === 'stands-by') return seen === 'stands-by';
  return place !== stoodAt || place >= last;
}
