import type { EventData } from '../../events/generated.js';
import { requireRole, type Context, type Draft } from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';
import { uuidOf } from '../kernel/ids.js';
import { addDays } from '../kernel/time.js';
import {
  isAnotherBooking,
  isOfAccount,
  isOfOtherDays,
  isOwnWord,
  markOf,
  sightingOf,
  type BookingDetails,
  type ToldBooking,
} from './bookings.rule.js';
import { requireReportable, type ReportOutcome } from './reportable.rule.js';
import type { Reported, PaymentState, PaymentEvent } from './payment.state.js';
import { lastOf } from './payment.state.js';
import { confirmedOutcome } from './payment-people.rule.js';
import { saidBefore } from './said-before.rule.js';
import { tellingReference } from './telling-reference.rule.js';

type Break = EventData['PaymentBreakRecorded'];
type Drafts = readonly Draft<PaymentEvent>[];

/**
 * The same outcome again changes nothing; a late acceptance neither; what cannot be true together
 * becomes a break.
 */
export function report(state: PaymentState, given: ReportOutcome, context: Context): Drafts {
  requireRole(context, 'payment-system', 'finance-officer', 'finance-controller');
  requireReportable(state, given);
  const command = withTellingReferences(state, given);
  const { amountMinor, currency, reason, settledOn } = command;
  const said = {
    ...reportOf(state, command),
    outcome: command.outcome,
    ...(amountMinor === undefined ? {} : { amountMinor }),
    ...(currency === undefined ? {} : { currency }),
    ...(reason === undefined ? {} : { reason }),
    ...(settledOn === undefined ? {} : { settledOn }),
  };
  return confirmedOutcome(state.people, said, recordedFor(state, command, context), context);
}

/** What stands for no reference, or names the payment, tells no booking from another. */
function withTellingReferences(
  { messageIds }: PaymentState,
  { reference, entryReference, ...command }: ReportOutcome,
): ReportOutcome {
  const names = [command.endToEndId, messageIds[command.attempt - 1]];
  const own = tellingReference(reference, names);
  const entry = tellingReference(entryReference, names);
  return {
    ...command,
    ...(own === undefined ? {} : { reference: own }),
    ...(entry === undefined ? {} : { entryReference: entry }),
  };
}

/** What the report comes to where it counts. */
function recordedFor(state: PaymentState, command: ReportOutcome, context: Context): Drafts {
  const { attempt, outcome } = command;
  const known = state.outcomes[attempt - 1];
  const said = lastOf(known);
  if (outcome === 'unknown') return unknown(state, command, said);
  if (!isWholeAmount(state, command)) return broken(state, command, outcome, 'amount-differs');
  const before = saidBefore(state, command, toldBooking(command));
  if (before === 'before') return saidAgain(state, command, context);
  if (before === 'unclear') return broken(state, command, outcome, 'other-contradiction');
  // Money of a second debit comes back: the payment itself stays where it is.
  if (outcome === 'returned' && state.debitedTwice.includes(attempt))
    return broken(state, command, outcome, 'other-contradiction');
  const contradiction = contradicts(said, outcome);
  if (contradiction === 'late') return [];
  if (contradiction !== undefined) return broken(state, command, outcome, contradiction);
  if (attempt < state.attempt)
    return broken(
      state,
      command,
      outcome,
      outcome === 'settled' ? 'settled-on-earlier-attempt' : 'other-contradiction',
    );
  if (!isPlausible(state, command, context))
    return broken(state, command, outcome, 'date-implausible');
  return [recorded(state, command, outcome, context)];
}

/** Said once an attempt, and only while nothing else is known. */
function unknown(state: PaymentState, command: ReportOutcome, said: Reported | undefined): Drafts {
  if (!isWholeAmount(state, command))
    throw new DomainError(
      'AMOUNT_DIFFERS',
      `The report is of ${command.amountMinor} minor units; the payment is of ${state.amountMinor}.`,
      'rule',
      'amount',
    );
  if (said !== undefined || state.unknown === command.attempt) return [];
  return [{ type: 'PaymentOutcomeUnknown', data: reportOf(state, command) }];
}

/**
 * What is known is said again. A booking of it that the log does not have is recorded, so that the
 * next one is known to be another; of two bookings, one is too many.
 */
function saidAgain(state: PaymentState, command: ReportOutcome, context: Context): Drafts {
  const { outcome } = command;
  if (outcome !== 'settled' && outcome !== 'returned') return [];
  const told = toldBooking(command);
  const sighting = sightingOf(state.bookings, told);
  if (sighting === 'another') return broken(state, command, outcome, 'booked-twice');
  if (sighting === 'same' || !isKept(command, context)) return [];
  if (!isPlausible(state, command, context))
    return broken(state, command, outcome, 'date-implausible');
  const { attempt, endToEndId, source } = command;
  const { paymentId } = state;
  return [
    {
      type: 'PaymentBooked',
      data: { paymentId, attempt, endToEndId, outcome, source, ...referencesOf(command) },
    },
  ];
}

/**
 * A booking, or a payment system's own with a reference or a day; a status is none, nor what a
 * person says.
 */
const isKept = (
  { source, reference, bookedOn }: ReportOutcome,
  { actor }: Pick<Context, 'actor'>,
): boolean =>
  isOfAccount(source) ||
  (isOwnWord(source) && (reference ?? bookedOn) !== undefined && actor.role === 'payment-system');

const toldBooking = (command: ReportOutcome): ToldBooking => {
  const { booking, ...references } = referencesOf(command);
  const { attempt, outcome, source, bookedAgain } = command;
  return {
    attempt,
    outcome,
    source,
    ...references,
    ...(booking === undefined ? {} : { details: booking }),
    ...(bookedAgain === undefined ? {} : { bookedAgain }),
  };
};

/** Days by which a value date may lie before the instruction or after today. */
const VALUE_DAYS = 10;

/**
 * From the day of the instruction, or of its execution, to today; it may be tomorrow elsewhere.
 * What comes back went out before.
 */
function isPlausible(
  { earliestOn, bookings }: PaymentState,
  { attempt, outcome, settledOn, valueOn }: ReportOutcome,
  { now }: Context,
): boolean {
  const instructedOn = earliestOn[attempt - 1]!;
  const wentOut = bookings.find(
    (booking) =>
      booking.attempt === attempt &&
      booking.outcome === 'settled' &&
      booking.odd === undefined &&
      booking.on !== undefined,
  )?.on;
  const first =
    outcome === 'returned' && wentOut !== undefined && wentOut > instructedOn
      ? wentOut
      : instructedOn;
  const today = now.slice(0, 10);
  const isWithin = (day: string | undefined, before: number, after: number): boolean =>
    day === undefined ||
    ((day >= first || day >= addDays(first, -before)) &&
      (day <= today || day <= addDays(today, after)));
  // What was rejected has the day of its message, which may be yesterday where the bank is.
  const before = outcome === 'rejected' ? 1 : 0;
  return isWithin(settledOn, before, 1) && isWithin(valueOn, VALUE_DAYS, VALUE_DAYS);
}

const isWholeAmount = (state: PaymentState, { amountMinor }: ReportOutcome): boolean =>
  amountMinor === undefined || amountMinor === state.amountMinor;

/** What every event of an outcome says. */
const reportOf = (
  { paymentId }: PaymentState,
  { attempt, endToEndId, source, reference }: ReportOutcome,
): EventData['PaymentAccepted'] => ({
  paymentId,
  attempt,
  endToEndId,
  source,
  ...(reference === undefined ? {} : { reference }),
});

const personsOf = ({ saidBy = [] }: ReportOutcome): Pick<Break, 'saidBy'> =>
  saidBy.length === 0 ? {} : { saidBy: [...saidBy] };

/** What tells a booking from another. */
function referencesOf({
  reference,
  entryReference,
  bookedOn,
  valueOn,
  statement,
  period,
}: ReportOutcome): Pick<EventData['PaymentBooked'], 'reference' | 'entryReference' | 'booking'> {
  const booking: BookingDetails = {
    ...(bookedOn === undefined ? {} : { bookedOn }),
    ...(valueOn === undefined ? {} : { valueOn }),
    ...(statement === undefined ? {} : { statement }),
    ...(period === undefined ? {} : { period }),
  };
  return {
    ...(reference === undefined ? {} : { reference }),
    ...(entryReference === undefined ? {} : { entryReference }),
    ...(Object.keys(booking).length === 0 ? {} : { booking }),
  };
}

function recorded(
  state: PaymentState,
  command: ReportOutcome,
  outcome: Reported,
  { now }: Context,
): Draft<PaymentEvent> {
  const data = { ...reportOf(state, command), ...personsOf(command) };
  switch (outcome) {
    case 'accepted':
      return { type: 'PaymentAccepted', data };
    case 'settled': {
      const { amountMinor, currency } = state;
      const settledOn = command.settledOn ?? now.slice(0, 10);
      return {
        type: 'PaymentSettled',
        data: { ...data, ...referencesOf(command), amountMinor, currency, settledOn },
      };
    }
    case 'rejected':
      return { type: 'PaymentRejected', data: { ...data, reason: command.reason! } };
    case 'returned':
      return {
        type: 'PaymentReturned',
        data: { ...data, ...referencesOf(command), reason: command.reason! },
      };
    default:
      return never(outcome);
  }
}

/** How what is said now stands to what was said before about the same attempt. */
function contradicts(
  said: Reported | undefined,
  now: Reported,
): Break['kind'] | 'late' | undefined {
  switch (said) {
    case undefined:
    case 'accepted':
      return undefined;
    case 'settled':
      if (now === 'accepted') return 'late';
      return now === 'rejected' ? 'rejected-after-settled' : undefined;
    case 'rejected':
      if (now === 'accepted') return 'late';
      return now === 'settled' ? 'settled-after-rejected' : 'returned-after-rejected';
    case 'returned':
      if (now === 'accepted') return 'late';
      return now === 'settled' ? 'settled-after-returned' : 'other-contradiction';
    default:
      return never(said);
  }
}

const reportedDay = ({ settledOn, valueOn }: ReportOutcome): string | undefined =>
  settledOn ?? valueOn;

function broken(
  state: PaymentState,
  command: ReportOutcome,
  outcome: Reported,
  kind: Break['kind'],
): Drafts {
  const { attempt, endToEndId, amountMinor, reason, source } = command;
  const day = reportedDay(command);
  const breakId = breakIdOf(state, command, kind);
  if (state.breakIds.includes(breakId)) return [];
  return [
    {
      type: 'PaymentBreakRecorded',
      data: {
        paymentId: state.paymentId,
        breakId,
        attempt,
        endToEndId,
        kind,
        reported: outcome,
        source,
        ...(amountMinor === undefined ? {} : { reportedMinor: amountMinor }),
        ...(reason === undefined ? {} : { reason }),
        ...referencesOf(command),
        ...(day === undefined ? {} : { reportedOn: day }),
        ...personsOf(command),
      },
    },
  ];
}

/** The same news is the same break; of two bookings that do not fit, both are seen. */
function breakIdOf(state: PaymentState, command: ReportOutcome, kind: Break['kind']): string {
  const { attempt, outcome, amountMinor, reason, entryReference, reference } = command;
  const told = toldBooking(command);
  const said = [attempt, outcome, reason ?? '', amountMinor ?? ''];
  const named = uuidOf('break', state.paymentId, ...said);
  if (kind !== 'booked-twice') {
    if (!state.breakIds.includes(named)) return named;
    if (!isAnotherBooking(state.bookings, told))
      return mendedBreakId(state, said, kind, { told, on: reportedDay(command) });
  }
  const counted = state.bookings.filter(({ odd }) => kind !== 'booked-twice' || odd === undefined);
  return uuidOf(
    'break',
    state.paymentId,
    ...said,
    kind,
    entryReference ?? '',
    reference ?? '',
    ...markOf(counted, told),
  );
}

/**
 * Known news is seen again where it contradicts something else by now, or is said of another day.
 */
function mendedBreakId(
  { paymentId, bookings, breakKinds, breakDays }: PaymentState,
  said: readonly (string | number)[],
  kind: Break['kind'],
  { told, on }: { readonly told: ToldBooking; readonly on: string | undefined },
): string {
  const named = uuidOf('break', paymentId, ...said);
  // Of what is no booking, as a rejection, only its break says the day.
  const isDayInBreak = kind === 'date-implausible' && told.details === undefined;
  const isOfItsDay = !isDayInBreak || (breakDays[named] ?? on) === on;
  if (breakKinds[named] === kind && isOfItsDay && !isOfOtherDays(bookings, told)) return named;
  const day = told.details?.bookedOn ?? told.details?.valueOn ?? (isOfItsDay ? undefined : on);
  return uuidOf('break', paymentId, ...said, kind, day ?? '');
}
