import type { EventData } from '../../events/generated.js';
import { requireRole, type Context, type Draft } from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';
import { uuidOf } from '../kernel/ids.js';
import { addDays, parseLocalDate } from '../kernel/time.js';
import type { Booking, Reported, PaymentState, PaymentEvent } from './payment.state.js';
import { lastOf } from './payment.state.js';
import { confirmedOutcome } from './payment-people.rule.js';

type Break = EventData['PaymentBreakRecorded'];
type Source = Break['source'];
type Drafts = readonly Draft<PaymentEvent>[];

export interface OutcomeReport {
  readonly type: 'ReportOutcome';
  readonly outcome: Reported | 'unknown';
  readonly attempt: number;
  readonly endToEndId: string;
  readonly amountMinor?: string;
  readonly currency?: string;
  readonly reason?: string;
  /** The day on which money is said to have moved. */
  readonly settledOn?: string;
  /** The day from which the bank counts it; days around the booking. */
  readonly valueOn?: string;
  readonly source: Source;
  /** Of the transaction, else of its entry. */
  readonly reference?: string;
  /** Of the entry that the booking stands in. */
  readonly entryReference?: string;
  /** How many bookings of the payment one statement has before it that nothing tells from it. */
  readonly bookedAgain?: number;
}

/**
 * The same outcome again changes nothing; a late acceptance neither; what cannot be true together
 * becomes a break.
 */
export function report(state: PaymentState, command: OutcomeReport, context: Context): Drafts {
  requireRole(context, 'payment-system', 'finance-officer', 'finance-controller');
  requireReportable(state, command);
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

/** What the report comes to where it counts. */
function recordedFor(state: PaymentState, command: OutcomeReport, context: Context): Drafts {
  const { attempt, outcome } = command;
  const known = state.outcomes[attempt - 1];
  const said = lastOf(known);
  if (outcome === 'unknown') return unknown(state, command, said);
  if (!isWholeAmount(state, command)) return broken(state, command, outcome, 'amount-differs');
  if (known?.includes(outcome))
    return isAnotherBooking(state, command) ? broken(state, command, outcome, 'booked-twice') : [];
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

/** A report names a payment's attempt, in its currency, with a reason where the field has one. */
function requireReportable(state: PaymentState, command: OutcomeReport): void {
  if (command.currency !== undefined && command.currency !== state.currency)
    throw new DomainError(
      'CURRENCY_DIFFERS',
      `The payment is in ${state.currency}.`,
      'rule',
      'currency',
    );
  if (command.amountMinor !== undefined && BigInt(command.amountMinor) <= 0n)
    throw new DomainError(
      'AMOUNT_NOT_POSITIVE',
      'An outcome is of more than nothing.',
      'invalid',
      'amount',
    );
  requireAttempt(state, command);
  if (
    (command.outcome === 'rejected' || command.outcome === 'returned') &&
    command.reason === undefined
  )
    throw new DomainError(
      'REASON_MISSING',
      'A rejection or return has an ISO 20022 reason code.',
      'invalid',
      'reason',
    );
  if (command.settledOn !== undefined) parseLocalDate(command.settledOn, 'settledOn');
  if (command.valueOn !== undefined) parseLocalDate(command.valueOn, 'valueOn');
}

function requireAttempt(state: PaymentState, { attempt, endToEndId }: OutcomeReport): void {
  if (attempt > state.attempt)
    throw new DomainError(
      'ATTEMPT_UNKNOWN',
      `The payment was instructed ${state.attempt} times; there is no attempt ${attempt}.`,
      'rule',
      'attempt',
    );
  if (state.endToEndIds[attempt - 1] !== endToEndId)
    throw new DomainError(
      'END_TO_END_ID_UNKNOWN',
      'The end-to-end id is not that of this attempt.',
      'rule',
      'endToEndId',
    );
}

/** Said once an attempt, and only while nothing else is known. */
function unknown(state: PaymentState, command: OutcomeReport, said: Reported | undefined): Drafts {
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

/** Sources that refer to one booking by the same reference: the bank's messages about an account. */
const isOfAccount = (source: Source): boolean => source === 'camt.053' || source === 'camt.054';

/**
 * The same news again has the same reference, or comes from elsewhere and has one of its own. Of
 * two bookings under two references of the same bank, one is too many.
 */
function isAnotherBooking({ bookings }: PaymentState, command: OutcomeReport): boolean {
  const { attempt, outcome, source } = command;
  if (outcome !== 'settled' && outcome !== 'returned') return false;
  if (command.bookedAgain !== undefined) return true;
  const known = bookings.filter(
    (booking) =>
      booking.attempt === attempt &&
      booking.outcome === outcome &&
      (booking.source === source || (isOfAccount(booking.source) && isOfAccount(source))),
  );
  return known.length > 0 && known.every((booking) => isOther(booking, command));
}

type References = Pick<Booking, 'reference' | 'entryReference'>;

/**
 * Told by the references of the transactions where both have one, else by those of the entries: a
 * statement may book a message as one, which the notification lists by its transactions. Where
 * nothing is comparable, nothing is told apart.
 */
function isOther(known: References, said: References): boolean {
  const own = [ownOf(known), ownOf(said)];
  if (own[0] !== undefined && own[1] !== undefined) return own[0] !== own[1];
  if (known.entryReference !== undefined && said.entryReference !== undefined)
    return known.entryReference !== said.entryReference;
  if (known.reference === undefined || said.reference === undefined) return false;
  // Before version 3 an event does not say which of the two its reference is.
  return ![said.reference, said.entryReference].includes(known.reference);
}

const ownOf = ({ reference, entryReference }: References): string | undefined =>
  entryReference === undefined || reference === entryReference ? undefined : reference;

/** Days by which a value date may lie before the instruction or after today. */
const VALUE_DAYS = 10;

/** From the day of the instruction, or of its execution, to today; it may be tomorrow elsewhere. */
function isPlausible(
  { earliestOn }: PaymentState,
  { attempt, settledOn, valueOn }: OutcomeReport,
  { now }: Context,
): boolean {
  const first = earliestOn[attempt - 1]!;
  const today = now.slice(0, 10);
  const isWithin = (day: string | undefined, before: number, after: number): boolean =>
    day === undefined ||
    ((day >= first || day >= addDays(first, -before)) &&
      (day <= today || day <= addDays(today, after)));
  return isWithin(settledOn, 0, 1) && isWithin(valueOn, VALUE_DAYS, VALUE_DAYS);
}

const isWholeAmount = (state: PaymentState, { amountMinor }: OutcomeReport): boolean =>
  amountMinor === undefined || amountMinor === state.amountMinor;

/** What every event of an outcome says. */
const reportOf = (
  { paymentId }: PaymentState,
  { attempt, endToEndId, source, reference }: OutcomeReport,
): EventData['PaymentAccepted'] => ({
  paymentId,
  attempt,
  endToEndId,
  source,
  ...(reference === undefined ? {} : { reference }),
});

const entryOf = ({ entryReference }: OutcomeReport): { readonly entryReference?: string } =>
  entryReference === undefined ? {} : { entryReference };

function recorded(
  state: PaymentState,
  command: OutcomeReport,
  outcome: Reported,
  { now }: Context,
): Draft<PaymentEvent> {
  const data = reportOf(state, command);
  switch (outcome) {
    case 'accepted':
      return { type: 'PaymentAccepted', data };
    case 'settled': {
      const { amountMinor, currency } = state;
      const settledOn = command.settledOn ?? now.slice(0, 10);
      return {
        type: 'PaymentSettled',
        data: { ...data, ...entryOf(command), amountMinor, currency, settledOn },
      };
    }
    case 'rejected':
      return { type: 'PaymentRejected', data: { ...data, reason: command.reason! } };
    case 'returned':
      return {
        type: 'PaymentReturned',
        data: { ...data, ...entryOf(command), reason: command.reason! },
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

function broken(
  state: PaymentState,
  command: OutcomeReport,
  outcome: Reported,
  kind: Break['kind'],
): Drafts {
  const { attempt, endToEndId, amountMinor, reason, source, reference } = command;
  const day = command.settledOn ?? command.valueOn;
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
        ...(reference === undefined ? {} : { reference }),
        ...entryOf(command),
        ...(day === undefined ? {} : { reportedOn: day }),
      },
    },
  ];
}

/** The same news is the same break; of two bookings that do not fit, both are seen. */
function breakIdOf(state: PaymentState, command: OutcomeReport, kind: Break['kind']): string {
  const { attempt, outcome, amountMinor, reason, entryReference, reference, bookedAgain } = command;
  const said = [attempt, outcome, reason ?? '', amountMinor ?? ''];
  const named = uuidOf('break', state.paymentId, ...said);
  const isSameNews =
    kind !== 'booked-twice' &&
    !(state.breakIds.includes(named) && isAnotherBooking(state, command));
  return isSameNews
    ? named
    : uuidOf(
        'break',
        state.paymentId,
        ...said,
        kind,
        entryReference ?? '',
        reference ?? '',
        ...(bookedAgain === undefined || bookedAgain === 1 ? [] : [bookedAgain]),
      );
}
