import type { EventData } from '../../events/generated.js';
import { standsForNone } from '../kernel/stands-for-none.js';
import { faultOfText } from '../kernel/text.js';
import { hash64 } from '../kernel/text-hash.js';
import { FIRST_ROOM, withRoomFor } from './growing-column.js';

type Booked = EventData['PaymentBooked' | 'PaymentSettled' | 'PaymentReturned'];
type Break = EventData['PaymentBreakRecorded'];
type Outcome = EventData['PaymentBooked']['outcome'];

/** Which bookings are compared: those of one outcome of one attempt, which one teller tells. */
interface Told {
  readonly payment: Payment;
  readonly attempt: number;
  readonly outcome: Outcome;
  readonly teller: string;
}

/** By its dense number, and which attempt of it is the newest so far. */
interface Payment {
  readonly stream: number;
  readonly newest: number;
}

/**
 * A reference, in 32 bits of its hash, and a day, in 16 bits of its number; 0 for none. Two that
 * share them count as one: who forges a log could as well write the same.
 */
interface Word {
  readonly reference: number;
  readonly day: number;
}

interface Odd {
  readonly words: Words;
  readonly word: Word;
  readonly outcome: Outcome;
  readonly kind: Break['kind'];
}

/** As many as a byte can number; words of others are kept one by one. */
const TELLERS = 255;
const DAY_MS = 86_400_000;

/** HTTP, the topic and files are doors of one teller; a rail that has a name is one by itself. */
const tellerOf = (source: string): string =>
  source === 'http' || source === 'topic' || source === 'file' ? 'system' : source;

const toldBy = (payment: Payment, outcome: Outcome, data: Booked | Break): Told => ({
  payment,
  attempt: data.attempt,
  outcome,
  teller: tellerOf(data.source),
});
const keyOf = ({ payment, attempt, outcome, teller }: Told): string =>
  `${payment.stream} ${attempt} ${outcome} ${teller}`;
const isOfNewest = ({ payment, attempt, outcome }: Told): boolean =>
  attempt === payment.newest && outcome === 'settled';

/** What one teller said of bookings of one kind. */
class Words {
  readonly #daysUnder = new Map<number, Set<number>>();
  readonly #daysAlone = new Set<number>();

  add({ reference, day }: Word): void {
    if (reference === 0 && day !== 0) this.#daysAlone.add(day);
    if (reference === 0) return;
    const days = this.#daysUnder.get(reference) ?? new Set();
    this.#daysUnder.set(reference, day === 0 ? days : days.add(day));
  }

  /** One at least: what is booked again was told. A reference without a day is of any one day. */
  get bookings(): number {
    const under = [...this.#daysUnder.values()];
    const alone = [...this.#daysAlone].filter((day) => !under.some((days) => days.has(day)));
    const anyDay = under.filter(({ size }) => size === 0);
    return Math.max(1, under.length, under.length + alone.length - anyDay.length);
  }
}

/**
 * Bookings that payment systems tell in words of their own: where these cannot be of as few as are
 * known, there is one more, and a break says so. 7 bytes a payment, and more for those that were
 * told again or came back.
 */
export class ToldBookings {
  /** By payment, what settled its newest attempt: its teller's number, from 1, and its word. */
  #tellers = new Uint8Array(FIRST_ROOM);
  #references = new Uint32Array(FIRST_ROOM);
  #days = new Uint16Array(FIRST_ROOM);
  readonly #names: string[] = [];
  readonly #words = new Map<string, Words>();
  /** Breaks whose amount or day is wrong: they are of no booking unless somebody counts them. */
  readonly #odd = new Map<string, Odd>();
  readonly #messages = new Set<string>();

  /** @param payment as it was before */
  instructed(payment: Payment, messageId: string): void {
    this.#messages.add(messageId);
    const kept = this.#keptOf(payment.stream);
    if (kept === undefined) return;
    this.#of({ payment, attempt: payment.newest, outcome: 'settled', teller: kept.teller });
    this.#tellers[payment.stream] = 0;
  }

  said(payment: Payment, outcome: Outcome, data: Booked): void {
    const told = toldBy(payment, outcome, data);
    const word = this.#wordOf(data);
    if (word.reference !== 0 || word.day !== 0)
      if (!this.#keep(told, word)) this.#of(told).add(word);
  }

  broken(payment: Payment, outcome: Outcome, data: Break): void {
    const { breakId, kind } = data;
    const told = toldBy(payment, outcome, data);
    const words = this.#of(told);
    const word = this.#wordOf(data);
    if (kind === 'amount-differs' || kind === 'date-implausible')
      this.#odd.set(breakId, { words, word, outcome, kind });
    else words.add(word);
  }

  resolved({ breakId, resolution, furtherPart }: EventData['PaymentBreakResolved']): void {
    const odd = this.#odd.get(breakId);
    if (odd === undefined || furtherPart === true) return;
    // What went out on a day that cannot be, and is counted as returned, did go out.
    const wentOut =
      odd.outcome === 'settled' &&
      odd.kind === 'date-implausible' &&
      resolution === 'counted-as-returned';
    if (wentOut || resolution === `counted-as-${odd.outcome}`) odd.words.add(odd.word);
  }

  /** @returns whether it is one more than was known, which only a break may be */
  isOneMore(payment: Payment, data: EventData['PaymentBooked']): boolean {
    const words = this.#of(toldBy(payment, data.outcome, data));
    const before = words.bookings;
    words.add(this.#wordOf(data));
    return words.bookings > before;
  }

  /** With the word that is kept, where it is one of them. */
  #of(told: Told): Words {
    const key = keyOf(told);
    const known = this.#words.get(key);
    if (known) return known;
    const words = new Words();
    const kept = isOfNewest(told) ? this.#keptOf(told.payment.stream) : undefined;
    if (kept && kept.teller === told.teller) words.add(kept.word);
    this.#words.set(key, words);
    return words;
  }

  #wordOf({ endToEndId, reference, entryReference, booking }: Booked | Break): Word {
    // A word on all of a batch names that, on the day on which it was said.
    if (entryReference !== undefined && reference === entryReference)
      return { reference: 0, day: 0 };
    const day = booking?.bookedOn ?? booking?.valueOn;
    return {
      reference:
        this.#numberOf(reference, endToEndId) || this.#numberOf(entryReference, endToEndId),
      day: day === undefined ? 0 : (Date.parse(day) / DAY_MS) & 0xffff || 1,
    };
  }

  /** What stands for no reference, or names the payment or its message, is none. */
  #numberOf(reference: string | undefined, endToEndId: string): number {
    if (reference === undefined || standsForNone(reference)) return 0;
    if (reference === endToEndId || this.#messages.has(reference)) return 0;
    if (faultOfText(reference, 'one') !== undefined) return 0;
    return hash64(reference)[0] >>> 0 || 1;
  }

  /** @returns false where it is to be with others */
  #keep(told: Told, { reference, day }: Word): boolean {
    const { payment, teller } = told;
    const { stream } = payment;
    if (!isOfNewest(told) || this.#words.has(keyOf(told))) return false;
    if (!this.#names.includes(teller) && this.#names.length < TELLERS) this.#names.push(teller);
    const number = this.#names.indexOf(teller) + 1;
    if (number === 0 || (this.#tellers[stream] ?? 0) !== 0) return false;
    this.#tellers = withRoomFor(this.#tellers, stream, Uint8Array);
    this.#references = withRoomFor(this.#references, stream, Uint32Array);
    this.#days = withRoomFor(this.#days, stream, Uint16Array);
    this.#tellers[stream] = number;
    this.#references[stream] = reference;
    this.#days[stream] = day;
    return true;
  }

  #keptOf(stream: number): { readonly teller: string; readonly word: Word } | undefined {
    const teller = this.#names[(this.#tellers[stream] ?? 0) - 1];
    if (teller === undefined) return undefined;
    return { teller, word: { reference: this.#references[stream]!, day: this.#days[stream]! } };
  }
}
