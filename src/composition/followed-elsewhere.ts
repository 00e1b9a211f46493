import type { ReadPositions } from '../../projections/engine/read-positions.js';
import { ProjectionProgress } from '../runtime/projection-progress.js';
import { READ_MODELS } from '../write-side/jobs.js';

/** The read models are built by another process: how far they are is in their store. */
export class FollowedElsewhere extends ProjectionProgress {
  constructor(
    private readonly positions: ReadPositions,
    private readonly limitMs: number,
  ) {
    super([READ_MODELS], limitMs);
  }

  override get position(): number {
    return this.positions.known;
  }
  override reached(position: number): Promise<void> {
    return this.positions.waitFor(position, this.limitMs);
  }
}
