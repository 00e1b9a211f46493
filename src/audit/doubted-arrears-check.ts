import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import type { AsOf } from './as-of.js';
import type { Found } from './report.js';

type Household = Pick<EventData['AdjustmentProposed'], 'correctionId' | 'programmeId' | 'personId'>;

/**
 * I2 for arrears: none is ordered while a break leaves open whether a payment that it stands in for
 * was paid all the same: one of the months that it is of, or one that carried it and gave it back.
 * Some 100 bytes a month that a correction found something for.
 */
export class DoubtedArrearsCheck {
  /** Payments that arrears stand in for, by correction and household. */
  readonly #standsInFor = new Map<string, readonly string[]>();

  add(
    event: Recorded,
    asOf: Pick<AsOf, 'payment'>,
    isInDoubt: (paymentId: string, asOf: number) => boolean,
    found: Found,
  ): void {
    if (event.type === 'AdjustmentProposed') {
      const { programmeId, personId, periods } = event.data;
      this.#standsInFor.set(
        keyOf(event.data),
        periods.map(({ period }) => `${programmeId}-${period}-${personId}`),
      );
    }
    if (event.type !== 'ArrearsOrdered' && event.type !== 'ArrearsReleased') return;
    const { correctionIds, paymentId, ...whose } = event.data;
    for (const correctionId of correctionIds) {
      const key = keyOf({ ...whose, correctionId });
      const behind = this.#standsInFor.get(key) ?? [];
      if (event.type === 'ArrearsReleased') this.#standsInFor.set(key, [...behind, paymentId]);
      else if (behind.some((one) => one !== paymentId && isInDoubt(one, asOf.payment(paymentId))))
        found('I2', 'arrears are ordered of what may have been paid: a break of it is open');
    }
  }
}

const keyOf = ({ correctionId, programmeId, personId }: Household): string =>
  `${correctionId} ${programmeId}-${personId}`;
