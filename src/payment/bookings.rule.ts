import type { EventData } from '../../events/generated.js';
import { isReferenceToldBy, isToldBy, wordAmong } from './own-words.rule.js';

/** What a bank's message says of a booking besides its references. */
export type BookingDetails = NonNullable<EventData['PaymentBooked']['booking']>;

/** A booking as the bank refers to it. */
export interface Booking {
  readonly attempt: number;
  readonly outcome: 'settled' | 'returned';
  readonly source: string;
  readonly reference?: string;
  readonly entryReference?: string;
  readonly details?: BookingDetails;
  /** The day on which money is said to have moved, where somebody said one. */
  readonly on?: string;
  /** The break of it, where its amount or its day is wrong and nobody counted it so far. */
  readonly odd?: string;
  /** Whether it came back of what was rejected: of no debit that was known then. */
  readonly afterRejected?: true;
}

/** A booking that is told now. */
export interface ToldBooking extends Omit<Booking, 'outcome' | 'odd'> {
  readonly outcome: string;
  /** How many bookings of the payment one statement has before it that nothing tells from it. */
  readonly bookedAgain?: number;
}

/** `first`: no booking is known. `seen`: a known one, which another kind of message told. */
export type Sighting = 'first' | 'seen' | 'same' | 'another';

/** Bookings of the account that money is paid from, which refer to one booking by one reference. */
export const isOfAccount = (source: string): boolean =>
  source === 'camt.053' || source === 'camt.054' || source === 'operator';

/** By whichever door a payment system's own word comes, its references are of one kind. */
const OWN_WORD: ReadonlySet<string> = new Set(['http', 'file', 'topic']);
const tellerOf = (source: string): string => (OWN_WORD.has(source) ? 'own word' : source);
const isSameTeller = (a: Pick<Booking, 'source'>, b: Pick<Booking, 'source'>): boolean =>
  tellerOf(a.source) === tellerOf(b.source);

/** Told neither of the account nor by a status report: it stands in no statement. */
export const isOwnWord = (source: string): boolean => !isOfAccount(source) && source !== 'pain.002';

/** How what is told stands to the bookings that are known of the same attempt and outcome. */
export function sightingOf(bookings: readonly Booking[], told: ToldBooking): Sighting {
  const known = comparable(bookings, told).filter(({ odd }) => odd === undefined);
  if (told.bookedAgain !== undefined)
    return isCounted(known, told, told.bookedAgain) ? 'same' : 'another';
  if (known.length === 0) return 'first';
  if (isOwnWord(told.source)) return wordAmong(known, told);
  if (isAnother(known, told)) return 'another';
  // What references tell apart needs no more; else each kind of message has the booking once.
  const isTold =
    told.details === undefined ||
    known.some((booking) => {
      const compared = byReference(booking, told);
      const isOwn =
        isSameTeller(booking, told) &&
        isOfSameDays(booking, told) &&
        isSameStatement(booking.details, told.details);
      return compared === 'same' || (isOwn && compared === undefined);
    });
  return isTold ? 'same' : 'seen';
}

/**
 * Whether it is none of the bookings that are known, odd ones too. A break cannot be told a
 * reference or a day later: a payment system's word that has one more is not known either.
 */
export function isAnotherBooking(bookings: readonly Booking[], told: ToldBooking): boolean {
  const known = comparable(bookings, told);
  if (told.bookedAgain !== undefined) return true;
  if (isOwnWord(told.source)) return known.length > 0 && !isToldBy(known, told);
  return isAnother(known, told);
}

/** Whether the bank tells other days of it than of any that is known, as where it mends one. */
export function isOfOtherDays(bookings: readonly Booking[], told: ToldBooking): boolean {
  const known = comparable(bookings, told);
  return known.length > 0 && !known.some((booking) => isOfSameDays(booking, told));
}

/**
 * What tells the break of a booking from those of others beside its references: which one of its
 * attempt it is, after the first; of a reference that was told before, the day of it.
 */
export function markOf(
  bookings: readonly Booking[],
  told: ToldBooking,
): readonly (string | number)[] {
  const after = (ordinal: number) => (ordinal === 1 ? [] : [ordinal]);
  if (told.bookedAgain !== undefined) return after(told.bookedAgain);
  const known = comparable(bookings, told);
  if (told.reference === undefined && told.entryReference === undefined)
    return after(isOwnWord(told.source) ? known.length : mostOfOne(known));
  const day = told.details?.bookedOn ?? told.details?.valueOn;
  const isDayNew = isOwnWord(told.source) && isReferenceToldBy(known, told);
  return isDayNew && day !== undefined ? [day] : [];
}

const comparable = (
  bookings: readonly Booking[],
  { attempt, outcome, source }: ToldBooking,
): readonly Booking[] =>
  bookings.filter(
    (booking) =>
      booking.attempt === attempt &&
      booking.outcome === outcome &&
      (isSameTeller(booking, { source }) || (isOfAccount(booking.source) && isOfAccount(source))),
  );

/**
 * Told by references where both have one, else by the days and the statements: a statement has a
 * booking once, an overlapping one has it again, and so has the other kind of message.
 */
function isAnother(known: readonly Booking[], told: ToldBooking): boolean {
  if (known.length === 0) return false;
  const compared = known.map((booking) => byReference(booking, told));
  if (compared.includes('same')) return false;
  const untold = known.filter((_, i) => compared[i] === undefined);
  if (untold.length === 0) return true;
  // Two persons gave an entry to a payment that is booked: whether it is that booking, nobody said.
  if (told.source === 'operator')
    return (told.details ?? told.reference) !== undefined && known.some(isBanks);
  const ofDays = untold.filter((booking) => isOfSameDays(booking, told));
  if (ofDays.length === 0) return true;
  const isOwn = (booking: Booking): boolean => isSameTeller(booking, told);
  if (ofDays.some((booking) => isOwn(booking) && isSameStatement(booking.details, told.details)))
    return false;
  // The other kind of message has each of them, too: this is one of those, or one more than it has.
  const own = known.filter((booking) => isOwn(booking) && isOfSameDays(booking, told)).length;
  return own >= mostOfOne(ofDays.filter((booking) => !isOwn(booking)));
}

/**
 * Whether as many as the statement has before it, and it, are known, by it or by the other kind.
 */
function isCounted(known: readonly Booking[], told: ToldBooking, before: number): boolean {
  const alike = known.filter(
    (one) => byReference(one, told) === undefined && isOfSameDays(one, told),
  );
  const own = alike.filter(({ source }) => source === told.source);
  const here = own.filter(({ details }) => isSameStatement(details, told.details)).length;
  const others = mostOfOne(alike.filter((one) => !own.includes(one)));
  return here > before || others - (own.length - here) > before;
}

const mostOfOne = (bookings: readonly Booking[]): number =>
  Math.max(0, ...[...Map.groupBy(bookings, ({ source }) => source).values()].map((l) => l.length));

const isBanks = ({ source }: Booking): boolean => source !== 'operator';

type References = Pick<Booking, 'reference' | 'entryReference'>;

/**
 * Told by the references of the transactions where both have one, else by those of the entries: a
 * statement may book a message as one, which the notification lists by its transactions.
 */
function byReference(known: References, told: References): 'same' | 'other' | undefined {
  const is = (same: boolean): 'same' | 'other' => (same ? 'same' : 'other');
  const own = [ownOf(known), ownOf(told)];
  if (own[0] !== undefined && own[1] !== undefined) return is(own[0] === own[1]);
  if (known.entryReference !== undefined && told.entryReference !== undefined)
    return is(known.entryReference === told.entryReference);
  if (known.reference === undefined || told.reference === undefined) return undefined;
  // Before version 3 an event does not say which of the two its reference is.
  return is([told.reference, told.entryReference].includes(known.reference));
}

const ownOf = ({ reference, entryReference }: References): string | undefined =>
  entryReference === undefined || reference === entryReference ? undefined : reference;

/** Days that only one of the two has tell nothing. */
function isOfSameDays({ details: known = {} }: Booking, { details: told = {} }: ToldBooking) {
  const isSame = (day: 'bookedOn' | 'valueOn'): boolean =>
    known[day] === undefined || told[day] === undefined || known[day] === told[day];
  return isSame('bookedOn') && isSame('valueOn');
}

/** Or one that has the other's time in it, as that of a month has that of a day. */
function isSameStatement(known: BookingDetails = {}, told: BookingDetails = {}): boolean {
  if (known.statement === undefined || told.statement === undefined) return true;
  if (known.statement === told.statement) return true;
  if (known.period === undefined || told.period === undefined || known.period === told.period)
    return false;
  const [from = '', to = ''] = known.period.split('/');
  const [since = '', until = ''] = told.period.split('/');
  return from < until && since < to;
}
