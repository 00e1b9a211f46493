import type { EventData } from '../../events/generated.js';
import type { Recorded } from '../kernel/decider.js';
import { endToEndIdOf } from '../payment/instruction-ids.rule.js';
import { Era } from './era.js';
import { FIRST_ROOM, withRoomFor } from './growing-column.js';
import type { Found } from './report.js';

type Break = EventData['PaymentBreakRecorded'];
type Outcome = Recorded<'PaymentSettled' | 'PaymentRejected' | 'PaymentReturned'>;
/** What others of the audit know of a payment, by the dense number of its stream. */
interface Payments {
  /** The newest attempt; 0 before the first. */
  attempt(stream: number): number;
  /** In minor units. */
  amount(stream: number): bigint;
}

/** What became of an attempt last, and what was ever said of it, in one byte. */
const LAST = { none: 0, settled: 1, rejected: 2, returned: 3 } as const;
type Last = keyof typeof LAST;
const LAST_OF = ['none', 'settled', 'rejected', 'returned'] as const;
const SAID: Readonly<Record<Break['reported'], number>> = {
  accepted: 0,
  settled: 4,
  rejected: 8,
  returned: 16,
};

/** An attempt as it was before the break. */
interface Known {
  readonly last: Last;
  readonly isLive: boolean;
  /** Whether it was said of the attempt before, in a break or out of one. */
  hasSaid(outcome: Break['reported']): boolean;
}

/**
 * Whether a break of a kind can be made of what is reported: it contradicts what the attempt was,
 * or is odd in itself. What only older versions wrote cannot.
 */
const FITS: Readonly<Record<Break['kind'], (data: Break, known: Known) => boolean>> = {
  'settled-after-rejected': ({ reported }, { last }) =>
    reported === 'settled' && last === 'rejected',
  'settled-after-returned': ({ reported }, { last }) =>
    reported === 'settled' && last === 'returned',
  'rejected-after-settled': ({ reported }, { last }) =>
    reported === 'rejected' && last === 'settled',
  'returned-after-rejected': ({ reported }, { last }) =>
    reported === 'returned' && last === 'rejected',
  'settled-on-earlier-attempt': ({ reported }, { last, isLive }) =>
    reported === 'settled' && !isLive && last === 'none',
  'booked-twice': ({ reported }, { hasSaid }) =>
    (reported === 'settled' || reported === 'returned') && hasSaid(reported),
  'date-implausible': ({ reported, reportedOn, booking }, { last, isLive, hasSaid }) =>
    (reportedOn ?? booking?.valueOn) !== undefined &&
    (hasSaid(reported) ||
      (isLive && (last === 'none' || (last === 'settled' && reported === 'returned')))),
  'amount-differs': () => true,
  'other-contradiction': ({ reported }, { last, isLive, hasSaid }) =>
    (reported === 'returned' && (hasSaid('returned') || hasSaid('settled'))) ||
    (reported === 'rejected' && last === 'returned') ||
    (reported !== 'settled' && last === 'none' && !isLive),
  'settled-after-cancelled': () => false,
  'outcome-before-instruction': () => false,
};

/**
 * I2 for what a break says: it is of an attempt that the payment had, under the reference of that,
 * of a kind that what was known of the attempt gives, and of another amount than the payment's
 * where it is of that kind, and only there. A byte a payment, and an entry for each attempt after
 * the first.
 */
export class BreaksCheck {
  /** Of first attempts, by payment's stream. */
  #first = new Uint8Array(FIRST_ROOM);
  /** Of later ones, by stream and attempt. */
  readonly #later = new Map<string, number>();
  /** The attempts that open breaks are of. */
  readonly #open = new Map<string, number>();

  constructor(
    private readonly payments: Payments,
    private readonly era = new Era(),
  ) {}

  /** @param stream dense number of the event's stream */
  add(event: Recorded, stream: number, found: Found): void {
    switch (event.type) {
      case 'PaymentSettled':
        return this.#is(event, stream, 'settled');
      case 'PaymentRejected':
        return this.#is(event, stream, 'rejected');
      case 'PaymentReturned':
        return this.#is(event, stream, 'returned');
      case 'PaymentBreakRecorded':
        if (this.era.isNew) this.#require(event.data, stream, found);
        this.#open.set(event.data.breakId, event.data.attempt);
        return this.#put(stream, event.data.attempt, SAID[event.data.reported]);
      case 'PaymentBreakResolved':
        return this.#resolved(event, stream);
      default:
        return;
    }
  }

  #is({ data: { attempt } }: Outcome, stream: number, last: Exclude<Last, 'none'>): void {
    this.#put(stream, attempt, SAID[last], LAST[last]);
  }

  #resolved(
    { data: { breakId, resolution } }: Recorded<'PaymentBreakResolved'>,
    stream: number,
  ): void {
    const attempt = this.#open.get(breakId);
    this.#open.delete(breakId);
    if (attempt === undefined) return;
    if (resolution === 'counted-as-settled') this.#put(stream, attempt, SAID.settled, LAST.settled);
    if (resolution === 'counted-as-returned')
      this.#put(stream, attempt, SAID.returned, LAST.returned);
  }

  #require(data: Break, stream: number, found: Found): void {
    const { paymentId, attempt, endToEndId, kind, reported, reportedMinor } = data;
    const live = this.payments.attempt(stream);
    if (attempt > live) return found('I2', `a break of attempt ${attempt}, of ${live}`);
    if (endToEndId !== endToEndIdOf(paymentId, attempt))
      found('I2', `a break of ${endToEndId}, which is not the reference of attempt ${attempt}`);
    const byte = this.#of(stream, attempt);
    const known: Known = {
      last: LAST_OF[byte & 3]!,
      isLive: attempt === live,
      hasSaid: (outcome) => (byte & SAID[outcome]) !== 0,
    };
    if (!FITS[kind](data, known))
      found('I2', `a break, ${kind}, of what was said to be ${reported} and was ${known.last}`);
    const amount = this.payments.amount(stream);
    const differs = reportedMinor !== undefined && BigInt(reportedMinor) !== amount;
    if (differs !== (kind === 'amount-differs'))
      found('I2', `a break, ${kind}, of ${reportedMinor ?? 'no amount'}; the payment is ${amount}`);
  }

  #of(stream: number, attempt: number): number {
    if (attempt === 1) return this.#first[stream] ?? 0;
    return this.#later.get(`${stream} ${attempt}`) ?? 0;
  }

  /** @param last what it is now; absent: what it was */
  #put(stream: number, attempt: number, said: number, last?: number): void {
    const before = this.#of(stream, attempt);
    const byte = (before & ~3) | said | (last ?? before & 3);
    if (attempt !== 1) this.#later.set(`${stream} ${attempt}`, byte);
    else {
      this.#first = withRoomFor(this.#first, stream, Uint8Array);
      this.#first[stream] = byte;
    }
  }
}
