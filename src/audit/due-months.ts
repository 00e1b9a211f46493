import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import { cycleId as cycleIdOf, partsOfCycle } from '../kernel/ids.js';
import { monthsBetween } from '../kernel/time.js';
import { Era } from './era.js';
import type { Found } from './report.js';

/** When somebody was enrolled, from which month on, and the time before. */
export interface Begun {
  readonly at: number;
  readonly from: string;
  readonly before: Begun | undefined;
}
interface Ordering {
  /** Months that are ordered, in order. */
  readonly months: readonly string[];
  /** The position that the cycle is prepared as of. */
  readonly asOf: number;
  /** Whether a month is due, and nothing else may have paid it. */
  readonly isDue: (month: string) => boolean;
}

export const begunAt = (event: Recorded, before: Begun | undefined): Begun | undefined =>
  event.type === 'EnrolmentStarted'
    ? { at: event.position, from: event.data.startPeriod, before }
    : before;

/**
 * I5 over which months an order is for: from the first one that no earlier cycle could have paid,
 * which is that of an enrolment newer than what those looked at, to the cycle's own; and none of
 * these is missing that is due.
 */
export class DueMonths {
  /** By programme and cycle, what those were prepared as of that were not given up. */
  readonly #asOf = new Map<string, Map<string, number>>();

  constructor(private readonly era = new Era()) {}

  add(event: Recorded): void {
    if (event.type === 'CyclePreparationStarted')
      this.#cycles(event.data.cycleId).set(event.data.cycleId, event.data.asOf);
    if (event.type === 'CycleAbandoned')
      this.#cycles(event.data.cycleId).delete(event.data.cycleId);
  }

  require(
    begun: Begun | undefined,
    { programmeId, period }: Pick<EventData['PaymentOrdered'], 'programmeId' | 'period'>,
    { months, asOf, isDue }: Ordering,
    found: Found,
  ): void {
    for (const month of months)
      if (month > period) found('I5', `${month} is ordered by the cycle of ${period}, before it`);
    // Older versions let earlier cycles be prepared again meanwhile.
    if (!this.era.isNew) return;
    const from = unpaidFrom(begun, {
      period,
      asOf,
      paidThrough: this.#before(programmeId, period),
    });
    for (const month of months)
      if (month < from)
        found('I5', `${month} is ordered; this cycle pays from ${from} on, earlier ones before`);
    for (const month of monthsBetween(from, period))
      if (!months.includes(month) && isDue(month))
        found('I5', `${month} is not ordered, though it is due and no earlier cycle pays it`);
  }

  /** The latest position that an earlier cycle was prepared as of; -1 without one. */
  #before(programmeId: string, period: string): number {
    const cycleId = cycleIdOf(programmeId, period);
    let latest = -1;
    for (const [other, asOf] of this.#cycles(cycleId))
      if (other < cycleId && asOf > latest) latest = asOf;
    return latest;
  }

  #cycles(cycleId: string): Map<string, number> {
    const { programmeId } = partsOfCycle(cycleId);
    const cycles = this.#asOf.get(programmeId) ?? new Map<string, number>();
    this.#asOf.set(programmeId, cycles);
    return cycles;
  }
}

function unpaidFrom(
  begun: Begun | undefined,
  looking: { readonly period: string; readonly asOf: number; readonly paidThrough: number },
): string {
  const { period, asOf, paidThrough } = looking;
  let first = period;
  for (let one = begun; one; one = one.before)
    if (one.at > paidThrough && one.at <= asOf && one.from < first) first = one.from;
  return first;
}
