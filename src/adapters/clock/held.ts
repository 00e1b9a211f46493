import { StoreError } from '../../kernel/errors.js';
import type { Clock } from './port.js';

/** A clock that never goes back, and that knows of instants which were written before. */
export interface HeldClock extends Clock {
  saw(instant: string): void;
}

/** No machine that runs this has a right clock before it: 1970 and 2001 are clocks that were lost. */
const EARLIEST = '2020-01-01T00:00:00.000Z';

/** What a machine's clock is off by on an ordinary day, and more. */
export const CLOCK_BEHIND_LIMIT_MS = 300_000;

/**
 * Holds a machine's clock: a step back of up to `limitMs` is not followed, the time stands still
 * until the clock has caught up. One that is further back than that is not believed.
 * @throws StoreError CLOCK_BEHIND_LOG from `now`
 */
export function heldClock(machine: Clock, limitMs = CLOCK_BEHIND_LIMIT_MS): HeldClock {
  let latest = EARLIEST;
  return {
    now() {
      const now = machine.now();
      if (now >= latest) latest = now;
      else requireNear(now, latest, limitMs);
      return latest;
    },
    saw(instant) {
      if (instant > latest) latest = instant;
    },
  };
}

/** @throws StoreError CLOCK_BEHIND_LOG */
function requireNear(now: string, latest: string, limitMs: number): void {
  const behindMs = Date.parse(latest) - Date.parse(now);
  if (behindMs <= limitMs) return;
  throw new StoreError(
    'CLOCK_BEHIND_LOG',
    `This machine's clock says ${now}, and the log has ${latest} already: nothing is written before that. Set the clock; where the log is wrong, SANAD_CLOCK_BEHIND_LIMIT_MS says how far behind it the clock may be.`,
  );
}
