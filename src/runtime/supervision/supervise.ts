import { Backoff } from '../../kernel/concurrency/backoff.js';
import { pause, type Pause } from '../../kernel/concurrency/pause.js';
import type { FromBackground } from '../../write-side/jobs.js';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Runs work that should never end; says what went wrong when it fails, and starts it again after a
 * growing pause.
 */
export async function supervise(
  what: string,
  work: () => Promise<void>,
  tell: (message: FromBackground) => void,
  signal: AbortSignal,
  wait: Pause = pause,
): Promise<void> {
  const backoff = new Backoff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
  while (!signal.aborted) {
    const beganMs = performance.now();
    try {
      await work();
    } catch (error) {
      if (signal.aborted) return;
      tell({
        kind: 'trouble',
        what,
        detail: error instanceof Error ? error.message.split('\n', 1)[0]! : String(error),
      });
    }
    if (signal.aborted) return;
    if (performance.now() - beganMs > LONGEST_PAUSE_MS) backoff.reset();
    await wait(backoff.next(), signal);
  }
}
