import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import { cycleOfPayment } from '../kernel/ids.js';

type Open = EventData['PaymentBreakRecorded'] & { readonly at: number };

/** Somebody looks for open breaks of a cycle, and then closes it, within so much time. */
const HOUR_MS = 3_600_000;

/** Breaks that nobody resolved yet. */
export class OpenBreaks {
  readonly #breaks = new Map<string, Open>();

  /** Whether it was not open before. */
  add({ data, time }: Recorded<'PaymentBreakRecorded'>): boolean {
    const isNew = !this.#breaks.has(data.breakId);
    this.#breaks.set(data.breakId, { ...data, at: Date.parse(time) });
    return isNew;
  }

  /** What was open, and is not any more. */
  take(breakId: string): Open | undefined {
    const open = this.#breaks.get(breakId);
    this.#breaks.delete(breakId);
    return open;
  }

  /** How many of a cycle who looked for them before an instant must have seen. */
  seenIn(cycleId: string, time: string): number {
    const before = Date.parse(time) - HOUR_MS;
    let count = 0;
    for (const { paymentId, at } of this.#breaks.values())
      if (at < before && cycleOfPayment(paymentId) === cycleId) count += 1;
    return count;
  }
}
