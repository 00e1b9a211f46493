/** Payments, counted: `amountMinor` in minor units of the cycle's currency. */
export interface Sum {
  readonly count: number;
  readonly amountMinor: bigint;
}

export const NOTHING: Sum = { count: 0, amountMinor: 0n };
