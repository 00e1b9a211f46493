/** Of what was asked, the least that says anything. */
const LEAST_SHARE = 0.1;

/** How many histories are to be played, and how long at most. */
export class PlayingTime {
  readonly #until: number;

  /** @param minutes absent: as long as it takes */
  constructor(
    readonly asked: number,
    minutes: string | undefined,
    private readonly now: () => number = Date.now,
  ) {
    this.#until = minutes === undefined ? Infinity : now() + Number(minutes) * 60_000;
  }

  isLeft(): boolean {
    return this.now() < this.#until;
  }

  /** What is to be told where the time ended first. */
  told(played: number): string | undefined {
    return played < this.asked
      ? `The time ended after ${played} of ${this.asked} histories.`
      : undefined;
  }

  /** A tenth of what was asked is the least. */
  isEnough(played: number): boolean {
    return played >= this.asked * LEAST_SHARE;
  }
}
