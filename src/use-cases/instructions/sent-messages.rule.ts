import type { Recorded } from '../../kernel/decider.js';
import { accountSpellings, isIban } from '../../kernel/accounts.js';
import type { PayingAccount } from '../../write-side/readers.js';

/** A message of ours that was handed to a bank. */
export interface SentMessage {
  readonly cycleId: string;
  readonly messageId: string;
  readonly count: number;
  readonly totalMinor: string;
  readonly currency: string;
}
export interface SentPayment {
  readonly paymentId: string;
  readonly endToEndId: string;
}

/** What was released, and in which messages, of every cycle. */
export class SentMessages {
  readonly messages = new Map<string, SentMessage>();
  /** Ids of the messages of each cycle. */
  readonly ofCycle = new Map<string, Set<string>>();
  /** Cycles that are released and not closed, in order. */
  readonly open: string[] = [];
  readonly closed: string[] = [];
  /** Where each released cycle was released. */
  readonly releasedAt = new Map<string, number>();

  /** @param events of a cycle's stream; cycles are added in the order of their ids */
  add(events: readonly Recorded[]): void {
    let released: string | undefined;
    let currency = '';
    for (const event of events) {
      if (event.type === 'CycleOpened') currency = event.data.currency;
      if (event.type === 'CycleReleased') {
        released = event.data.cycleId;
        this.releasedAt.set(released, event.position);
      }
      if (event.type !== 'CycleInstructed' && event.type !== 'CycleReinstructed') continue;
      const { cycleId, files } = event.data;
      const own = this.ofCycle.get(cycleId) ?? new Set();
      this.ofCycle.set(cycleId, own);
      for (const { messageId, count, totalMinor } of files) {
        this.messages.set(messageId, { cycleId, messageId, count, totalMinor, currency });
        own.add(messageId);
      }
    }
    if (released === undefined) return;
    const isClosed = events.some(({ type }) => type === 'CycleClosed');
    (isClosed ? this.closed : this.open).push(released);
  }
}

/** What was instructed in a message, of one payment's events. */
export const sentIn = (messageId: string, events: readonly Recorded[]): readonly SentPayment[] =>
  events.flatMap((event) =>
    (event.type === 'PaymentInstructed' || event.type === 'PaymentReinstructed') &&
    event.data.messageId === messageId
      ? [{ paymentId: event.data.paymentId, endToEndId: event.data.endToEndId }]
      : [],
  );

/** Where a programme's payments leave from, in all spellings of its accounts. */
export const accountsOf = (
  accounts: readonly Pick<PayingAccount, 'debtor'>[],
): ReadonlySet<string> =>
  new Set(
    accounts.flatMap(({ debtor }) => accountSpellings('iban' in debtor ? debtor.iban : debtor.rib)),
  );

/** An IBAN whose check digits are wrong is nobody's, whatever comes after them. */
export function isOneOfAccounts(accounts: ReadonlySet<string>, account: string): boolean {
  const isReal = !/^[A-Za-z]{2}\d\d/.test(account) || isIban(account.toUpperCase());
  return isReal && accountSpellings(account).some((spelling) => accounts.has(spelling));
}
