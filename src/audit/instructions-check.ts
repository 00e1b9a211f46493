import type { Recorded } from '../kernel/decider.js';
import { cycleOfPayment } from '../kernel/ids.js';
import { endToEndIdOf } from '../payment/instruction-ids.rule.js';
import { Era } from './era.js';
import type { Found } from './report.js';
import { FIRST_ROOM, withRoomFor } from './growing-column.js';

type Instructed = Recorded<'PaymentInstructed' | 'PaymentReinstructed'>;

/** What an instruction looks at of its cycle. */
interface Cycle {
  /** Of its preparation: the newest. */
  round: number;
  /** What was released is instructed; what was left out then is instructed by a run. */
  isInstructed: boolean;
  isClosed: boolean;
  /** Runs of re-instructions that are under way. */
  readonly runs: Set<string>;
}

/**
 * I2 and I6 for when a payment is instructed: under the reference of its attempt, as it was ordered
 * in the round that was released, before its cycle is closed; and again only where no break of it
 * is open, under a run that is under way, as is what was left out when its cycle was instructed. 2
 * bytes a payment, and an entry for each open break.
 */
export class InstructionsCheck {
  readonly #cycles = new Map<string, Cycle>();
  /** By payment's stream. */
  readonly #openBreaks = new Map<number, Set<string>>();
  /** By payment's stream: the round that it was ordered in last. */
  #rounds = new Uint16Array(FIRST_ROOM);
  /** Older versions said nothing of a run before they instructed again. */
  #sayRuns = false;

  constructor(private readonly era = new Era()) {}

  /** @param stream dense number of the event's stream */
  add(event: Recorded, stream: number, found: Found): void {
    switch (event.type) {
      case 'CyclePreparationStarted':
        this.#cycle(event.data.cycleId).round = event.data.round;
        return;
      case 'CycleReinstructionStarted':
        this.#sayRuns = true;
        this.#cycle(event.data.cycleId).runs.add(event.data.runId);
        return;
      case 'CycleReinstructionEnded':
        for (const runId of event.data.runIds) this.#cycle(event.data.cycleId).runs.delete(runId);
        return;
      case 'CycleInstructed':
        this.#cycle(event.data.cycleId).isInstructed = true;
        return;
      case 'CycleClosed':
        this.#cycle(event.data.cycleId).isClosed = true;
        return;
      case 'PaymentOrdered':
        this.#fit(stream);
        this.#rounds[stream] = event.data.round;
        return;
      case 'PaymentBreakRecorded':
        this.#openBreaks.set(
          stream,
          (this.#openBreaks.get(stream) ?? new Set()).add(event.data.breakId),
        );
        return;
      case 'PaymentBreakResolved':
        return this.#resolved(event, stream);
      case 'PaymentInstructed':
      case 'PaymentReinstructed':
        return this.#instructed(event, stream, found);
      default:
        return;
    }
  }

  #resolved({ data }: Recorded<'PaymentBreakResolved'>, stream: number): void {
    const open = this.#openBreaks.get(stream);
    open?.delete(data.breakId);
    if (open?.size === 0) this.#openBreaks.delete(stream);
  }

  #instructed({ type, data }: Instructed, stream: number, found: Found): void {
    const { paymentId, attempt, endToEndId } = data;
    const cycle = this.#cycle(cycleOfPayment(paymentId));
    const isAgain = type === 'PaymentReinstructed';
    if (endToEndId !== endToEndIdOf(paymentId, attempt))
      found('I2', `instructed as ${endToEndId}, which is not the reference of attempt ${attempt}`);
    const open = this.#openBreaks.get(stream)?.size ?? 0;
    if (open > 0) found('I2', `instructed with ${open} open breaks`);
    const round = this.#rounds[stream] ?? 0;
    if (!isAgain && round !== cycle.round)
      found('I6', `instructed as ordered in round ${round}; round ${cycle.round} was released`);
    // Older versions could close a cycle while a payment of it was instructed again.
    if (cycle.isClosed && (!isAgain || this.era.isNew))
      found('I6', 'instructed after its cycle was closed');
    if ((isAgain || cycle.isInstructed) && this.#sayRuns && cycle.runs.size === 0)
      found('I6', 'instructed again or late under no run that is under way');
  }

  #cycle(cycleId: string): Cycle {
    let cycle = this.#cycles.get(cycleId);
    if (!cycle) {
      cycle = { round: 0, isInstructed: false, isClosed: false, runs: new Set() };
      this.#cycles.set(cycleId, cycle);
    }
    return cycle;
  }

  #fit(stream: number): void {
    this.#rounds = withRoomFor(this.#rounds, stream, Uint16Array);
  }
}
