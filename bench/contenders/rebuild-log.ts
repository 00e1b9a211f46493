import { historyOf } from '../../test/support/history.js';
import type { Recorded } from '../../src/kernel/decider.js';

export { PROJECTIONS } from '../../projections/all.js';

/** About as many events as asked for: a programme's life over two cycles. */
export const eventsOf = (count: number): Recorded[] => {
  const sample = historyOf({ households: 200 }).length / 200;
  return historyOf({ households: Math.max(10, Math.round(count / sample)) });
};
