import { Backoff } from '../../../kernel/concurrency/backoff.js';
import { pause } from '../../../kernel/concurrency/pause.js';
import { CallFailed } from './call-failed.js';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;
/** A cluster elects its next leader in about two seconds. */
const LONGEST_MS = 5_000;

/**
 * A read changes nothing: where it fails without a refusal it is made again, once at least, and then
 * as long as there is time. Pauses are of different lengths, so that reads that failed together are
 * not made again together.
 * @param patienceMs how long, at most 5,000
 * @throws CallFailed of the last try; whatever else the read throws, at once
 */
export async function retried<T>(read: () => Promise<T>, patienceMs: number): Promise<T> {
  const giveUpAt = performance.now() + Math.min(patienceMs, LONGEST_MS);
  const backoff = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  for (let tries = 1; ; tries += 1) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof CallFailed) || error.failure !== 'unclear') throw error;
      const waitMs = backoff.next() * (0.5 + Math.random());
      if (tries > 1 && performance.now() + waitMs > giveUpAt) throw error;
      await pause(waitMs);
    }
  }
}
