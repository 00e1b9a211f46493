import type {
  BlockTransaction,
  SentBatch,
  SentTransfer,
} from '../../adapters/payment-rail/govstack/port.js';
import { accountSpellings } from '../../kernel/accounts.js';

/** An account as a block may name it: telephone numbers stand there without their plus, too. */
const namesOf = (account: string): readonly string[] =>
  [account, ...accountSpellings(account)].flatMap((name) =>
    name.startsWith('+') ? [name, name.slice(1)] : [name],
  );

/** Whom a block names as the payee; undefined where it names nobody. */
export const payeeNamed = ({ payeePartyId }: BlockTransaction): string | undefined => {
  const named = payeePartyId?.trim();
  return named === '' ? undefined : named;
};

/**
 * Finds the transfer that a transaction is: by the id that we gave it, else by payee and amount
 * where only one is so.
 */
export class TransferFinder {
  readonly #byId: ReadonlyMap<string, SentTransfer>;
  readonly #left: Set<string>;
  readonly #byPayee = new Map<string, Set<SentTransfer>>();

  constructor({ transfers }: SentBatch) {
    this.#byId = new Map(transfers.map((transfer) => [transfer.instructionId, transfer]));
    this.#left = new Set(this.#byId.keys());
    for (const transfer of transfers)
      for (const name of [transfer.payeeIdentity, ...namesOf(transfer.account)])
        this.#byPayee.set(name, (this.#byPayee.get(name) ?? new Set()).add(transfer));
  }

  /** Transfers that were not found. */
  get left(): number {
    return this.#left.size;
  }

  /**
   * Also a second time: what a block says twice of a transfer, its payment holds against each other.
   * What names another payee than that of the id is of nobody knows which of the two.
   * @param amountMinor undefined where the block says no amount
   */
  find(transaction: BlockTransaction, amountMinor: bigint | undefined): SentTransfer | undefined {
    const { transactionId } = transaction;
    const named = payeeNamed(transaction);
    const paid = named === undefined ? undefined : this.#paidTo(named);
    const own = transactionId === undefined ? undefined : this.#byId.get(transactionId);
    if (own && paid?.includes(own) === false) return undefined;
    const alone = paid?.filter((transfer) => transfer.amountMinor === amountMinor) ?? [];
    const found = own ?? (alone.length === 1 ? alone[0] : undefined);
    if (found) this.#left.delete(found.instructionId);
    return found;
  }

  /** The transfers to a payee, by its identity or by any spelling of its account. */
  #paidTo(named: string): readonly SentTransfer[] {
    const names = [named, ...accountSpellings(named)];
    return [...new Set(names.flatMap((name) => [...(this.#byPayee.get(name) ?? [])]))];
  }
}
