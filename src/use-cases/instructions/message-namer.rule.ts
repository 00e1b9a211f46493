import type { PayingAccount } from '../../write-side/readers.js';
import { messageIdOf } from '../../payment/instruction-ids.rule.js';

/** Credit transfers in one pain.001 file, where the terms say nothing else. */
export const MAX_PER_FILE = 100_000;

/**
 * The part of a message id that tells messages of one release apart: the account, where terms name
 * it, and a running number.
 */
export const messagePart = (
  { accountId }: Pick<PayingAccount, 'accountId'>,
  number: string,
): string => (accountId === '' ? number : `${accountId}-${number}`);

/** Messages that were begun and not sent leave their numbers out. */
const GAPS = 100;

/**
 * The account that each message of a cycle left from, by the names that messages from it have;
 * those that are named otherwise are left out.
 */
export function accountsOfMessages<A extends Pick<PayingAccount, 'accountId'>>(
  accounts: readonly A[],
  { programmeId, period }: { readonly programmeId: string; readonly period: string },
  messageIds: ReadonlySet<string>,
): ReadonlyMap<string, A> {
  const found = new Map<string, A>();
  for (const account of accounts)
    for (let sequence = 1; sequence <= messageIds.size + GAPS; sequence += 1)
      for (const kind of ['', 'R']) {
        const part = messagePart(account, `${kind}${String(sequence).padStart(4, '0')}`);
        const id = messageIdOf(programmeId, period, part);
        if (messageIds.has(id)) found.set(id, account);
      }
  return found;
}

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
