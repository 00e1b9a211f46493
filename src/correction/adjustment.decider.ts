import type { AggregateEvents, EventData } from '../../events/generated.js';
import { contentHash } from '../kernel/canonical.js';
import {
  requireRole,
  type CommandOf,
  type Context,
  type Decider,
  type Draft,
} from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';

export type AdjustmentEvent = AggregateEvents['adjustment'];
export type Proposal = EventData['AdjustmentProposed'];

/**
 * Arrears that were approved: what is owed, and the payment that carries it (once there is one that
 * stands).
 */
export interface Arrears {
  readonly proposal: Proposal;
  /** What was set against a debt, and so is not paid. */
  readonly offsetMinor: bigint;
  readonly orderedBy: { readonly paymentId: string; readonly round: number } | undefined;
}

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

export type AdjustmentCommand =
  | ({ readonly type: 'ProposeAdjustment' } & Proposal)
  | {
      readonly type: 'EstablishAdjustment';
      readonly correctionId: string;
      readonly offsetMinor?: string;
    }
  | {
      readonly type: 'LapseAdjustment';
      readonly correctionId: string;
      /** Of arrears on the account: the payment that they stood in for, which arrived after all. */
      readonly paymentId?: string;
    }
  | {
      readonly type: 'OrderArrears';
      readonly paymentId: string;
      readonly round: number;
      readonly amountMinor: string;
      readonly correctionIds: readonly string[];
    }
  | {
      readonly type: 'ReleaseArrears';
      readonly paymentId: string;
      readonly round: number;
      readonly reason: string;
    };

/** Codes that adjustments refuse with. */
export const ADJUSTMENT_REFUSALS = [
  'ROLE_NOT_ALLOWED',
  'ADJUSTMENT_DOES_NOT_ADD_UP',
  'ADJUSTMENT_NOT_FOUND',
  'ARREARS_CHANGED',
] as const;

const initialState: AdjustmentState = {
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

const carriedArrears = (
  state: AdjustmentState,
  paymentId: string,
  round: number,
): readonly Arrears[] =>
  state.arrears.filter(
    ({ orderedBy }) => orderedBy?.paymentId === paymentId && orderedBy.round === round,
  );

/**
 * The earlier round of a payment of which it carries arrears that are not carried again: they are
 * released before, or nothing says that they are there.
 * @param correctionIds what the round orders
 */
export const roundLeaving = (
  { arrears }: AdjustmentState,
  { paymentId, round, correctionIds }: CommandOf<AdjustmentCommand, 'OrderArrears'>,
): number | undefined =>
  arrears.find(
    ({ proposal, orderedBy }) =>
      orderedBy?.paymentId === paymentId &&
      orderedBy.round < round &&
      !correctionIds.includes(proposal.correctionId),
  )?.orderedBy?.round;

export const arrearsMinor = (arrears: readonly Arrears[]): bigint =>
  arrears.reduce(
    (total, { proposal, offsetMinor }) => total + BigInt(proposal.differenceMinor) - offsetMinor,
    0n,
  );

function requireSums({ periods, differenceMinor }: Proposal): void {
  let total = 0n;
  for (const { period, paidMinor, dueMinor, items } of periods) {
    const difference = BigInt(dueMinor) - BigInt(paidMinor);
    let ofItems = 0n;
    for (const item of items) ofItems += BigInt(item.dueMinor) - BigInt(item.paidMinor);
    if (ofItems !== difference)
      throw new DomainError(
        'ADJUSTMENT_DOES_NOT_ADD_UP',
        `The items of ${period} do not sum to the difference between what is due and what was paid.`,
        'rule',
        'periods',
      );
    total += difference;
  }
  if (total !== BigInt(differenceMinor))
    throw new DomainError(
      'ADJUSTMENT_DOES_NOT_ADD_UP',
      'The months do not sum to the difference.',
      'rule',
      'differenceMinor',
    );
}

type Drafts = readonly Draft<AdjustmentEvent>[];

function decide(state: AdjustmentState, command: AdjustmentCommand, context: Context): Drafts {
  switch (command.type) {
    case 'ProposeAdjustment':
      return propose(state, command, context);
    case 'EstablishAdjustment':
      return establish(state, command, context);
    case 'LapseAdjustment':
      return lapse(state, command, context);
    case 'OrderArrears':
      return orderArrears(state, command, context);
    case 'ReleaseArrears':
      return releaseArrears(state, command, context);
    default:
      return never(command);
  }
}

function propose(
  state: AdjustmentState,
  command: CommandOf<AdjustmentCommand, 'ProposeAdjustment'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  requireSums(command);
  const { type, ...data } = command;
  if (state.pending && contentHash(state.pending) === contentHash(data)) return [];
  return [{ type: 'AdjustmentProposed', data }];
}

function establish(
  state: AdjustmentState,
  command: CommandOf<AdjustmentCommand, 'EstablishAdjustment'>,
  context: Context,
): Drafts {
  requireRole(context, 'automation');
  if (isDone(state, command)) return [];
  const { differenceMinor, ...rest } = whoseOf(state, command);
  const { offsetMinor } = command;
  const arrears = BigInt(differenceMinor) > 0n ? BigInt(differenceMinor) : 0n;
  if (offsetMinor !== undefined && BigInt(offsetMinor) > arrears)
    throw new DomainError(
      'ADJUSTMENT_DOES_NOT_ADD_UP',
      'No more than the arrears is set against a debt.',
      'rule',
      'offsetMinor',
    );
  return [
    {
      type: 'AdjustmentEstablished',
      data: {
        ...rest,
        differenceMinor,
        ...(offsetMinor === undefined ? {} : { offsetMinor }),
      },
    },
  ];
}

function lapse(
  state: AdjustmentState,
  command: CommandOf<AdjustmentCommand, 'LapseAdjustment'>,
  context: Context,
): Drafts {
  requireRole(context, 'automation');
  if (command.paymentId !== undefined) return lapseArrears(state, command.paymentId, command);
  if (isDone(state, command)) return [];
  return [{ type: 'AdjustmentLapsed', data: whoseOf(state, command) }];
}

/**
 * What a payment carries is paid, or is given back first; and what a debt was made less by stands,
 * for what the household owes then.
 */
function lapseArrears(state: AdjustmentState, paymentId: string, command: OfCorrection): Drafts {
  const { correctionId } = command;
  const arrears = state.arrears.find((one) => one.proposal.correctionId === correctionId);
  if (!arrears || arrears.orderedBy || arrears.offsetMinor > 0n) return [];
  const { programmeId, personId, region, differenceMinor } = arrears.proposal;
  const data = { correctionId, programmeId, personId, region, differenceMinor, paymentId };
  return [{ type: 'AdjustmentLapsed', data }];
}

interface OfCorrection {
  readonly correctionId: string;
}

/** What a correction found is put on the account or lapses, once. */
const isDone = (
  { established, lapsed }: AdjustmentState,
  { correctionId }: OfCorrection,
): boolean => [...established, ...lapsed].some((one) => one.correctionId === correctionId);

/** @throws DomainError ADJUSTMENT_NOT_FOUND */
function whoseOf(
  { pending }: AdjustmentState,
  command: OfCorrection,
): EventData['AdjustmentLapsed'] {
  if (pending?.correctionId !== command.correctionId)
    throw new DomainError(
      'ADJUSTMENT_NOT_FOUND',
      'The correction proposed nothing for this household.',
      'not-found',
      'correctionId',
    );
  const { correctionId, programmeId, personId, region, differenceMinor } = pending;
  return { correctionId, programmeId, personId, region, differenceMinor };
}

function orderArrears(
  state: AdjustmentState,
  command: CommandOf<AdjustmentCommand, 'OrderArrears'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  const { paymentId, round, amountMinor, correctionIds } = command;
  const carried = carriedArrears(state, paymentId, round);
  if (carried.length > 0 && sameIds(carried, correctionIds)) return [];
  const chosen = availableArrears(state, paymentId, round).filter(({ proposal }) =>
    correctionIds.includes(proposal.correctionId),
  );
  if (!sameIds(chosen, correctionIds) || arrearsMinor(chosen) !== BigInt(amountMinor))
    throw new DomainError(
      'ARREARS_CHANGED',
      'These arrears are not there to be ordered.',
      'conflict',
    );
  const { programmeId, personId } = chosen[0]!.proposal;
  return [
    {
      type: 'ArrearsOrdered',
      data: {
        programmeId,
        personId,
        paymentId,
        round,
        amountMinor,
        correctionIds: [...correctionIds],
      },
    },
  ];
}

function releaseArrears(
  state: AdjustmentState,
  command: CommandOf<AdjustmentCommand, 'ReleaseArrears'>,
  context: Context,
): Drafts {
  requireRole(context, 'automation');
  const { paymentId, round, reason } = command;
  const carried = carriedArrears(state, paymentId, round);
  if (carried.length === 0) return [];
  const { programmeId, personId } = carried[0]!.proposal;
  return [
    {
      type: 'ArrearsReleased',
      data: {
        programmeId,
        personId,
        paymentId,
        round,
        amountMinor: String(arrearsMinor(carried)),
        correctionIds: carried.map(({ proposal }) => proposal.correctionId),
        reason,
      },
    },
  ];
}

const sameIds = (arrears: readonly Arrears[], ids: readonly string[]): boolean =>
  arrears.length === ids.length &&
  arrears.every(({ proposal }) => ids.includes(proposal.correctionId));

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

export const adjustmentDecider: Decider<AdjustmentState, AdjustmentCommand, AdjustmentEvent> = {
  initialState,
  decide,
  evolve(state, event) {
    switch (event.type) {
      case 'AdjustmentProposed':
        return { ...state, pending: event.data };
      case 'AdjustmentEstablished': {
        const { pending } = state;
        if (!pending) return state;
        const established = [...state.established, pending];
        const offsetMinor = BigInt(event.data.offsetMinor ?? '0');
        return BigInt(pending.differenceMinor) > offsetMinor
          ? {
              ...state,
              pending: undefined,
              established,
              arrears: [...state.arrears, { proposal: pending, offsetMinor, orderedBy: undefined }],
            }
          : { ...state, pending: undefined, established };
      }
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
  },
};
