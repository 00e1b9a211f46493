import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';

type Periods = EventData['AdjustmentProposed']['periods'];
type Month = Pick<Periods[number], 'period' | 'paidMinor' | 'dueMinor'>;

type Months = Pick<EventData['CorrectionStarted'], 'fromPeriod' | 'toPeriod'>;
interface Started extends Months {
  /** Whose months are decided on by the newest policy in legal effect: a household's, or all. */
  readonly lawfulFor: string | undefined;
}
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
  /** Of corrections that were approved, by programme or household. */
  readonly #lawful = new Map<string, Months[]>();
  readonly #proposed = new Map<string, Periods>();
  readonly #established = new Map<string, bigint>();
  /** Months on the accounts, by household and correction. */
  readonly #months = new Map<string, readonly Month[]>();
  readonly #establishedAt = new Map<string, number>();
  /** Where the account took back what a round of a payment carried. */
  readonly #lapsedAt = new Map<string, number>();

  add(event: Recorded): void {
    switch (event.type) {
      case 'CorrectionStarted':
        return this.#start(event.data);
      case 'CorrectionApproved':
        return this.#decideFor(this.#started.get(event.data.correctionId));
      case 'AdjustmentProposed':
        this.#proposed.set(householdOf(event.data), event.data.periods);
        return;
      case 'AdjustmentEstablished':
        this.#establishedAt.set(householdOf(event.data), event.position);
        return this.#establish(event.data);
      case 'AdjustmentLapsed':
        if (event.data.paymentId === undefined) this.#proposed.delete(householdOf(event.data));
        else this.#lapse(event);
        return;
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
    return started !== undefined && isIn(started, month);
  }

  /**
   * Whether a month is due under the newest policy in legal effect: the correction says so, or one
   * of the household that was approved before.
   */
  isLawful(
    { correctionId, programmeId, personId }: EventData['AdjustmentProposed'],
    month: string,
  ): boolean {
    const own = this.#started.get(correctionId);
    if (own?.lawfulFor !== undefined && isIn(own, month)) return true;
    return [programmeId, `${programmeId}-${personId}`].some((whose) =>
      this.#lawful.get(whose)?.some((decided) => isIn(decided, month)),
    );
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

  #start({
    correctionId,
    programmeId,
    personId,
    fromPeriod,
    toPeriod,
    basis,
  }: EventData['CorrectionStarted']): void {
    const whose = personId === undefined ? programmeId : `${programmeId}-${personId}`;
    const lawfulFor = basis === 'legal-effect' ? whose : undefined;
    this.#started.set(correctionId, { fromPeriod, toPeriod, lawfulFor });
  }

  #decideFor(started: Started | undefined): void {
    if (started?.lawfulFor === undefined) return;
    const decided = this.#lawful.get(started.lawfulFor) ?? [];
    this.#lawful.set(started.lawfulFor, [...decided, started]);
  }

  #establish(data: EventData['AdjustmentEstablished']): void {
    const household = householdOf(data);
    const periods = this.#proposed.get(household) ?? [];
    this.#put(household, periods, 1n);
    this.#proposed.delete(household);
    this.#months.set(`${household} ${data.correctionId}`, monthsOf(periods));
  }

  /** Arrears of which a payment arrived after all. */
  #lapse({ data, position }: Recorded<'AdjustmentLapsed'>): void {
    const household = householdOf(data);
    const key = `${household} ${data.correctionId}`;
    this.#put(household, this.#months.get(key) ?? [], -1n);
    this.#months.delete(key);
    this.#establishedAt.set(household, position);
  }

  #put(household: string, months: readonly Month[], sign: bigint): void {
    for (const { period, paidMinor, dueMinor } of months) {
      const key = `${household} ${period}`;
      const before = this.#established.get(key) ?? 0n;
      this.#established.set(key, before + sign * (BigInt(dueMinor) - BigInt(paidMinor)));
    }
  }
}

const monthsOf = (periods: Periods): readonly Month[] =>
  periods.map(({ period, paidMinor, dueMinor }) => ({ period, paidMinor, dueMinor }));
const isIn = ({ fromPeriod, toPeriod }: Months, month: string): boolean =>
  fromPeriod <= month && month <= toPeriod;
const keyOf = (what: Lapsing, { paymentId, round }: Carrying): string =>
  `${what} ${paymentId} ${round}`;
const householdOf = ({
  programmeId,
  personId,
}: Pick<EventData['AdjustmentProposed'], 'programmeId' | 'personId'>): string =>
  `${programmeId}-${personId}`;
