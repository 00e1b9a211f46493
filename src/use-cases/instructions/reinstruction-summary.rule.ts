import type { WrittenFile } from '../../adapters/payment-rail/port.js';
import type { Obstacle } from './instructable.rule.js';

/** What a run of re-instructions came to. */
export interface ReinstructSummary {
  readonly cycleId: string;
  reinstructed: number;
  /**
   * Left out before, for want of an account or while it was held, and instructed now for the first
   * time.
   */
  instructed: number;
  refused: number;
  /** Still waiting for an account that can be paid on, or for a mended one. */
  waiting: number;
  /**
   * The account is held still, for a time after its change or until it is verified; a later run
   * takes them.
   */
  held: number;
  /** When the first of those that wait for a time is free. */
  heldUntil?: string;
  /** Of every instruction of the cycle after its release. */
  files: WrittenFile[];
}

/** A payment that is not instructed now. */
export function countObstacle(summary: ReinstructSummary, obstacle: Obstacle): void {
  if (obstacle.kind !== 'held') {
    summary.waiting += 1;
    return;
  }
  summary.held += 1;
  const { until } = obstacle;
  if (until === undefined) return;
  if (summary.heldUntil === undefined || until < summary.heldUntil) summary.heldUntil = until;
}
