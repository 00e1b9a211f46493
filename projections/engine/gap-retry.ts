import { Backoff } from '../../src/kernel/concurrency/backoff.js';
import { pause } from '../../src/kernel/concurrency/pause.js';
import { ProjectionError } from './errors.js';

const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 320;

/**
 * How often, and how long apart, the log is asked again for events that must be there and that it
 * did not give, before the projection stops.
 */
export class GapRetry {
  readonly #backoff = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  #attempts = 0;

  /**
   * To be called after each attempt that did not find them; resolves when the next is due, or the
   * signal aborts.
   * @throws ProjectionError PROJECTION_GAP after the sixth
   */
  async missed(detail: string, signal?: AbortSignal): Promise<void> {
    this.#attempts += 1;
    if (this.#attempts >= ATTEMPTS) throw new ProjectionError('PROJECTION_GAP', detail);
    await pause(this.#backoff.next(), signal);
  }
}
