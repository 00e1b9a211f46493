import { Backoff } from '../../../kernel/concurrency/backoff.js';
import { pause } from '../../../kernel/concurrency/pause.js';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Pauses between tries, as long as there is time for them. They are of different lengths, so that
 * calls that failed together are not made again together.
 */
export class Patience {
  readonly #backoff = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  readonly #giveUpAt: number;

  /** @param patienceMs how long, from now */
  constructor(patienceMs: number) {
    this.#giveUpAt = performance.now() + patienceMs;
  }

  /**
   * Waits before the next try. False, at once, where it would be made too late.
   * @param anyhow also where it is too late
   */
  async pause(anyhow = false): Promise<boolean> {
    const waitMs = this.#backoff.next() * (0.5 + Math.random());
    if (!anyhow && performance.now() + waitMs > this.#giveUpAt) return false;
    await pause(waitMs);
    return true;
  }
}
