import type {
  BlockTransaction,
  SentBatch,
  SentTransfer,
} from '../../adapters/payment-rail/govstack/port.js';
import { accountSpellings } from '../../kernel/accounts.js';

/** Whom a block names as the payee; undefined where it names nobody. */
export const payeeNamed = ({ payeePartyId }: BlockTransaction): string | undefined => {
  const named = payeePartyId?.trim();
  return named === '' ? undefined : named;
};

/** A transfer that a transaction is of, as far as the block says. */
export interface FoundTransfer {
  readonly transfer: SentTransfer;
  /** By our id, or by payee and amount; else by the payee alone. */
  readonly isSure: boolean;
  /** The payee that it names is another, with the payments that the batch has for that one. */
  readonly otherPayee?: { readonly named: string; readonly payments: readonly string[] };
}

/**
 * Finds the transfer that a transaction is: by the id that we gave it, else by payee and amount
 * where only one is so, else by the payee where there is one transfer to it.
 */
export class TransferFinder {
  readonly #byId: ReadonlyMap<string, SentTransfer>;
  readonly #left: Set<string>;
  readonly #byPayee = new Map<string, Set<SentTransfer>>();

  constructor({ transfers }: SentBatch) {
    this.#byId = new Map(transfers.map((transfer) => [transfer.instructionId, transfer]));
    this.#left = new Set(this.#byId.keys());
    for (const transfer of transfers)
      for (const name of [
        transfer.payeeIdentity,
        transfer.account,
        ...accountSpellings(transfer.account),
      ])
        this.#byPayee.set(name, (this.#byPayee.get(name) ?? new Set()).add(transfer));
  }

  /** Transfers that have no answer. */
  get left(): number {
    return this.#left.size;
  }

  answered({ instructionId }: SentTransfer): void {
    this.#left.delete(instructionId);
  }

  /**
   * Also a second time: what a block says twice of a transfer, its payment holds against each
   * other.
   * @param amountMinor undefined where the block says no amount
   */
  find(transaction: BlockTransaction, amountMinor: bigint | undefined): FoundTransfer | undefined {
    const { transactionId } = transaction;
    const named = payeeNamed(transaction);
    const paid = named === undefined ? [] : this.#paidTo(named);
    const own = transactionId === undefined ? undefined : this.#byId.get(transactionId);
    if (own) {
      if (named === undefined || paid.includes(own)) return { transfer: own, isSure: true };
      const payments = paid.map(({ paymentId }) => paymentId);
      return { transfer: own, isSure: true, otherPayee: { named, payments } };
    }
    const alike = paid.filter((transfer) => transfer.amountMinor === amountMinor);
    const [alone, more] = alike.length === 0 ? paid : alike;
    return alone && !more ? { transfer: alone, isSure: alike.length === 1 } : undefined;
  }

  /** The transfers to a payee, by its identity or by any spelling of its account. */
  #paidTo(named: string): readonly SentTransfer[] {
    const names = [named, ...accountSpellings(named)];
    return [...new Set(names.flatMap((name) => [...(this.#byPayee.get(name) ?? [])]))];
  }
}
