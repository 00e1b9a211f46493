import type { AggregateEvents, EventData } from '../../events/generated.js';
import { type Recorded } from '../kernel/decider.js';
import { isOfAccount, type Booking } from './bookings.rule.js';
import { evolvePeople, NOBODY, type PaymentPeople } from './payment-people.rule.js';
import { tellingReference } from './telling-reference.rule.js';

export type PaymentEvent = AggregateEvents['payment'];

/**
 * Where a payment stands. `instructed` and `accepted` are outstanding: nobody knows yet, so nothing
 * may be tried again. `rejected` and `returned` are definite: a new attempt may follow.
 */
export interface PaymentState {
  readonly status:
    | 'none'
    | 'ordered'
    | 'instructed'
    | 'accepted'
    | 'settled'
    | 'rejected'
    | 'returned'
    | 'cancelled';
  readonly paymentId: string;
  readonly region: string;
  readonly round: number;
  readonly amountMinor: string;
  readonly currency: string;
  readonly attempt: number;
  /** End-to-end ids by attempt, from 1. */
  readonly endToEndIds: readonly string[];
  /** Of the messages that they were instructed in. */
  readonly messageIds: readonly string[];
  readonly accountId: string;
  /** By attempt, from 1: the first day on which money can have moved for it. */
  readonly earliestOn: readonly string[];
  /** What was said about each attempt, from 1, in order. */
  readonly outcomes: readonly (readonly Reported[] | undefined)[];
  /** The bookings that moved the payment, or are of what moved it, or were found to be too many. */
  readonly bookings: readonly Booking[];
  /** What did not come back of payments that did: a bank kept it, and it stays spent. */
  readonly keptMinor: bigint;
  /** Attempts of which a part came back: another part may, whatever became of the payment since. */
  readonly backInPart: readonly number[];
  /** Attempts that were debited more often than once, and for each such debit once. */
  readonly debitedTwice: readonly number[];
  /** The newest attempt of which somebody said that nothing is known; 0 for none. */
  readonly unknown: number;
  readonly reason: string;
  /** The newest attempt that somebody asked the bank to call back; 0 for none. */
  readonly callBack: number;
  readonly openBreaks: readonly OpenBreak[];
  readonly breakIds: readonly string[];
  readonly breakKinds: Readonly<Record<string, EventData['PaymentBreakRecorded']['kind']>>;
  /** The days that breaks are said to be of, where they are. */
  readonly breakDays: Readonly<Record<string, string>>;
  readonly people: PaymentPeople;
}

export type Reported = 'accepted' | 'settled' | 'rejected' | 'returned';

interface OpenBreak {
  readonly breakId: string;
  readonly attempt: number;
  readonly reported: Reported;
  readonly reportedMinor?: string;
  /** Who looks after it. */ readonly owner?: string;
}

export const initialState: PaymentState = {
  status: 'none',
  paymentId: '',
  region: '',
  round: 0,
  amountMinor: '0',
  currency: '',
  attempt: 0,
  endToEndIds: [],
  messageIds: [],
  accountId: '',
  earliestOn: [],
  outcomes: [],
  bookings: [],
  keptMinor: 0n,
  backInPart: [],
  debitedTwice: [],
  unknown: 0,
  reason: '',
  callBack: 0,
  openBreaks: [],
  breakIds: [],
  breakKinds: {},
  breakDays: {},
  people: NOBODY,
};

export const lastOf = (said: readonly Reported[] | undefined): Reported | undefined => said?.at(-1);

/** Whether it was instructed and did not arrive, or came back. */
export const isUnpaid = ({ status }: Pick<PaymentState, 'status'>): boolean =>
  status === 'rejected' || status === 'returned';

/** What a payment costs its budget as it stands. */
export const spentMinor = ({ status, amountMinor, keptMinor }: PaymentState): bigint =>
  (status === 'settled' ? BigInt(amountMinor) : 0n) + keptMinor;

/** What a resolution says about the attempt of its break, where it says anything. */
export function countedAs(
  resolution: EventData['PaymentBreakResolved']['resolution'],
): 'settled' | 'returned' | undefined {
  if (resolution === 'counted-as-settled') return 'settled';
  return resolution === 'counted-as-returned' ? 'returned' : undefined;
}

export const put = (
  list: PaymentState['outcomes'],
  index: number,
  outcome: Reported,
): PaymentState['outcomes'] => {
  const copy = list.slice();
  copy[index] = [...(list[index] ?? []), outcome];
  return copy;
};

export function evolve(state: PaymentState, event: Recorded<PaymentEvent>): PaymentState {
  const next = evolveMoney(state, event);
  const people = evolvePeople(next.people, event);
  return people === next.people ? next : { ...next, people };
}

/** Where the payment stands, whoever moved it. */
function evolveMoney(state: PaymentState, event: Recorded<PaymentEvent>): PaymentState {
  switch (event.type) {
    case 'PaymentOrdered': {
      const { paymentId, region, round, amountMinor, currency } = event.data;
      return {
        ...initialState,
        status: 'ordered',
        paymentId,
        region,
        round,
        amountMinor,
        currency,
      };
    }
    case 'PaymentInstructed':
    case 'PaymentReinstructed':
      return instructed(state, event.data, event.time);
    case 'PaymentOutcomeUnknown':
      return { ...state, unknown: event.data.attempt };
    case 'PaymentAccepted':
      return reported(state, event.data.attempt, 'accepted', state.reason);
    case 'PaymentSettled':
      return booked(state, event.data, 'settled', state.reason, dayOf(event));
    case 'PaymentBooked': {
      const booking = bookingOf(state, event.data, event.data.outcome);
      return { ...state, bookings: [...state.bookings, booking] };
    }
    case 'PaymentRejected':
      return reported(state, event.data.attempt, 'rejected', event.data.reason);
    case 'PaymentReturned':
      return booked(state, event.data, 'returned', event.data.reason);
    case 'PaymentCancelled':
      return { ...state, status: 'cancelled' };
    case 'PaymentCancellationRequested':
      return { ...state, callBack: event.data.attempt };
    case 'PaymentBreakRecorded':
      return breakRecorded(state, event.data);
    case 'PaymentBreakOwnerSet':
      return breakOwnerSet(state, event.data);
    case 'PaymentBreakResolved':
      return breakResolved(state, event.data);
    default:
      return state;
  }
}

function instructed(
  state: PaymentState,
  {
    attempt,
    endToEndId,
    messageId,
    accountId,
    executionDate,
  }: EventData['PaymentInstructed' | 'PaymentReinstructed'],
  time: string,
): PaymentState {
  const day = time.slice(0, 10);
  return {
    ...state,
    status: 'instructed',
    attempt,
    endToEndIds: [...state.endToEndIds, endToEndId],
    messageIds: [...state.messageIds, messageId],
    accountId,
    earliestOn: [...state.earliestOn, executionDate < day ? executionDate : day],
    reason: '',
  };
}

/** The day of a settlement; none where it stands only for the day on which it was heard of. */
const dayOf = ({ data, time }: Recorded<'PaymentSettled'>): string | undefined =>
  isOfAccount(data.source) || (data.source !== 'pain.002' && data.settledOn !== time.slice(0, 10))
    ? data.settledOn
    : undefined;

/** Before version 4 no event says what a bank's day is of; it was booked on it where it was. */
function bookingOf(
  { messageIds }: PaymentState,
  {
    attempt,
    endToEndId,
    source,
    booking: told,
    ...references
  }: EventData['PaymentBooked' | 'PaymentSettled' | 'PaymentReturned' | 'PaymentBreakRecorded'],
  outcome: Booking['outcome'],
  day?: string,
): Booking {
  const details =
    told ?? (day !== undefined && isOfAccount(source) ? { bookedOn: day } : undefined);
  const on = told?.bookedOn ?? told?.valueOn ?? day;
  const names = [endToEndId, messageIds[attempt - 1]];
  const reference = tellingReference(references.reference, names);
  const entryReference = tellingReference(references.entryReference, names);
  return {
    attempt,
    outcome,
    source,
    ...(reference === undefined ? {} : { reference }),
    ...(entryReference === undefined ? {} : { entryReference }),
    ...(details === undefined ? {} : { details }),
    ...(on === undefined ? {} : { on }),
  };
}

/** Money moved, and the bank has a reference for it. */
function booked(
  state: PaymentState,
  data: EventData['PaymentSettled' | 'PaymentReturned'],
  outcome: Booking['outcome'],
  reason: string,
  day?: string,
): PaymentState {
  const bookings = [...state.bookings, bookingOf(state, data, outcome, day)];
  return { ...reported(state, data.attempt, outcome, reason), bookings };
}

function reported(
  state: PaymentState,
  attempt: number,
  outcome: Reported,
  reason: string,
): PaymentState {
  const outcomes = put(state.outcomes, attempt - 1, outcome);
  return { ...state, status: outcome, reason, outcomes };
}

function breakRecorded(state: PaymentState, data: EventData['PaymentBreakRecorded']): PaymentState {
  const { breakId, attempt, kind, reported: outcome, reportedMinor, reportedOn } = data;
  const open: OpenBreak = {
    breakId,
    attempt,
    reported: outcome,
    ...(reportedMinor === undefined ? {} : { reportedMinor }),
  };
  const isBooking = outcome === 'settled' || outcome === 'returned';
  const booking = isBooking && {
    ...bookingOf(state, data, outcome, reportedOn),
    ...(isOddKind(kind) ? { odd: breakId } : {}),
    ...(kind === 'returned-after-rejected' ? { afterRejected: true as const } : {}),
  };
  return {
    ...state,
    bookings: booking ? [...state.bookings, booking] : state.bookings,
    breakIds: [...state.breakIds, breakId],
    breakKinds: { ...state.breakKinds, [breakId]: kind },
    breakDays:
      reportedOn === undefined ? state.breakDays : { ...state.breakDays, [breakId]: reportedOn },
    openBreaks: [...state.openBreaks, open],
    debitedTwice: debitedTwice(state.debitedTwice, attempt, kind, outcome),
  };
}

const isOddKind = (kind: EventData['PaymentBreakRecorded']['kind']): boolean =>
  kind === 'amount-differs' || kind === 'date-implausible';

/** What was debited twice comes back once without the payment being returned. */
function debitedTwice(
  before: readonly number[],
  attempt: number,
  kind: EventData['PaymentBreakRecorded']['kind'],
  outcome: Reported,
): readonly number[] {
  if (kind === 'booked-twice' && outcome === 'settled') return [...before, attempt];
  // What is odd is not told to the end yet: a bank that mends it tells it again.
  const at = outcome === 'returned' && !isOddKind(kind) ? before.indexOf(attempt) : -1;
  return at < 0 ? before : before.toSpliced(at, 1);
}

function breakOwnerSet(
  state: PaymentState,
  { breakId, owner }: EventData['PaymentBreakOwnerSet'],
): PaymentState {
  const openBreaks = state.openBreaks.map((open) =>
    open.breakId === breakId ? { ...open, owner } : open,
  );
  return { ...state, openBreaks };
}

function breakResolved(
  state: PaymentState,
  { breakId, resolution, returnedMinor, furtherPart }: EventData['PaymentBreakResolved'],
): PaymentState {
  const resolved = state.openBreaks.find((open) => open.breakId === breakId);
  const openBreaks = state.openBreaks.filter((open) => open !== resolved);
  const outcome = countedAs(resolution);
  if (!resolved || !outcome) return { ...state, openBreaks };
  if (outcome === 'returned' && (furtherPart === true || isLatePart(state, resolved.attempt)))
    return {
      ...state,
      openBreaks,
      keptMinor: lessBy(state.keptMinor, BigInt(returnedMinor ?? state.amountMinor)),
    };
  const outcomes = put(state.outcomes, resolved.attempt - 1, outcome);
  // Counted as something else than it says, it was none: of another amount, or come back.
  const isOfAmount = state.breakKinds[breakId] === 'amount-differs';
  const isCounted = ({ odd, outcome: says }: Booking): boolean =>
    odd === undefined ||
    (odd === breakId && (says === outcome || (says === 'settled' && !isOfAmount)));
  const bookings = state.bookings.map((one) => {
    const { odd: _odd, ...booking } = one;
    return isCounted(one) ? booking : one;
  });
  const keptMinor =
    outcome === 'returned' ? keptOf(state, returnedMinor ?? state.amountMinor) : state.keptMinor;
  const isPart =
    outcome === 'returned' &&
    returnedMinor !== undefined &&
    !state.backInPart.includes(resolved.attempt);
  const backInPart = isPart ? [...state.backInPart, resolved.attempt] : state.backInPart;
  return { ...state, openBreaks, status: outcome, outcomes, bookings, keptMinor, backInPart };
}

/**
 * Whether more of an attempt that came back in part is to be counted, while another one has settled
 * or was rejected: the payment stays where it is.
 */
export const isFurtherPart = (
  { status, backInPart, outcomes }: PaymentState,
  attempt: number,
): boolean =>
  (status === 'settled' || status === 'rejected') &&
  backInPart.includes(attempt) &&
  lastOf(outcomes[attempt - 1]) === 'returned';

/** Before version 4 of the resolution, while another attempt has settled only. */
const isLatePart = (state: PaymentState, attempt: number): boolean =>
  state.status === 'settled' && isFurtherPart(state, attempt);

/**
 * After some money came back: of a payment that was settled, or of one of which a part came before.
 */
function keptOf({ status, amountMinor, keptMinor }: PaymentState, returnedMinor: string): bigint {
  const back = BigInt(returnedMinor);
  if (status === 'settled') return keptMinor + BigInt(amountMinor) - back;
  if (status !== 'returned') return keptMinor;
  return lessBy(keptMinor, back);
}

const lessBy = (minor: bigint, by: bigint): bigint => (minor > by ? minor - by : 0n);
