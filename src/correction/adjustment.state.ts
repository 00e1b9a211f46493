import type { AggregateEvents, EventData } from '../../events/generated.js';
import type { Foldable } from '../kernel/decider.js';

export type AdjustmentEvent = AggregateEvents['adjustment'];
export type Proposal = EventData['AdjustmentProposed'];

/**
 * Arrears that were approved: what is owed, and the payment that carries it (once there is one that
 * stands).
 */
export interface Arrears {
  readonly proposal: Proposal;
  /** What was set against a debt, or what an overpayment was, and so is not paid. */
  readonly offsetMinor: bigint;
  readonly orderedBy: { readonly paymentId: string; readonly round: number } | undefined;
}

/** What of arrears an overpayment is set against, by the correction that found them. */
export type ArrearsOffset = NonNullable<
  EventData['AdjustmentEstablished']['arrearsOffset']
>[number];

/** What corrections found for one household of one programme. */
export interface AdjustmentState {
  /** The newest that nobody has put on the account yet. */
  readonly pending: Proposal | undefined;
  /** Arrears and overpayments on the account, in order. */
  readonly established: readonly Proposal[];
  /**
   * Approved, and on no account: a payment that they were computed from had moved; or it did later,
   * and arrived after all.
   */
  readonly lapsed: readonly Proposal[];
  readonly arrears: readonly Arrears[];
}

export const initialState: AdjustmentState = {
  pending: undefined,
  established: [],
  lapsed: [],
  arrears: [],
};

/**
 * Arrears that a payment may carry: approved, and carried by no other; what an earlier round of the
 * same payment carried was cancelled with it.
 */
export const availableArrears = (
  state: AdjustmentState,
  paymentId: string,
  round: number,
): readonly Arrears[] =>
  state.arrears.filter(
    ({ orderedBy }) => !orderedBy || (orderedBy.paymentId === paymentId && orderedBy.round < round),
  );

/** Arrears that no payment carries. */
export const uncarriedArrears = ({ arrears }: AdjustmentState): readonly Arrears[] =>
  arrears.filter(({ orderedBy }) => orderedBy === undefined);

export const carriedArrears = (
  state: AdjustmentState,
  paymentId: string,
  round: number,
): readonly Arrears[] =>
  state.arrears.filter(
    ({ orderedBy }) => orderedBy?.paymentId === paymentId && orderedBy.round === round,
  );

export const arrearsMinor = (arrears: readonly Arrears[]): bigint =>
  arrears.reduce(
    (total, { proposal, offsetMinor }) => total + BigInt(proposal.differenceMinor) - offsetMinor,
    0n,
  );

function established(
  state: AdjustmentState,
  { offsetMinor: said = '0', arrearsOffset = [] }: EventData['AdjustmentEstablished'],
): AdjustmentState {
  const { pending } = state;
  if (!pending) return state;
  const offsetMinor = BigInt(said);
  const found = { proposal: pending, offsetMinor, orderedBy: undefined };
  const against = new Map(
    arrearsOffset.map((one) => [one.correctionId, BigInt(one.amountMinor)] as const),
  );
  return {
    ...state,
    pending: undefined,
    established: [...state.established, pending],
    arrears: [...state.arrears, found]
      .map((one) => {
        const more = against.get(one.proposal.correctionId);
        return more === undefined ? one : { ...one, offsetMinor: one.offsetMinor + more };
      })
      .filter((one) => arrearsMinor([one]) > 0n),
  };
}

function lapsed(
  state: AdjustmentState,
  { correctionId, paymentId }: EventData['AdjustmentLapsed'],
): AdjustmentState {
  const { pending } = state;
  if (paymentId === undefined)
    return pending ? { ...state, pending: undefined, lapsed: [...state.lapsed, pending] } : state;
  const isOther = (one: Proposal): boolean => one.correctionId !== correctionId;
  return {
    ...state,
    established: state.established.filter(isOther),
    arrears: state.arrears.filter(({ proposal }) => isOther(proposal)),
    lapsed: [...state.lapsed, ...state.established.filter((one) => !isOther(one))],
  };
}

export function evolve(state: AdjustmentState, event: Foldable<AdjustmentEvent>): AdjustmentState {
  switch (event.type) {
    case 'AdjustmentProposed':
      return { ...state, pending: event.data };
    case 'AdjustmentEstablished':
      return established(state, event.data);
    case 'AdjustmentLapsed':
      return lapsed(state, event.data);
    case 'ArrearsOrdered': {
      const { paymentId, round, correctionIds } = event.data;
      return {
        ...state,
        arrears: state.arrears.map((one) => {
          if (correctionIds.includes(one.proposal.correctionId))
            return { ...one, orderedBy: { paymentId, round } };
          // An earlier round of the payment was cancelled; what it carried and this one does not
          // is there again. Logs say so in an event of its own since 0.4.0.
          return one.orderedBy?.paymentId === paymentId ? { ...one, orderedBy: undefined } : one;
        }),
      };
    }
    case 'ArrearsReleased': {
      const { paymentId, round } = event.data;
      return {
        ...state,
        arrears: state.arrears.map((one) =>
          one.orderedBy?.paymentId === paymentId && one.orderedBy.round === round
            ? { ...one, orderedBy: undefined }
            : one,
        ),
      };
    }
    default:
      return state;
  }
}
