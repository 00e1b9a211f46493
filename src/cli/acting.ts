import { finishEarlier, drainAutomations, requireItsLog } from './drain.js';
import type { Run } from './command.js';
import { withEngine, type Engine, type EngineOptions } from './compose.js';

/**
 * For a command that records something: nothing is recorded in a log that is not the one which the
 * automation acted on.
 * @throws DomainError CHECKPOINT_NOT_IN_LOG
 */
export const recording = <T>(
  dir: string,
  work: (engine: Engine) => Promise<T>,
  options?: EngineOptions,
): Promise<T> =>
  withEngine(
    dir,
    async (engine) => {
      await requireItsLog(engine);
      return work(engine);
    },
    options,
  );

/**
 * For a command that records what the automation acts on, and does not end before it has. What an
 * earlier command left to it, because it was interrupted, is done first, so that the same command
 * again finishes it, whatever is said to what it asks then.
 * @throws DomainError CHECKPOINT_NOT_IN_LOG
 */
export const automated = <T>(
  dir: string,
  run: Pick<Run, 'out' | 'signal'>,
  /** `acted` waits for the automation, for what is to be told of what it did. */
  work: (engine: Engine, acted: () => Promise<void>) => Promise<T>,
): Promise<T> =>
  withEngine(dir, async (engine) => {
    const acted = (): Promise<void> => drainAutomations(engine, run);
    await finishEarlier(engine, run);
    const done = await work(engine, acted);
    await acted();
    return done;
  });
