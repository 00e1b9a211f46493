/** Payments, counted: `amountMinor` in minor units of the cycle's currency. */
export interface Sum {
  readonly count: number;
  readonly amountMinor: bigint;
}
