import { isOfAccount, sightingOf, type Booking, type ToldBooking } from './bookings.rule.js';
import type { ReportOutcome } from './reportable.rule.js';
import { lastOf, type PaymentState, type Reported } from './payment.state.js';

type Known = Pick<PaymentState, 'bookings' | 'outcomes'>;

/**
 * How a report stands to what is known of its attempt. `before`: it says what was said. `unclear`:
 * it may say so, or that the same happened once more. `new`: nobody said it.
 */
export function saidBefore(
  { bookings, outcomes }: Known,
  { attempt, outcome, source, bookedOn, valueOn }: ReportOutcome,
  told: ToldBooking,
): 'before' | 'unclear' | 'new' {
  const known = outcomes[attempt - 1] ?? [];
  const last = lastOf(known);
  const day = bookedOn ?? valueOn;
  const counted = bookings.filter(
    (booking) => booking.attempt === attempt && booking.odd === undefined,
  );
  if (outcome === 'settled' && last === 'returned')
    return isDebitOfReturn(known, counted, { source, day }) ? 'before' : 'new';
  if (outcome === 'returned' && last === 'settled')
    return returnOfSettled(known, counted, day, told);
  return (known as readonly string[]).includes(outcome) ? 'before' : 'new';
}

/** The debit of what came back, read after its return and not booked after it. */
function isDebitOfReturn(
  known: readonly Reported[],
  counted: readonly Booking[],
  { source, day }: { readonly source: string; readonly day: string | undefined },
): boolean {
  const ofAccount = isOfAccount(source) ? counted.filter((one) => isOfAccount(one.source)) : [];
  if (ofAccount.some(({ outcome }) => outcome === 'settled')) return true;
  const back = latestOf(ofAccount);
  if (day !== undefined && back !== undefined) return day <= back;
  return known.includes('settled');
}

/**
 * What came back of a payment that is settled: of a second debit, or before it was settled again. A
 * return that was told counts once, unless it contradicted a rejection then: what was rejected was
 * counted as settled since, so that it came back of that.
 */
function returnOfSettled(
  known: readonly Reported[],
  all: readonly Booking[],
  day: string | undefined,
  told: ToldBooking,
): 'before' | 'unclear' | 'new' {
  const isKnown = known.includes('returned');
  const counted = isKnown ? all : all.filter(({ afterRejected }) => afterRejected === undefined);
  const sighting = sightingOf(counted, told);
  if (sighting === 'same' || sighting === 'seen') return 'before';
  if (sighting === 'another') return isKnown ? 'before' : 'new';
  if (!isKnown) return counted.some(({ outcome }) => outcome === 'returned') ? 'before' : 'new';
  const out = latestOf(counted.filter(({ outcome }) => outcome === 'settled'));
  return day !== undefined && out !== undefined && day < out ? 'before' : 'unclear';
}

const latestOf = (bookings: readonly Booking[]): string | undefined =>
  bookings
    .flatMap(({ on }) => (on === undefined ? [] : [on]))
    .sort()
    .at(-1);
