import type { CycleState } from '../../cycle/cycle.state.js';

const PAYS_NOTHING: ReadonlySet<CycleState['status']> = new Set(['open', 'returned', 'abandoned']);

/**
 * The cycles that a check compares one with: those of other programmes for the same period, and the
 * programme's own last one before it. One that orders nothing now is none of them.
 */
export class ComparedCycles {
  readonly elsewhere: CycleState[] = [];
  #last: CycleState | undefined;

  constructor(private readonly cycle: CycleState) {}

  /** Cycles are added in the order of their ids. */
  add(other: CycleState): void {
    const { programmeId, period, cycleId } = this.cycle;
    if (other.round === 0 || PAYS_NOTHING.has(other.status)) return;
    if (other.programmeId !== programmeId) {
      if (other.period === period) this.elsewhere.push(other);
    } else if (other.cycleId < cycleId) this.#last = other;
  }

  get last(): CycleState | undefined {
    return this.#last;
  }
}
