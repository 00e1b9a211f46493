import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import { partsOfPayment } from '../kernel/ids.js';
import type { AsOf } from './as-of.js';
import type { Found } from './report.js';

type Household = Pick<EventData['AdjustmentProposed'], 'correctionId' | 'programmeId' | 'personId'>;

/** What arrears are of, and which payments carried them and gave them back. */
interface Arrears {
  readonly months: readonly string[];
  /** Where they came onto the account. */
  readonly at: number;
  readonly carriers: readonly StoodInFor[];
  /** Where what its correction found lapsed; it looked at nothing then. */
  readonly lapsedAt: number;
}
/** A payment that arrears stand in for, and where it was that they came to do so. */
export interface StoodInFor {
  readonly paymentId: string;
  readonly since: number;
}
/** Arrears that a payment carries: what they stand in for, and where it was looked at last. */
export interface Carried {
  readonly correctionId: string;
  readonly behind: readonly StoodInFor[];
  readonly lookedAt: number;
}
interface Correction {
  readonly correctionId: string;
  readonly personId: string | undefined;
  readonly fromPeriod: string;
  readonly toPeriod: string;
  readonly asOf: number;
  /** Where it came to its end, applied or with nothing found; Infinity before. */
  readonly doneAt: number;
}
/** Where arrears came to stand in for a payment, where it was looked at last, and where it is. */
export interface Positions {
  readonly since: number;
  readonly lookedAt: number;
  readonly asOf: number;
}
/** From where to where in the log somebody who pays looked at what stands against it. */
export interface Looked {
  readonly from: number;
  readonly to: number;
}
/** What others of the audit know of payments. */
interface Payments {
  /** The cycles that ordered, as of a position, what the policy gives a household for a month. */
  cyclesPaying(household: string, month: string, asOf: number): readonly string[];
  /** Whether it had failed, and a break left open whether it was paid. */
  isInDoubt(paymentId: string, asOf: number): boolean;
  /** Whether it had failed by one position and was paid by another, unseen by who looked. */
  hasArrived(paymentId: string, positions: Positions): boolean;
}

/**
 * I2 for arrears: none is ordered while a break leaves open whether a payment that it stands in for
 * was paid all the same: one that was ordered for one of its months, or one that carried it and
 * gave it back; nor where such a payment, which had failed, was paid since, and no correction has
 * looked at the months again. Some 200 bytes a month that a correction found something for.
 */
export class DoubtedArrearsCheck {
  /** By correction and household. */
  readonly #arrears = new Map<string, Arrears>();
  /** By payment that carries them: their corrections. */
  readonly #carried = new Map<string, readonly string[]>();
  /** By programme. */
  readonly #corrections = new Map<string, Map<string, Correction>>();

  add(event: Recorded, asOf: Pick<AsOf, 'payment'>, payments: Payments, found: Found): void {
    switch (event.type) {
      case 'CorrectionStarted': {
        const { programmeId, correctionId, personId, fromPeriod, toPeriod } = event.data;
        this.#correctionsOf(programmeId).set(correctionId, {
          ...{ correctionId, personId, fromPeriod, toPeriod },
          asOf: event.data.asOf,
          doneAt: Infinity,
        });
        return;
      }
      case 'CorrectionProposed':
        if (event.data.arrearsCount + event.data.overpaidCount > 0) return;
        return this.#done(event.data.correctionId, event.position);
      case 'CorrectionApplied':
        return this.#done(event.data.correctionId, event.position);
      case 'AdjustmentProposed': {
        const months = event.data.periods.map(({ period }) => period);
        const nothing = { at: Infinity, lapsedAt: Infinity, carriers: [] };
        this.#arrears.set(keyOf(event.data), { ...nothing, months });
        return;
      }
      case 'AdjustmentEstablished':
        return this.#change(event.data, { at: event.position });
      case 'AdjustmentLapsed':
        this.#requireArrival(event, payments, found);
        return this.#change(event.data, { lapsedAt: event.position });
      case 'ArrearsReleased':
        return this.#released(event);
      case 'ArrearsOrdered':
        return this.#ordered(event.data, asOf.payment(event.data.paymentId), payments, found);
      default:
        return;
    }
  }

  /** The arrears that a payment carries, as who pays it saw them. */
  carriedBy(
    paymentId: string,
    { from, to }: Looked,
    payments: Pick<Payments, 'cyclesPaying'>,
  ): readonly Carried[] {
    const { programmeId, personId } = partsOfPayment(paymentId);
    return (this.#carried.get(paymentId) ?? []).flatMap((correctionId) => {
      const household = { correctionId, programmeId, personId };
      const arrears = this.#arrears.get(keyOf(household));
      if (!arrears) return [];
      const behind = standsInFor(household, arrears, payments, from);
      const others = behind.filter((one) => one.paymentId !== paymentId);
      return [{ correctionId, behind: others, lookedAt: this.#lookedAt(household, arrears, to) }];
    });
  }

  #correctionsOf(programmeId: string): Map<string, Correction> {
    const known = this.#corrections.get(programmeId) ?? new Map<string, Correction>();
    this.#corrections.set(programmeId, known);
    return known;
  }

  #done(correctionId: string, doneAt: number): void {
    for (const corrections of this.#corrections.values()) {
      const known = corrections.get(correctionId);
      if (known) corrections.set(correctionId, { ...known, doneAt });
    }
  }

  #change(household: Household, change: Partial<Arrears>): void {
    const known = this.#arrears.get(keyOf(household));
    if (known) this.#arrears.set(keyOf(household), { ...known, ...change });
  }

  /** Arrears go off an account for a payment that they stood in for, and that arrived. */
  #requireArrival(
    { position: asOf, data }: Recorded<'AdjustmentLapsed'>,
    payments: Payments,
    found: Found,
  ): void {
    const arrears = this.#arrears.get(keyOf(data));
    if (data.paymentId === undefined || !arrears) return;
    const lookedAt = this.#lookedAt(data, arrears, asOf);
    const arrived = standsInFor(data, arrears, payments, asOf).some(
      ({ paymentId, since }) =>
        paymentId === data.paymentId && payments.hasArrived(paymentId, { since, lookedAt, asOf }),
    );
    if (!arrived) found('I6', `arrears lapsed for ${data.paymentId}, which did not arrive`);
  }

  #released({ position, data }: Recorded<'ArrearsReleased'>): void {
    const { correctionIds, paymentId, programmeId, personId } = data;
    const left = (this.#carried.get(paymentId) ?? []).filter((one) => !correctionIds.includes(one));
    this.#carried.set(paymentId, left);
    for (const correctionId of correctionIds) {
      const household = { correctionId, programmeId, personId };
      const carriers = this.#arrears.get(keyOf(household))?.carriers ?? [];
      this.#change(household, { carriers: [...carriers, { paymentId, since: position }] });
    }
  }

  #ordered(
    { correctionIds, paymentId, ...whose }: EventData['ArrearsOrdered'],
    asOf: number,
    payments: Payments,
    found: Found,
  ): void {
    this.#carried.set(paymentId, [...(this.#carried.get(paymentId) ?? []), ...correctionIds]);
    for (const correctionId of correctionIds) {
      const household = { ...whose, correctionId };
      const arrears = this.#arrears.get(keyOf(household));
      if (!arrears) continue;
      const behind = standsInFor(household, arrears, payments, asOf);
      const others = behind.filter((one) => one.paymentId !== paymentId);
      if (others.some((one) => payments.isInDoubt(one.paymentId, asOf)))
        found('I2', 'arrears are ordered of what may have been paid: a break of it is open');
      const lookedAt = this.#lookedAt(household, arrears, asOf);
      if (
        others.some(({ paymentId: other, since }) =>
          payments.hasArrived(other, { since, lookedAt, asOf }),
        )
      )
        found('I2', 'arrears are ordered of what was paid after all: no correction looked since');
    }
  }

  /** As of which position all months of arrears were looked at last, as far as that was known. */
  #lookedAt({ programmeId, personId }: Household, { months }: Arrears, asOf: number): number {
    let latest = -1;
    for (const one of this.#correctionsOf(programmeId).values()) {
      const isOfHousehold = one.personId === undefined || one.personId === personId;
      if (!isOfHousehold || one.doneAt > asOf || one.asOf <= latest) continue;
      const key = keyOf({ correctionId: one.correctionId, programmeId, personId });
      const hasLapsed = (this.#arrears.get(key)?.lapsedAt ?? Infinity) <= asOf;
      const looksAtAll = months.every((month) => one.fromPeriod <= month && month <= one.toPeriod);
      if (looksAtAll && !hasLapsed) latest = one.asOf;
    }
    return latest;
  }
}

/** Payments of the months that arrears are of, and those that gave them back, as of a position. */
function standsInFor(
  { programmeId, personId }: Household,
  { months, at, carriers }: Arrears,
  payments: Pick<Payments, 'cyclesPaying'>,
  asOf: number,
): readonly StoodInFor[] {
  const paying = months.flatMap((month) =>
    payments.cyclesPaying(`${programmeId}-${personId}`, month, asOf),
  );
  return [
    ...[...new Set(paying)].map((cycle) => ({
      paymentId: `${programmeId}-${cycle}-${personId}`,
      since: at,
    })),
    ...carriers.filter(({ since }) => since <= asOf),
  ];
}

const keyOf = ({ correctionId, programmeId, personId }: Household): string =>
  `${correctionId} ${programmeId}-${personId}`;
