import type { Clock } from './port.js';

export const systemClock: Clock = { now: () => new Date().toISOString() };

/**
 * A clock that stands at an instant, or moves when told: for tests and for runs that must repeat to
 * the byte.
 */
export function fixedClock(start: string): Clock & { set(instant: string): void } {
  let instant = start;
  return {
    now: () => instant,
    set: (next) => {
      instant = next;
    },
  };
}
