/** The log positions that things are computed as of. */
export interface AsOf {
  payment(paymentId: string): number;
  correction(correctionId: string): number;
  /** Of what is being computed, the earliest. */ earliest(): number;
}

/** A preparation, or a correction, starts within so many positions of the one that it is as of. */
const MAX_START_LAG = 100_000;

/** Before this, nothing that is to come is computed as of. */
export const settledBefore = (position: number, asOf: Pick<AsOf, 'earliest'>): number =>
  Math.min(position - MAX_START_LAG, asOf.earliest());
