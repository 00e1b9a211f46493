import type { AggregateEvents, EventData } from '../../events/generated.js';
import { type Recorded } from '../kernel/decider.js';

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
  readonly accountId: string;
  /** What was said about each attempt, from 1, in order. */
  readonly outcomes: readonly (readonly Reported[] | undefined)[];
  readonly reason: string;
  /** The newest attempt that somebody asked the bank to call back; 0 for none. */
  readonly callBack: number;
  readonly openBreaks: readonly OpenBreak[];
  readonly breakIds: readonly string[];
}

export type Reported = 'accepted' | 'settled' | 'rejected' | 'returned';

interface OpenBreak {
  readonly breakId: string;
  readonly attempt: number;
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
  accountId: '',
  outcomes: [],
  reason: '',
  callBack: 0,
  openBreaks: [],
  breakIds: [],
};

export const lastOf = (said: readonly Reported[] | undefined): Reported | undefined => said?.at(-1);

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
      return instructed(state, event.data);
    case 'PaymentAccepted':
      return reported(state, event.data.attempt, 'accepted', state.reason);
    case 'PaymentSettled':
      return reported(state, event.data.attempt, 'settled', state.reason);
    case 'PaymentRejected':
      return reported(state, event.data.attempt, 'rejected', event.data.reason);
    case 'PaymentReturned':
      return reported(state, event.data.attempt, 'returned', event.data.reason);
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
  { attempt, endToEndId, accountId }: EventData['PaymentInstructed' | 'PaymentReinstructed'],
): PaymentState {
  return {
    ...state,
    status: 'instructed',
    attempt,
    endToEndIds: [...state.endToEndIds, endToEndId],
    accountId,
    reason: '',
  };
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

function breakRecorded(
  state: PaymentState,
  { breakId, attempt }: EventData['PaymentBreakRecorded'],
): PaymentState {
  return {
    ...state,
    breakIds: [...state.breakIds, breakId],
    openBreaks: [...state.openBreaks, { breakId, attempt }],
  };
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
  { breakId, resolution }: EventData['PaymentBreakResolved'],
): PaymentState {
  const resolved = state.openBreaks.find((open) => open.breakId === breakId);
  const openBreaks = state.openBreaks.filter((open) => open !== resolved);
  const outcome = countedAs(resolution);
  if (!resolved || !outcome) return { ...state, openBreaks };
  const outcomes = put(state.outcomes, resolved.attempt - 1, outcome);
  return { ...state, openBreaks, status: outcome, outcomes };
}
