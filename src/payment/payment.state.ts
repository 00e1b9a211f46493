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
}
