import type { EventData } from '../../events/generated.js';

type Booked = EventData['PaymentBooked'];

interface Said extends Pick<Booked, 'reference' | 'entryReference'> {
  readonly details?: Booked['booking'];
  /** The day on which money is said to have moved, where somebody said one. */
  readonly on?: string;
}

/** What a payment system says of a booking that tells it from another: both, either or nothing. */
interface Word {
  readonly reference: string | undefined;
  readonly day: string | undefined;
}

/** How a word stands to those that one teller told before, by whichever of its doors. */
export function wordAmong(known: readonly Said[], told: Said): 'same' | 'seen' | 'another' {
  const words = known.map(wordOf);
  const word = wordOf(told);
  if (words.some((one) => hasAllOf(one, word))) return 'same';
  return bookingsIn([...words, word]) > bookingsIn(words) ? 'another' : 'seen';
}

/**
 * Whether one of them says all that is told, or a day that may stand for the one on which it was
 * heard of: nobody said more of it then.
 */
export const isToldBy = (known: readonly Said[], told: Said): boolean =>
  known.some((one) => {
    const { reference, day = one.on } = wordOf(one);
    return hasAllOf({ reference, day }, wordOf(told));
  });

/** Whether the reference of what is told was told before, of whatever day. */
export const isReferenceToldBy = (known: readonly Said[], told: Said): boolean =>
  known.some((one) => wordOf(one).reference === wordOf(told).reference);

/** What names the batch that it is of, as a block's word on all of it does, tells no booking. */
const wordOf = ({ reference, entryReference, details }: Said): Word =>
  entryReference !== undefined && reference === entryReference
    ? { reference: undefined, day: undefined }
    : {
        reference: reference ?? entryReference,
        day: details?.bookedOn ?? details?.valueOn,
      };

const hasAllOf = (known: Word, told: Word): boolean =>
  (told.reference === undefined || told.reference === known.reference) &&
  (told.day === undefined || told.day === known.day);

/**
 * The fewest bookings that the words can be of. Each reference has one, of every day that was told
 * under it; a day without a reference is that of a reference told under it, else of one that no day
 * was told of, else of one more.
 */
function bookingsIn(words: readonly Word[]): number {
  const daysUnder = new Map<string, Set<string>>();
  for (const { reference, day } of words) {
    if (reference === undefined) continue;
    const days = daysUnder.get(reference) ?? new Set();
    daysUnder.set(reference, day === undefined ? days : days.add(day));
  }
  const named = new Set([...daysUnder.values()].flatMap((days) => [...days]));
  const unnamed = new Set(
    words.flatMap(({ reference, day }) =>
      reference !== undefined || day === undefined || named.has(day) ? [] : [day],
    ),
  );
  const withoutDay = [...daysUnder.values()].filter(({ size }) => size === 0).length;
  return Math.max(1, daysUnder.size + Math.max(0, unnamed.size - withoutDay));
}
