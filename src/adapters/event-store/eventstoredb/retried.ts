import { CallFailed } from './call-failed.js';
import { Patience } from './patience.js';

/** A cluster elects its next leader in about two seconds. */
const LONGEST_MS = 5_000;

/**
 * A read changes nothing: where it fails without a refusal it is made again, once at least, and
 * then as long as there is time.
 * @param patienceMs how long, at most 5,000
 * @throws CallFailed of the last try; whatever else the read throws, at once
 */
export async function retried<T>(read: () => Promise<T>, patienceMs: number): Promise<T> {
  const patience = new Patience(Math.min(patienceMs, LONGEST_MS));
  for (let tries = 1; ; tries += 1) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof CallFailed) || error.failure !== 'unclear') throw error;
      if (!(await patience.pause(tries === 1))) throw error;
    }
  }
}
