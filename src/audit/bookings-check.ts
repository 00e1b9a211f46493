import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import type { Found } from './report.js';
import { FIRST_ROOM, withRoomFor } from './growing-column.js';
import { ToldBookings } from './told-bookings.js';

type Booked = EventData['PaymentBooked' | 'PaymentSettled' | 'PaymentReturned'];
type Outcome = EventData['PaymentBooked']['outcome'];

/** Bookings of one outcome of one attempt that count, by kind of message, and those too many. */
interface Bookings {
  readonly bySource: Map<string, number>;
  referenced: number;
  tooMany: number;
  /** Of those too many, the ones that a break names no reference of. */
  unreferenced: number;
}

const isOfAccount = (source: string): boolean =>
  source === 'camt.053' || source === 'camt.054' || source === 'operator';

/** Told neither of the account nor by a status report. */
const isOwnWord = ({ source }: Pick<Booked, 'source'>): boolean =>
  !isOfAccount(source) && source !== 'pain.002';

/** What of an outcome is kept of each payment, in bits; of its newest attempt. */
const SAID = { settled: 1, returned: 2 } as const;
const FIRST = {
  settled: { 'camt.053': 4, 'camt.054': 8, operator: 16 },
  returned: { 'camt.053': 32, 'camt.054': 64, operator: 128 },
} as const;
const REFERENCED = { settled: 256, returned: 512 } as const;

/**
 * I2, as far as it is about which entry of the bank an outcome is booked under: a booking is of
 * what was said before; under references there is one, and each kind of message has no more than
 * one that is not a break; a payment system's own words are of one. 9 bytes a payment, and more for
 * those that were booked after they were known.
 */
export class BookingsCheck {
  #bits = new Uint16Array(FIRST_ROOM);
  readonly #attempts = new Map<number, number>();
  readonly #bookings = new Map<string, Bookings>();
  readonly #told = new ToldBookings();

  /** @param stream dense number of the event's stream */
  add(event: Recorded, stream: number, found: Found): void {
    switch (event.type) {
      case 'PaymentInstructed':
        this.#told.instructed(this.#paymentOf(stream), event.data.messageId);
        return this.#fit(stream);
      case 'PaymentReinstructed':
        this.#told.instructed(this.#paymentOf(stream), event.data.messageId);
        this.#attempts.set(stream, event.data.attempt);
        this.#bits[stream] = 0;
        return;
      case 'PaymentSettled':
        return this.#said(stream, 'settled', event.data);
      case 'PaymentReturned':
        return this.#said(stream, 'returned', event.data);
      case 'PaymentBreakResolved':
        this.#fit(stream);
        this.#told.resolved(event.data);
        if (event.data.resolution === 'counted-as-settled') this.#bits[stream]! |= SAID.settled;
        if (event.data.resolution === 'counted-as-returned') this.#bits[stream]! |= SAID.returned;
        return;
      case 'PaymentBreakRecorded':
        return this.#broken(stream, event.data);
      case 'PaymentBooked':
        return this.#booked(event.data, stream, found);
      default:
        return;
    }
  }

  /** A booking too many, or what came back of one: it is told again like any other. */
  #broken(stream: number, data: EventData['PaymentBreakRecorded']): void {
    const { kind, reported, attempt } = data;
    if (reported !== 'settled' && reported !== 'returned') return;
    if (isOwnWord(data)) this.#told.broken(this.#paymentOf(stream), reported, data);
    const isOfSecond = kind === 'other-contradiction' && reported === 'returned';
    if (kind !== 'booked-twice' && !isOfSecond) return;
    const bookings = this.#of(stream, attempt, reported);
    bookings.tooMany += 1;
    if (!hasReference(data)) bookings.unreferenced += 1;
  }

  #said(stream: number, outcome: Outcome, data: Booked): void {
    this.#fit(stream);
    const { source } = data;
    if (isOwnWord(data)) this.#told.said(this.#paymentOf(stream), outcome, data);
    const first = FIRST[outcome];
    const known = this.#bookings.get(`${stream} ${data.attempt} ${outcome}`);
    if (known && source in first) known.bySource.set(source, (known.bySource.get(source) ?? 0) + 1);
    if (known && isOfAccount(source) && hasReference(data)) known.referenced += 1;
    this.#bits[stream]! |=
      SAID[outcome] |
      (source in first ? first[source as keyof typeof first] : 0) |
      (isOfAccount(source) && hasReference(data) ? REFERENCED[outcome] : 0);
  }

  #booked(data: EventData['PaymentBooked'], stream: number, found: Found): void {
    const { attempt, outcome, source } = data;
    this.#fit(stream);
    const isLive = this.#isLive(stream, attempt);
    const bookings = this.#of(stream, attempt, outcome);
    const isSaid = (this.#bits[stream]! & (SAID[outcome] | SAID.returned)) !== 0;
    if (isLive && !isSaid && bookings.tooMany === 0)
      found('I2', `booked as ${outcome}, which nobody had said`);
    if (isOwnWord(data) && this.#told.isOneMore(this.#paymentOf(stream), data))
      found('I2', `booked under another reference or day by ${source}, and no break says so`);
    if (!isOfAccount(source)) return;
    const count = (bookings.bySource.get(source) ?? 0) + 1;
    bookings.bySource.set(source, count);
    if (count > 1 + bookings.tooMany)
      found('I2', `booked ${count} times in ${source}, and no break says so`);
    if (!hasReference(data)) return;
    bookings.referenced += 1;
    if (bookings.referenced > 1 + bookings.unreferenced)
      found('I2', 'booked under another reference of the bank, and no break says so');
  }

  /** With what is known of the newest attempt from the event that settled or returned it. */
  #of(stream: number, attempt: number, outcome: Outcome): Bookings {
    const key = `${stream} ${attempt} ${outcome}`;
    const known = this.#bookings.get(key);
    if (known) return known;
    const isLive = this.#isLive(stream, attempt);
    const bits = isLive ? (this.#bits[stream] ?? 0) : 0;
    const found: Bookings = {
      bySource: new Map(
        Object.entries(FIRST[outcome]).flatMap(([source, bit]) =>
          (bits & bit) === 0 ? [] : [[source, 1] as const],
        ),
      ),
      referenced: (bits & REFERENCED[outcome]) === 0 ? 0 : 1,
      tooMany: 0,
      unreferenced: 0,
    };
    this.#bookings.set(key, found);
    return found;
  }

  #isLive(stream: number, attempt: number): boolean {
    return attempt === (this.#attempts.get(stream) ?? 1);
  }

  #paymentOf(stream: number): { readonly stream: number; readonly newest: number } {
    return { stream, newest: this.#attempts.get(stream) ?? 1 };
  }

  #fit(stream: number): void {
    this.#bits = withRoomFor(this.#bits, stream, Uint16Array);
  }
}

const hasReference = ({
  reference,
  entryReference,
}: Pick<EventData['PaymentBooked'], 'reference' | 'entryReference'>): boolean =>
  reference !== undefined || entryReference !== undefined;
