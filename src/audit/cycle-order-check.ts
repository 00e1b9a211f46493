import type { AggregateEvents } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import { partsOfCycle } from '../kernel/ids.js';
import type { Found } from './report.js';

type Status =
  | 'none'
  | 'open'
  | 'preparing'
  | 'prepared'
  | 'approved'
  | 'released'
  | 'instructed'
  | 'closed'
  | 'returned'
  | 'abandoned';
/** From where an event of a type may come, and where it leads; absent: where it was. */
interface Step {
  readonly from: readonly Status[];
  readonly to?: Status;
}

interface Round {
  readonly round: number;
  /** The log position that the cycle is prepared as of. */
  readonly asOf: number;
}
type OfRound = Recorded<
  | 'CyclePreparationResumed'
  | 'CycleHouseholdsLeftOut'
  | 'CyclePrepared'
  | 'CycleChecked'
  | 'CycleFindingOverridden'
>;

const LEFT = ['released', 'instructed'] as const;

/** A type that has no line does not compile. */
const STEPS: Readonly<Record<AggregateEvents['cycle'], Step>> = {
  CycleOpened: { from: ['none', 'abandoned'], to: 'open' },
  CyclePreparationStarted: { from: ['open', 'returned'], to: 'preparing' },
  CyclePreparationResumed: { from: ['preparing'] },
  CycleHouseholdsLeftOut: { from: ['preparing'] },
  CyclePrepared: { from: ['preparing'], to: 'prepared' },
  LaterCycleStarted: { from: ['prepared', 'approved', 'released', 'instructed', 'closed'] },
  CycleChecked: { from: ['prepared'] },
  CycleFindingOverridden: { from: ['prepared'] },
  CycleApproved: { from: ['prepared'], to: 'approved' },
  CycleReturned: { from: ['preparing', 'prepared', 'approved'], to: 'returned' },
  CycleAbandoned: { from: ['open', 'preparing', 'prepared', 'returned'], to: 'abandoned' },
  CycleReleased: { from: ['approved'], to: 'released' },
  CycleInstructed: { from: ['released'], to: 'instructed' },
  CycleReinstructionStarted: { from: LEFT },
  CycleReinstructed: { from: LEFT },
  CycleReinstructionEnded: { from: LEFT },
  CycleReconciled: { from: LEFT },
  CycleClosed: { from: ['instructed'], to: 'closed' },
};

/** While a cycle is at one of these, what is reserved for it is not given back. */
const HOLDS_MONEY: ReadonlySet<Status> = new Set(['approved', 'released', 'instructed']);

/**
 * I6 for the life of a cycle: its events follow each other as they must, so that none is missing;
 * what is reserved for it is given back when it is sent back, given up or closed, and not before;
 * and it is of the fiscal year that its month is in. What is said of a round of its preparation is
 * of the one under way.
 */
export class CycleOrderCheck {
  readonly #status = new Map<string, Status>();
  readonly #rounds = new Map<string, Round>();

  add(event: Recorded, found: Found): void {
    if (event.type in STEPS) this.#step(event as Recorded<AggregateEvents['cycle']>, found);
    switch (event.type) {
      case 'CyclePreparationStarted':
        return this.#started(event, found);
      case 'CyclePreparationResumed':
      case 'CycleHouseholdsLeftOut':
      case 'CycleChecked':
      case 'CycleFindingOverridden':
        return this.#requireRound(event, found);
      case 'CyclePrepared':
        if (event.data.asOf !== this.#rounds.get(event.data.cycleId)?.asOf)
          found('I6', 'prepared as of another position than it began as of');
        return this.#requireRound(event, found);
      case 'CycleApproved':
      case 'BudgetReserved':
        return ofItsYear(event, found);
      case 'BudgetReservationReleased': {
        const status = this.#of(event.data.cycleId);
        if (HOLDS_MONEY.has(status)) found('I6', `given back while the cycle is ${status}`);
        return;
      }
      default:
        return;
    }
  }

  #started({ data, position }: Recorded<'CyclePreparationStarted'>, found: Found): void {
    const { cycleId, round, asOf } = data;
    const before = this.#rounds.get(cycleId)?.round ?? 0;
    if (round !== before + 1) found('I6', `round ${round} of its preparation, after ${before}`);
    if (asOf >= position) found('I6', `prepared as of ${asOf}, which is not before it`);
    this.#rounds.set(cycleId, { round, asOf });
  }

  #requireRound({ type, data }: OfRound, found: Found): void {
    const now = this.#rounds.get(data.cycleId)?.round ?? 0;
    if (data.round !== now) found('I6', `${type} of round ${data.round}; it is round ${now}`);
  }

  #of(cycleId: string): Status {
    return this.#status.get(cycleId) ?? 'none';
  }

  #step({ type, data: { cycleId } }: Recorded<AggregateEvents['cycle']>, found: Found): void {
    const { from, to } = STEPS[type];
    const before = this.#of(cycleId);
    if (!from.includes(before)) found('I6', `${type} when the cycle is ${before}`);
    if (to !== undefined) this.#status.set(cycleId, to);
  }
}

function ofItsYear(
  { type, data }: Recorded<'CycleApproved' | 'BudgetReserved'>,
  found: Found,
): void {
  const year = Number(partsOfCycle(data.cycleId).period.slice(0, 4));
  if (data.fiscalYear !== year)
    found('I6', `${type} of the year ${data.fiscalYear}; the month is of ${year}`);
}
