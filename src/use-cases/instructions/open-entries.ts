import { MAX_PAGE, type EventStore } from '../../adapters/event-store/port.js';
import type { EventData } from '../../../events/generated.js';
import type { Recorded } from '../../kernel/decider.js';
import type { PaymentState } from '../../payment/payment.state.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { foldBankEntry } from '../folds.js';

type Entry = EventData['BankEntryQuarantined'];

/**
 * Bank entries that wait for a person, by the payment or else the message of ours that they name:
 * money may have moved already, so such a payment is not instructed again. Read once, and from then
 * on with what the log grew by. An entry that is recorded after that, and before the payment, is
 * news of after the instruction to whoever instructs: no stream of the payment's has it, so nothing
 * can fence it. It waits all the same, and keeps the cycle from closing. Besides, who dismissed
 * such entries: they do not pay it again.
 * @param asOf position of the log that it is read to; absent: to its end, further each time
 */
export class OpenEntries {
  readonly #waiting = new Map<string, string>();
  readonly #byName = new Map<string, Set<string>>();
  readonly #dismissers = new Map<string, readonly string[]>();
  #through: number | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly asOf?: number,
  ) {}

  /** Reads on to the end of the log, or to its position. */
  async read(): Promise<void> {
    this.#through ??= await this.#readEntries();
    for (let end = this.asOf !== undefined; !end;) {
      const page = await this.store.readAll(this.#through, MAX_PAGE);
      for (const event of page.events) this.#look(event);
      this.#through = page.next;
      end = page.end;
    }
  }

  /** @returns the position to which they were read at least */
  async #readEntries(): Promise<number> {
    const { store, asOf } = this;
    const through = asOf ?? (await store.lastPosition());
    for await (const page of pagesOf(store, 'entry-', asOf === undefined ? {} : { asOf }))
      for (const { events } of page) {
        const { status, entry } = foldBankEntry(events);
        if (entry && (status === 'quarantined' || status === 'dismissed')) this.#add(entry);
        const dismissal = events.findLast(({ type }) => type === 'BankEntryDismissed');
        if (dismissal) this.#look(dismissal);
      }
    return through;
  }

  /** The first that names the payment, or a whole message that it was instructed in. */
  naming({ paymentId, messageIds }: Pick<PaymentState, 'paymentId' | 'messageIds'>) {
    for (const name of [paymentId, ...messageIds])
      for (const entryId of this.#byName.get(name) ?? []) return entryId;
    return undefined;
  }

  /** Who dismissed those that named the payment, or a whole message that it was instructed in. */
  dismissersOf({ paymentId, messageIds }: Pick<PaymentState, 'paymentId' | 'messageIds'>) {
    return [paymentId, ...messageIds].flatMap((name) => this.#dismissers.get(name) ?? []);
  }

  #look(event: Recorded): void {
    if (event.type === 'BankEntryQuarantined') this.#add(event.data);
    if (event.type !== 'BankEntryAssigned' && event.type !== 'BankEntryDismissed') return;
    const { entryId } = event.data;
    const name = this.#waiting.get(entryId);
    if (name === undefined) return;
    this.#waiting.delete(entryId);
    this.#byName.get(name)?.delete(entryId);
    if (event.type === 'BankEntryDismissed')
      this.#dismissers.set(name, [...(this.#dismissers.get(name) ?? []), event.meta.actor]);
  }

  /** That money was asked for, or that nothing is known, moves none. */
  #add({ entryId, paymentId, messageId, outcome }: Entry): void {
    const name = paymentId ?? messageId;
    if (name === undefined || outcome === 'accepted' || outcome === 'unknown') return;
    this.#waiting.set(entryId, name);
    this.#byName.set(name, (this.#byName.get(name) ?? new Set()).add(entryId));
  }
}
