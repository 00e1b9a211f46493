import type { PayingAccount } from '../../write-side/readers.js';
import { messageIdOf } from '../../payment/instruction-ids.rule.js';

/** Credit transfers in one pain.001 file, where the terms say nothing else. */
export const MAX_PER_FILE = 100_000;

/**
 * The part of a message id that tells messages of one release apart: the account, where terms name
 * it, and a running number.
 */
export const messagePart = ({ accountId }: PayingAccount, number: string): string =>
  accountId === '' ? number : `${accountId}-${number}`;

/**
 * Gives out message ids that no earlier run used, per paying account, each for so many payments,
 * and notes who got which.
 */
export class MessageNamer {
  readonly #filling = new Map<PayingAccount, { readonly id: string; places: number }>();
  readonly #sequences = new Map<PayingAccount, number>();

  constructor(
    private readonly messages: Map<string, string[]>,
    private readonly head: { readonly programmeId: string; readonly period: string },
    private readonly limit: number | undefined,
  ) {}

  next(account: PayingAccount): string {
    let filling = this.#filling.get(account);
    if (!filling || filling.places >= (this.limit ?? account.maxPerFile ?? MAX_PER_FILE)) {
      let sequence = this.#sequences.get(account) ?? 0;
      let id: string;
      do {
        sequence += 1;
        id = messageIdOf(
          this.head.programmeId,
          this.head.period,
          messagePart(account, `R${String(sequence).padStart(4, '0')}`),
        );
      } while (this.messages.has(id));
      this.#sequences.set(account, sequence);
      filling = { id, places: 0 };
      this.#filling.set(account, filling);
    }
    filling.places += 1;
    return filling.id;
  }

  note(messageId: string, paymentId: string): void {
    const paymentIds = this.messages.get(messageId);
    if (paymentIds) paymentIds.push(paymentId);
    else this.messages.set(messageId, [paymentId]);
  }
}
