import assert from 'node:assert/strict';
import type { AggregateEvents, EventData } from '../../events/generated.js';
import {
  requireRegion,
  requireRole,
  type Context,
  type Decider,
  type Draft,
} from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';
import { uuidOf } from '../kernel/ids.js';
import { parseLocalDate } from '../kernel/time.js';

export type PaymentEvent = AggregateEvents['payment'];
type Break = EventData['PaymentBreakRecorded'];
type Source = Break['source'];

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
  readonly accountId: string;
  /** What was said about each attempt, from 1, in order. */
  readonly outcomes: readonly (readonly Reported[] | undefined)[];
  readonly reason: string;
  /** The newest attempt that somebody asked the bank to call back; 0 for none. */
  readonly callBack: number;
  readonly openBreaks: readonly OpenBreak[];
  readonly breakIds: readonly string[];
}
type Reported = 'accepted' | 'settled' | 'rejected' | 'returned';
interface OpenBreak {
  readonly breakId: string;
  readonly attempt: number;
  /** Who looks after it. */ readonly owner?: string;
}

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
interface Instruct {
  readonly messageId: string;
  readonly endToEndId: string;
  readonly accountId: string;
  readonly executionDate: string;
}
export type PaymentCommand =
  | ({ readonly type: 'OrderPayment' } & EventData['PaymentOrdered'])
  | ({ readonly type: 'InstructPayment' } & Instruct)
  | OutcomeReport
  | ({ readonly type: 'ReinstructPayment' } & Instruct)
  | { readonly type: 'CancelPayment'; readonly reason: string }
  | { readonly type: 'RequestCancellation'; readonly reason: string }
  | { readonly type: 'SetBreakOwner'; readonly breakId: string; readonly owner: string }
  | {
      readonly type: 'ResolveBreak';
      readonly breakId: string;
      readonly resolution: EventData['PaymentBreakResolved']['resolution'];
      readonly reason: string;
    };

/** Codes that payments refuse with. */
export const PAYMENT_REFUSALS = [
  'ROLE_NOT_ALLOWED',
  'REGION_NOT_ALLOWED',
  'PAYMENT_ALREADY_ORDERED',
  'PAYMENT_UNKNOWN',
  'PAYMENT_STATUS',
  'ALREADY_INSTRUCTED',
  'ATTEMPT_UNKNOWN',
  'END_TO_END_ID_UNKNOWN',
  'CURRENCY_DIFFERS',
  'AMOUNT_NOT_POSITIVE',
  'REASON_MISSING',
  'OUTCOME_NOT_DEFINITE',
  'BREAK_NOT_FOUND',
  'BREAK_RESOLVED',
  'BREAKS_OPEN',
  'RESOLUTION_DOES_NOT_FIT',
  'INVALID_DATE',
] as const;

const initialState: PaymentState = {
  status: 'none',
  paymentId: '',
  region: '',
  round: 0,
  amountMinor: '0',
  currency: '',
  attempt: 0,
  endToEndIds: [],
  accountId: '',
  outcomes: [],
  reason: '',
  callBack: 0,
  openBreaks: [],
  breakIds: [],
};

function decide(
  state: PaymentState,
  command: PaymentCommand,
  context: Context,
): readonly Draft<PaymentEvent>[] {
  if (command.type === 'OrderPayment') {
    requireRole(context, 'finance-officer');
    if (BigInt(command.amountMinor) <= 0n)
      throw new DomainError(
        'AMOUNT_NOT_POSITIVE',
        'A payment is of more than nothing.',
        'invalid',
        'amountMinor',
      );
    let total = 0n;
    for (const item of command.items) total += BigInt(item.amountMinor);
    assert.equal(total, BigInt(command.amountMinor), 'the items sum to the amount');
    if (
      state.status !== 'none' &&
      !(state.status === 'cancelled' && state.attempt === 0 && command.round > state.round)
    ) {
      if (
        state.status === 'ordered' &&
        state.round === command.round &&
        state.amountMinor === command.amountMinor
      )
        return [];
      throw new DomainError(
        'PAYMENT_ALREADY_ORDERED',
        'The enrolment has a payment for this period already.',
        'conflict',
        'paymentId',
      );
    }
    const { type, ...data } = command;
    return [{ type: 'PaymentOrdered', data }];
  }
  if (state.status === 'none')
    throw new DomainError('PAYMENT_UNKNOWN', 'There is no such payment.', 'not-found', 'paymentId');
  requireRegion(context, state.region);
  switch (command.type) {
    case 'InstructPayment':
      requireRole(context, 'automation');
      if (state.attempt > 0)
        throw new DomainError(
          'ALREADY_INSTRUCTED',
          'The payment is instructed already.',
          'conflict',
        );
      requireStatus(state, 'ordered');
      return [{ type: 'PaymentInstructed', data: instruction(state, command, 1) }];
    case 'ReinstructPayment':
      requireRole(context, 'finance-officer');
      if (state.status !== 'rejected' && state.status !== 'returned') {
        throw new DomainError(
          'OUTCOME_NOT_DEFINITE',
          `The payment is ${state.status}; only a rejected or returned one is instructed again.`,
          'rule',
        );
      }
      if (state.openBreaks.length > 0)
        throw new DomainError(
          'BREAKS_OPEN',
          'The payment has an open break; resolve it before it is instructed again.',
          'rule',
        );
      return [
        { type: 'PaymentReinstructed', data: instruction(state, command, state.attempt + 1) },
      ];
    case 'ReportOutcome':
      return report(state, command, context);
    case 'CancelPayment':
      requireRole(context, 'finance-officer');
      if (state.status === 'cancelled') return [];
      requireStatus(state, 'ordered');
      return [
        { type: 'PaymentCancelled', data: { paymentId: state.paymentId, reason: command.reason } },
      ];
    case 'RequestCancellation':
      requireRole(context, 'finance-officer');
      if (state.status !== 'instructed' && state.status !== 'accepted')
        throw new DomainError(
          'PAYMENT_STATUS',
          `The payment is ${state.status}; only one that is with the bank can be asked back.`,
          'rule',
        );
      if (state.callBack === state.attempt) return [];
      return [
        {
          type: 'PaymentCancellationRequested',
          data: { paymentId: state.paymentId, attempt: state.attempt, reason: command.reason },
        },
      ];
    case 'SetBreakOwner': {
      requireRole(context, 'finance-officer', 'finance-controller');
      if (!state.breakIds.includes(command.breakId))
        throw new DomainError(
          'BREAK_NOT_FOUND',
          'The payment has no such break.',
          'not-found',
          'breakId',
        );
      const open = state.openBreaks.find(({ breakId }) => breakId === command.breakId);
      if (!open)
        throw new DomainError(
          'BREAK_RESOLVED',
          'The break is resolved; nobody has to look after it.',
          'conflict',
          'breakId',
        );
      return open.owner === command.owner
        ? []
        : [
            {
              type: 'PaymentBreakOwnerSet',
              data: { paymentId: state.paymentId, breakId: command.breakId, owner: command.owner },
            },
          ];
    }
    case 'ResolveBreak':
      requireRole(context, 'finance-officer', 'finance-controller');
      if (!state.breakIds.includes(command.breakId))
        throw new DomainError(
          'BREAK_NOT_FOUND',
          'The payment has no such break.',
          'not-found',
          'breakId',
        );
      if (!state.openBreaks.some((open) => open.breakId === command.breakId)) return [];
      requireFitting(state, command.breakId, command.resolution);
      return [
        {
          type: 'PaymentBreakResolved',
          data: {
            paymentId: state.paymentId,
            breakId: command.breakId,
            resolution: command.resolution,
            reason: command.reason,
          },
        },
      ];
    default:
      return never(command);
  }
}

function requireStatus(state: PaymentState, allowed: PaymentState['status']): void {
  if (state.status !== allowed)
    throw new DomainError(
      'PAYMENT_STATUS',
      `The payment is ${state.status}; this takes one that is ${allowed}.`,
      'rule',
    );
}

const instruction = (
  state: PaymentState,
  { messageId, endToEndId, accountId, executionDate }: Instruct,
  attempt: number,
): EventData['PaymentInstructed'] => ({
  paymentId: state.paymentId,
  attempt,
  messageId,
  endToEndId,
  accountId,
  amountMinor: state.amountMinor,
  currency: state.currency,
  executionDate: parseLocalDate(executionDate, 'executionDate'),
});

const lastOf = (said: readonly Reported[] | undefined): Reported | undefined => said?.at(-1);

/** What a resolution says about the attempt of its break, where it says anything. */
function countedAs(
  resolution: EventData['PaymentBreakResolved']['resolution'],
): 'settled' | 'returned' | undefined {
  if (resolution === 'counted-as-settled') return 'settled';
  return resolution === 'counted-as-returned' ? 'returned' : undefined;
}

/**
 * A resolution may move the payment, so what it says must be true of all attempts together: one of
 * them settled, or none; and while the newest is with the bank, nobody can say.
 */
function requireFitting(
  state: PaymentState,
  breakId: string,
  resolution: EventData['PaymentBreakResolved']['resolution'],
): void {
  const counted = countedAs(resolution);
  if (counted === undefined) return;
  const { attempt } = state.openBreaks.find((open) => open.breakId === breakId)!;
  const outcomes = put(state.outcomes, attempt - 1, counted);
  const live = lastOf(outcomes[state.attempt - 1]);
  const settled = outcomes.filter((said) => lastOf(said) === 'settled').length;
  if (live === undefined || live === 'accepted')
    throw new DomainError(
      'RESOLUTION_DOES_NOT_FIT',
      `Attempt ${state.attempt} is with the bank; resolve the break once it has an outcome.`,
      'rule',
      'resolution',
    );
  if (settled > (counted === 'settled' ? 1 : 0))
    throw new DomainError(
      'RESOLUTION_DOES_NOT_FIT',
      `Another attempt settled; attempt ${attempt} does not change where the payment stands.`,
      'rule',
      'resolution',
    );
}

/**
 * The same outcome again changes nothing; a late acceptance neither; what cannot be true together
 * becomes a break.
 */
function report(
  state: PaymentState,
  command: OutcomeReport,
  context: Context,
): readonly Draft<PaymentEvent>[] {
  requireRole(context, 'payment-system', 'finance-officer');
  const { attempt, endToEndId, source, outcome, reference } = command;
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
  if ((outcome === 'rejected' || outcome === 'returned') && command.reason === undefined)
    throw new DomainError(
      'REASON_MISSING',
      'A rejection or return has an ISO 20022 reason code.',
      'invalid',
      'reason',
    );
  if (command.settledOn !== undefined) parseLocalDate(command.settledOn, 'settledOn');
  const known = state.outcomes[attempt - 1];
  const said = lastOf(known);
  const base = {
    paymentId: state.paymentId,
    attempt,
    endToEndId,
    source,
    ...(reference === undefined ? {} : { reference }),
  };
  if (outcome === 'unknown')
    return said === undefined ? [{ type: 'PaymentOutcomeUnknown', data: base }] : [];
  if (
    outcome === 'settled' &&
    command.amountMinor !== undefined &&
    command.amountMinor !== state.amountMinor
  )
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
  switch (outcome) {
    case 'accepted':
      return [{ type: 'PaymentAccepted', data: base }];
    case 'settled':
      return [
        {
          type: 'PaymentSettled',
          data: {
            ...base,
            amountMinor: state.amountMinor,
            currency: state.currency,
            settledOn: command.settledOn ?? context.now.slice(0, 10),
          },
        },
      ];
    case 'rejected':
      return [{ type: 'PaymentRejected', data: { ...base, reason: command.reason! } }];
    case 'returned':
      return [{ type: 'PaymentReturned', data: { ...base, reason: command.reason! } }];
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
): readonly Draft<PaymentEvent>[] {
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

const put = (
  list: PaymentState['outcomes'],
  index: number,
  outcome: Reported,
): PaymentState['outcomes'] => {
  const copy = list.slice();
  copy[index] = [...(list[index] ?? []), outcome];
  return copy;
};

export const paymentDecider: Decider<PaymentState, PaymentCommand, PaymentEvent> = {
  initialState,
  decide,
  evolve(state, event) {
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
        return {
          ...state,
          status: 'instructed',
          attempt: event.data.attempt,
          endToEndIds: [...state.endToEndIds, event.data.endToEndId],
          accountId: event.data.accountId,
          reason: '',
        };
      case 'PaymentAccepted':
        return {
          ...state,
          status: 'accepted',
          outcomes: put(state.outcomes, event.data.attempt - 1, 'accepted'),
        };
      case 'PaymentSettled':
        return {
          ...state,
          status: 'settled',
          outcomes: put(state.outcomes, event.data.attempt - 1, 'settled'),
        };
      case 'PaymentRejected':
        return {
          ...state,
          status: 'rejected',
          reason: event.data.reason,
          outcomes: put(state.outcomes, event.data.attempt - 1, 'rejected'),
        };
      case 'PaymentReturned':
        return {
          ...state,
          status: 'returned',
          reason: event.data.reason,
          outcomes: put(state.outcomes, event.data.attempt - 1, 'returned'),
        };
      case 'PaymentCancelled':
        return { ...state, status: 'cancelled' };
      case 'PaymentCancellationRequested':
        return { ...state, callBack: event.data.attempt };
      case 'PaymentBreakRecorded':
        return {
          ...state,
          breakIds: [...state.breakIds, event.data.breakId],
          openBreaks: [
            ...state.openBreaks,
            { breakId: event.data.breakId, attempt: event.data.attempt },
          ],
        };
      case 'PaymentBreakOwnerSet':
        return {
          ...state,
          openBreaks: state.openBreaks.map((open) =>
            open.breakId === event.data.breakId ? { ...open, owner: event.data.owner } : open,
          ),
        };
      case 'PaymentBreakResolved': {
        const open = state.openBreaks.find(({ breakId }) => breakId === event.data.breakId);
        const openBreaks = state.openBreaks.filter((other) => other !== open);
        const counted = countedAs(event.data.resolution);
        return open && counted
          ? {
              ...state,
              openBreaks,
              status: counted,
              outcomes: put(state.outcomes, open.attempt - 1, counted),
            }
          : { ...state, openBreaks };
      }
      default:
        return state;
    }
  },
};
