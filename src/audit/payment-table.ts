import type { AsOf } from './as-of.js';
import { STATUS, type Status } from './cycle-ledger.js';
import { RecentStatuses } from './recent-statuses.js';
import { FIRST_ROOM, withRoomFor } from './growing-column.js';

/** What a payment is that may not stand. */
const GONE: ReadonlySet<Status> = new Set(['rejected', 'returned', 'cancelled']);

/**
 * Where each payment is, by the dense number of its stream: 13 bytes a payment, whatever the number
 * of its events. A number that nothing was written of is of a payment that there is none.
 */
export class PaymentTable {
  #status = new Uint8Array(FIRST_ROOM);
  #attempt = new Uint16Array(FIRST_ROOM);
  #amount = new BigInt64Array(FIRST_ROOM);
  #settledBy = new Uint16Array(FIRST_ROOM);
  readonly #recent: RecentStatuses;

  constructor(asOf: Pick<AsOf, 'earliest'>) {
    this.#recent = new RecentStatuses(asOf);
  }

  status(stream: number): Status {
    return STATUS[this.#status[stream] ?? 0]!;
  }
  /** What it was by the events up to a position, as far back as anything is computed as of. */
  statusAsOf(stream: number, position: number): Status {
    return this.#recent.at(stream, position, this.status(stream));
  }
  /** The live attempt; 0 before the first. */
  attempt(stream: number): number {
    return this.#attempt[stream] ?? 0;
  }
  /** In minor units. */
  amount(stream: number): bigint {
    return this.#amount[stream] ?? 0n;
  }
  /** The attempt by which a settled payment is settled. */
  settledBy(stream: number): number {
    return this.#settledBy[stream] ?? 0;
  }

  /** @param position of the event by which it is so */
  setStatus(stream: number, to: Status, position: number): void {
    this.#fit(stream);
    const before = this.status(stream);
    if (before !== to && (GONE.has(before) || GONE.has(to)))
      this.#recent.add(stream, { position, before });
    this.#status[stream] = STATUS.indexOf(to);
  }
  setAttempt(stream: number, attempt: number): void {
    this.#fit(stream);
    this.#attempt[stream] = attempt;
  }
  setAmount(stream: number, minor: bigint): void {
    this.#fit(stream);
    this.#amount[stream] = minor;
  }
  setSettledBy(stream: number, attempt: number): void {
    this.#fit(stream);
    this.#settledBy[stream] = attempt;
  }

  #fit(stream: number): void {
    this.#status = withRoomFor(this.#status, stream, Uint8Array);
    this.#attempt = withRoomFor(this.#attempt, stream, Uint16Array);
    this.#amount = withRoomFor(this.#amount, stream, BigInt64Array);
    this.#settledBy = withRoomFor(this.#settledBy, stream, Uint16Array);
  }
}
