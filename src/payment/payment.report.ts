import type { EventData } from '../../events/generated.js';
import { requireRole, type Context, type Draft } from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';
import { uuidOf } from '../kernel/ids.js';
import { parseLocalDate } from '../kernel/time.js';
import type { Reported, PaymentState, PaymentEvent } from './payment.state.js';
import { lastOf } from './payment.state.js';

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
  readonly settledOn?: string;
  readonly source: Source;
  readonly reference?: string;
}

/**
 * The same outcome again changes nothing; a late acceptance neither; what cannot be true together
 * becomes a break.
 */
export function report(state: PaymentState, command: OutcomeReport, context: Context): Drafts {
  requireRole(context, 'payment-system', 'finance-officer');
  requireReportable(state, command);
  const { attempt, outcome } = command;
  const known = state.outcomes[attempt - 1];
  const said = lastOf(known);
  if (outcome === 'unknown')
    return said === undefined
      ? [{ type: 'PaymentOutcomeUnknown', data: reportOf(state, command) }]
      : [];
  if (outcome === 'settled' && !isWholeAmount(state, command))
    return broken(state, command, 'amount-differs');
  if (known?.includes(outcome)) return [];
  const contradiction = contradicts(said, outcome);
  if (contradiction === 'late') return [];
  if (contradiction !== undefined) return broken(state, command, contradiction);
  if (attempt < state.attempt)
    return broken(
      state,
      command,
      outcome === 'settled' ? 'settled-on-earlier-attempt' : 'other-contradiction',
    );
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
      return { type: 'PaymentSettled', data: { ...data, amountMinor, currency, settledOn } };
    }
    case 'rejected':
      return { type: 'PaymentRejected', data: { ...data, reason: command.reason! } };
    case 'returned':
      return { type: 'PaymentReturned', data: { ...data, reason: command.reason! } };
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
  { attempt, endToEndId, outcome, amountMinor, reason, source }: OutcomeReport,
  kind: Break['kind'],
): Drafts {
  const breakId = uuidOf(
    'break',
    state.paymentId,
    attempt,
    outcome,
    reason ?? '',
    amountMinor ?? '',
  );
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
        reported: outcome as Reported,
        source,
        ...(amountMinor === undefined ? {} : { reportedMinor: amountMinor }),
        ...(reason === undefined ? {} : { reason }),
      },
    },
  ];
}
