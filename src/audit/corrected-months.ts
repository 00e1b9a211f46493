import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';

type Periods = EventData['AdjustmentProposed']['periods'];

type Started = Pick<EventData['CorrectionStarted'], 'fromPeriod' | 'toPeriod'>;
interface Carrying {
  readonly paymentId: string;
  readonly round: number;
}
type Lapsing = 'arrears' | 'recovery';

/**
 * What corrections put on the accounts of households, month by month; and which arrears and
 * deductions lapsed with a payment, which may have been paid late all the same.
 */
export class CorrectedMonths {
  readonly #started = new Map<string, Started>();
  readonly #proposed = new Map<string, Periods>();
  readonly #established = new Map<string, bigint>();
  readonly #establishedAt = new Map<string, number>();
  /** Where the account took back what a round of a payment carried. */
  readonly #lapsedAt = new Map<string, number>();

  add(event: Recorded): void {
    switch (event.type) {
      case 'CorrectionStarted':
        return this.#start(event.data);
      case 'AdjustmentProposed':
        this.#proposed.set(householdOf(event.data), event.data.periods);
        return;
      case 'AdjustmentEstablished':
        this.#establishedAt.set(householdOf(event.data), event.position);
        return this.#establish(householdOf(event.data));
      case 'ArrearsOrdered':
        this.#lapsedAt.delete(keyOf('arrears', event.data));
        return;
      case 'ArrearsReleased':
        this.#lapsedAt.set(keyOf('arrears', event.data), event.position);
        return;
      case 'RecoveryDeducted':
        this.#lapsedAt.delete(keyOf('recovery', event.data));
        return;
      case 'RecoveryDeductionReversed':
        this.#lapsedAt.set(keyOf('recovery', event.data), event.position);
        return;
      default:
        return;
    }
  }

  /** Whether a correction looks at the cycle of a month. */
  looksAt(correctionId: string, month: string): boolean {
    const started = this.#started.get(correctionId);
    return started !== undefined && started.fromPeriod <= month && month <= started.toPeriod;
  }

  /** What counts as paid for a month because corrections put it on the account. */
  establishedFor(household: string, month: string): bigint {
    return this.#established.get(`${household} ${month}`) ?? 0n;
  }

  /** Whether as of a position the household's account was as it is now. */
  isKnown(household: string, asOf: number): boolean {
    return (this.#establishedAt.get(household) ?? -1) <= asOf;
  }

  /** Whether as of a position the account had taken back what a round of a payment carried. */
  hasLapsed(what: Lapsing, carrying: Carrying, asOf: number): boolean {
    return (this.#lapsedAt.get(keyOf(what, carrying)) ?? Infinity) <= asOf;
  }

  #start({ correctionId, fromPeriod, toPeriod }: EventData['CorrectionStarted']): void {
    this.#started.set(correctionId, { fromPeriod, toPeriod });
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

const keyOf = (what: Lapsing, { paymentId, round }: Carrying): string =>
  `${what} ${paymentId} ${round}`;
const householdOf = ({
  programmeId,
  personId,
}: Pick<EventData['AdjustmentProposed'], 'programmeId' | 'personId'>): string =>
  `${programmeId}-${personId}`;
