import { createHash } from 'node:crypto';
import type { EventStore } from '../../adapters/event-store/port.js';
import { idIn } from '../../kernel/ids.js';
import { orderedInRound } from './ordered.rule.js';
import { pagesOf } from '../../write-side/stream-pages.js';

/**
 * Count, total (minor units) and content hash of the payments of a cycle: what is prepared,
 * approved and released.
 */
export interface SetFigures {
  readonly count: number;
  readonly totalMinor: bigint;
  readonly contentHash: string;
}

/**
 * Adds payments in payment-id order; the hash is SHA-256 over lines
 * `<paymentId>|<amountMinor>|<currency>\n`.
 */
export class SetTally {
  readonly #hash = createHash('sha256');
  #lines = '';
  #count = 0;
  #total = 0n;

  add(paymentId: string, amountMinor: string, currency: string): void {
    this.#lines += `${paymentId}|${amountMinor}|${currency}\n`;
    this.#count += 1;
    this.#total += BigInt(amountMinor);
    if (this.#lines.length > 65_536) this.#flush();
  }

  figures(): SetFigures {
    this.#flush();
    return {
      count: this.#count,
      totalMinor: this.#total,
      contentHash: this.#hash.copy().digest('hex'),
    };
  }

  #flush(): void {
    this.#hash.update(this.#lines);
    this.#lines = '';
  }
}

/** The set of a cycle's round, from the log. */
export async function setFromLog(
  store: EventStore,
  cycleId: string,
  round: number,
  signal?: AbortSignal,
): Promise<SetFigures> {
  const tally = new SetTally();
  for await (const page of pagesOf(store, `payment-${cycleId}-`, signal ? { signal } : {})) {
    for (const { stream, events } of page) {
      const ordered = orderedInRound(events, round);
      if (ordered) tally.add(idIn(stream), ordered.amountMinor, ordered.currency);
    }
  }
  return tally.figures();
}
