import type { EventData } from '../../events/generated.js';
import { FIRST_ROOM, withRoomFor } from './growing-column.js';

type Told = EventData['PaymentBooked' | 'PaymentSettled' | 'PaymentReturned'];
type Outcome = EventData['PaymentBooked']['outcome'];

/** Sources that a payment's first word can be known by, in four bits; 0 is for none. */
const SOURCES = 15;
const SHIFT = { settled: 0, returned: 4 } as const;

/** What payment systems told of bookings of one outcome of one attempt. */
interface Bookings {
  /** How many references each source gave, other than in breaks. */
  readonly references: Map<string, number>;
  /** Breaks without a reference: each may be told one later. */
  unreferenced: number;
}

/**
 * Bookings that payment systems tell in words of their own: under two references of one source
 * there are two, of which one is a break. A byte a payment, and more for those that were told
 * again.
 */
export class ToldBookings {
  /** By payment: the source that settled its newest attempt under a reference, or returned it. */
  #first = new Uint8Array(FIRST_ROOM);
  readonly #sources: string[] = [];
  readonly #bookings = new Map<string, Bookings>();

  instructedAgain(stream: number): void {
    this.#fit(stream);
    this.#first[stream] = 0;
  }

  said(stream: number, outcome: Outcome, { attempt, source, reference }: Told): void {
    if (reference === undefined) return;
    const known = this.#bookings.get(`${stream} ${attempt} ${outcome}`);
    if (known) known.references.set(source, (known.references.get(source) ?? 0) + 1);
    this.#fit(stream);
    this.#first[stream]! |= this.#numberOf(source) << SHIFT[outcome];
  }

  broken(stream: number, outcome: Outcome, attempt: number, isLive: boolean): void {
    this.#of(stream, outcome, attempt, isLive).unreferenced += 1;
  }

  /** @returns whether it is one more than breaks say */
  isTooMany(
    stream: number,
    { outcome, attempt, source, reference }: EventData['PaymentBooked'],
    isLive: boolean,
  ): boolean {
    if (reference === undefined) return false;
    const { references, unreferenced } = this.#of(stream, outcome, attempt, isLive);
    const count = (references.get(source) ?? 0) + 1;
    references.set(source, count);
    return count > 1 + unreferenced;
  }

  #of(stream: number, outcome: Outcome, attempt: number, isLive: boolean): Bookings {
    const key = `${stream} ${attempt} ${outcome}`;
    const known = this.#bookings.get(key);
    if (known) return known;
    const number = isLive ? ((this.#first[stream] ?? 0) >> SHIFT[outcome]) & SOURCES : 0;
    const source = this.#sources[number - 1];
    const found: Bookings = {
      references: new Map(source === undefined ? [] : [[source, 1]]),
      unreferenced: 0,
    };
    this.#bookings.set(key, found);
    return found;
  }

  /** From 1; 0 for one more than there is room for, which is not looked at. */
  #numberOf(source: string): number {
    const known = this.#sources.indexOf(source);
    if (known >= 0) return known + 1;
    return this.#sources.length < SOURCES ? this.#sources.push(source) : 0;
  }

  #fit(stream: number): void {
    this.#first = withRoomFor(this.#first, stream, Uint8Array);
  }
}
