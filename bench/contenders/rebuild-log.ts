import { historyOf } from '../../test/support/history.js';
import type { Recorded } from '../../src/kernel/decider.js';
import { auditProjection } from '../../projections/audit/audit.projection.js';
import { disbursementProjection } from '../../projections/disbursement/disbursement.projection.js';
import { eligibilityProjection } from '../../projections/eligibility/eligibility.projection.js';

export const PROJECTIONS = [
  eligibilityProjection,
  disbursementProjection,
  auditProjection,
] as const;

/** About as many events as asked for: a programme's life over two cycles. */
export const eventsOf = (count: number): Recorded[] => {
  const sample = historyOf({ households: 200 }).length / 200;
  return historyOf({ households: Math.max(10, Math.round(count / sample)) });
};
