import { HashSet } from '../../kernel/hash-set.js';
import type { Instructed } from '../instructions/instructed-messages.js';
import type { SentPayment } from '../instructions/sent-messages.rule.js';
import type { Unclear } from './unclear-entry.rule.js';
import type { Saying, Spooled } from './verdict-spool.js';

/**
 * The payments that a status report says something of by name. What it says of a whole message is
 * of the others: where it says of one what nobody could take (an amount that cannot be read,
 * another payee), that payment waits for a person, and is not settled with all.
 */
export class ListedPayments {
  #message = -1;
  #named = new HashSet();
  #hasUnnamed = false;

  constructor(private readonly ours: Pick<Instructed, 'byUetr'>) {}

  /** @param verdict what is made of the entry, in the order of the file */
  async add({ message, booked, entry }: Spooled, verdict: Saying): Promise<void> {
    if (booked !== undefined || verdict.kind === 'message') return;
    if (message !== this.#message) {
      this.#message = message;
      this.#named = new HashSet();
      this.#hasUnnamed = false;
    }
    if (verdict.kind === 'unclear') this.#unclear(verdict, entry);
    else await this.#payment(verdict);
  }

  /** Whether a report that names a payment of ours by nothing says of it what nobody could take. */
  hasUnnamed(message: number): boolean {
    return message === this.#message && this.#hasUnnamed;
  }

  has(message: number, { paymentId, endToEndId }: SentPayment): boolean {
    if (message !== this.#message) return false;
    return this.#named.has(paymentId) || this.#named.has(endToEndId);
  }

  async #payment({
    outcome: { paymentId, endToEndId },
    uetr,
  }: Extract<Saying, { kind: 'payment' }>): Promise<void> {
    const named = [paymentId, endToEndId, uetr && (await this.ours.byUetr(uetr))?.paymentId];
    for (const one of named) if (one !== undefined && one !== '') this.#named.add(one);
  }

  #unclear({ names }: Unclear, entry: Spooled['entry']): void {
    const all = [names, ...(names?.others ?? [])].flatMap((one) => one?.paymentId ?? []);
    for (const paymentId of all) this.#named.add(paymentId);
    const said = all.length > 0 ? undefined : entry();
    if (said?.kind === 'status' && said.scope === 'transaction') this.#hasUnnamed = true;
  }
}
