import { isCheckpointRefusal } from '../anchor.js';
import { pause, type Pause } from './pause.js';

/** How often it is looked again at what a checkpoint stands on. */
const LOOK_EVERY_MS = 10_000;

/**
 * Does work that goes on from a checkpoint, and ends it when what the checkpoint stands on is no
 * longer what it was.
 * @param check throws a checkpoint's refusal then; whatever else it throws is for the work to meet
 * @throws the refusal; what the work throws
 */
export async function checkedWork(
  check: () => Promise<void>,
  work: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
  lookEveryMs = LOOK_EVERY_MS,
  wait: Pause = pause,
): Promise<void> {
  const refused = new AbortController();
  const ended = new AbortController();
  const watch = async (): Promise<void> => {
    for (;;) {
      await wait(lookEveryMs, ended.signal);
      if (ended.signal.aborted) return;
      try {
        await check();
      } catch (error) {
        if (isCheckpointRefusal(error)) return refused.abort(error);
      }
    }
  };
  // One look that is under way is not waited for: a server that is away answers late.
  void watch();
  try {
    await work(AbortSignal.any([signal, refused.signal]));
  } catch (error) {
    if (!refused.signal.aborted) throw error;
  } finally {
    ended.abort();
  }
  if (refused.signal.aborted && !signal.aborted) throw refused.signal.reason;
}
