import { setTimeout as wait } from 'node:timers/promises';
import type { DomainError } from '../kernel/errors.js';

/** How long what is waited for may stand still before nobody waits for it any more. */
const PATIENCE_MS = 60_000;

/** Another process that goes through the log. */
interface Follower {
  /** Where it is now. */
  readonly position: () => Promise<number>;
  /** Where it has to come to; grows as the log does. */
  readonly goal: () => Promise<number>;
  readonly lookEveryMs: number;
  /** @param stood where, and for how long: "stood at position 7 for 60 s" */
  readonly standsStill: (stood: string) => DomainError;
  readonly progress: (position: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Waits until another process has come to the end of the log. Returns the position that it has.
 * @throws `standsStill` where it does not move for a minute; the signal's reason
 */
export async function untilReached({
  position: positionOf,
  goal,
  lookEveryMs,
  standsStill,
  progress,
  signal,
}: Follower): Promise<number> {
  let known = -2;
  let movedMs = performance.now();
  for (;;) {
    const position = await positionOf();
    progress(position);
    if (position >= (await goal())) return position;
    if (position > known) {
      known = position;
      movedMs = performance.now();
    }
    if (performance.now() - movedMs > PATIENCE_MS)
      throw standsStill(`stood at position ${position} for ${PATIENCE_MS / 1_000} s`);
    await wait(lookEveryMs, undefined, { signal });
  }
}
