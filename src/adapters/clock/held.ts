import { StoreError } from '../../kernel/errors.js';
import type { Clock, ClockLimits } from './port.js';

/** A clock that never goes back, and that knows of instants which were written before. */
export interface HeldClock extends Clock {
  saw(instant: string): void;
}

/**
 * No machine that runs this has a right clock before it: 1970 and 2001 are clocks that were lost.
 */
const EARLIEST = '2020-01-01T00:00:00.000Z';

/** What a machine's clock is off by on an ordinary day, and more. */
const BEHIND_MS = 300_000;
/** Longer than a log is left alone, and shorter than what a lost clock jumps to. */
const AHEAD_DAYS = 3_650;
const DAY_MS = 86_400_000;

/**
 * Holds a machine's clock: a step back of up to `behindMs` is not followed, the time stands still
 * until the clock has caught up. One that is further back than that is not believed, nor one that
 * is years ahead of what was written or told before: an event of then would stop all later ones.
 * @throws StoreError CLOCK_BEHIND_LOG, CLOCK_AHEAD_OF_LOG from `now`
 */
export function heldClock(
  machine: Clock,
  { behindMs = BEHIND_MS, aheadDays = AHEAD_DAYS }: Partial<ClockLimits> = {},
): HeldClock {
  let latest = EARLIEST;
  let isKnown = false;
  const move = (instant: string): void => {
    latest = instant;
    isKnown = true;
  };
  return {
    now() {
      const now = machine.now();
      if (now < latest) requireNear(now, latest, behindMs);
      else {
        if (isKnown) requireNotAhead(now, latest, aheadDays);
        move(now);
      }
      return latest;
    },
    saw(instant) {
      if (instant > latest) move(instant);
    },
  };
}

/** @throws StoreError CLOCK_AHEAD_OF_LOG */
function requireNotAhead(now: string, latest: string, aheadDays: number): void {
  if (Date.parse(now) - Date.parse(latest) <= aheadDays * DAY_MS) return;
  throw new StoreError(
    'CLOCK_AHEAD_OF_LOG',
    `This machine's clock says ${now}, and the newest instant known is ${latest}: nothing is written so far ahead, for nothing could be written before it afterwards. Set the clock; where it is right, SANAD_CLOCK_AHEAD_LIMIT_DAYS says how far ahead it may be.`,
  );
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
