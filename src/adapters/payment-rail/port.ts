/** One credit transfer to be instructed. Amounts in minor units; names and accounts come from the vault. */
export interface Instruction {
  readonly paymentId: string;
  readonly attempt: number;
  readonly endToEndId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly payee: { readonly name: string; readonly kind: 'iban' | 'rib' | 'wallet' | 'cash'; readonly account: string };
  readonly remittance: string;
}
export interface MessageHead {
  /** Unique per debtor for ever; at most 35 characters. */
  readonly messageId: string;
  readonly createdAt: string;
  readonly executionDate: string;
  readonly debtor: { readonly name: string; readonly iban: string; readonly bic: string };
  readonly currency: string;
  readonly count: number;
  readonly totalMinor: bigint;
}
export interface WrittenFile { readonly name: string; readonly messageId: string; readonly sha256: string; readonly count: number; readonly totalMinor: string }

/**
 * Hands instructions to a payment system. Writing the same message twice leaves the same bytes under the same name.
 * The file appears whole (temporary name, sync, rename) or not at all.
 */
export interface PaymentRail {
  write(head: MessageHead, instructions: AsyncIterable<readonly Instruction[]> | Iterable<readonly Instruction[]>): Promise<WrittenFile>;
}
export const PAYMENT_RAIL = Symbol('PaymentRail');

/** Why a message was not written: nothing of it is left under its name. `detail` names the payment, never a name or an account. */
export class RailError extends Error {
  constructor(
    readonly code: 'INSTRUCTION_INVALID' | 'LIMIT_EXCEEDED' | 'CONTROL_SUM_DIFFERS' | 'MESSAGE_DIFFERS' | 'MESSAGE_BUSY' | 'DISK_FULL' | 'RAIL_FAILED',
    readonly detail: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${detail}`, options);
    this.name = 'RailError';
  }
}
