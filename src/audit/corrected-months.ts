import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';

type Periods = EventData['AdjustmentProposed']['periods'];

/**
 * What corrections put on the accounts of households, month by month; and whose arrears or deduction
 * lapsed with a payment, which may have been paid late all the same.
 */
export class CorrectedMonths {
  readonly #until = new Map<string, string>();
  readonly #proposed = new Map<string, Periods>();
  readonly #established = new Map<string, bigint>();
  readonly #establishedAt = new Map<string, number>();
  readonly #lapsed = new Set<string>();

  add(event: Recorded): void {
    switch (event.type) {
      case 'CorrectionStarted':
        this.#until.set(event.data.correctionId, event.data.toPeriod);
        return;
      case 'AdjustmentProposed':
        this.#proposed.set(householdOf(event.data), event.data.periods);
        return;
      case 'AdjustmentEstablished':
        this.#establishedAt.set(householdOf(event.data), event.position);
        return this.#establish(householdOf(event.data));
      case 'ArrearsReleased':
        this.#lapsed.add(householdOf(event.data));
        return;
      case 'RecoveryDeductionReversed':
        this.#lapsed.add(event.data.recoveryId);
        return;
      default:
        return;
    }
  }

  /** The last month whose cycle a correction looks at. */
  until(correctionId: string): string {
    return this.#until.get(correctionId) ?? '';
  }

  /** What counts as paid for a month because corrections put it on the account. */
  establishedFor(household: string, month: string): bigint {
    return this.#established.get(`${household} ${month}`) ?? 0n;
  }

  /** Whether as of a position the household's account was as it is now. */
  isKnown(household: string, asOf: number): boolean {
    return (this.#establishedAt.get(household) ?? -1) <= asOf;
  }

  hasLapsed(household: string): boolean {
    return this.#lapsed.has(household);
  }

  #establish(household: string): void {
    for (const { period, paidMinor, dueMinor } of this.#proposed.get(household) ?? []) {
      const key = `${household} ${period}`;
      const before = this.#established.get(key) ?? 0n;
      this.#established.set(key, before + BigInt(dueMinor) - BigInt(paidMinor));
    }
    this.#proposed.delete(household);
  }
}

const householdOf = ({
  programmeId,
  personId,
}: Pick<EventData['AdjustmentProposed'], 'programmeId' | 'personId'>): string =>
  `${programmeId}-${personId}`;
