import type { EventData } from '../../events/generated.js';
import { contentHash } from '../kernel/canonical.js';
import {
  requireRole,
  type CommandOf,
  type Context,
  type Decider,
  type Draft,
} from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';
import {
  arrearsMinor,
  availableArrears,
  carriedArrears,
  evolve,
  initialState,
  uncarriedArrears,
  type AdjustmentEvent,
  type AdjustmentState,
  type Arrears,
  type ArrearsOffset,
  type Proposal,
} from './adjustment.state.js';

export type AdjustmentCommand =
  | ({ readonly type: 'ProposeAdjustment' } & Proposal)
  | {
      readonly type: 'EstablishAdjustment';
      readonly correctionId: string;
      readonly offsetMinor?: string;
      readonly arrearsOffset?: readonly ArrearsOffset[];
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
  const { offsetMinor, arrearsOffset } = command;
  requireOffset(BigInt(differenceMinor), offsetMinor);
  requireArrearsOffset(state, BigInt(differenceMinor), arrearsOffset);
  const data = {
    ...rest,
    differenceMinor,
    ...(offsetMinor === undefined ? {} : { offsetMinor }),
    ...(arrearsOffset === undefined ? {} : { arrearsOffset: [...arrearsOffset] }),
  };
  return [{ type: 'AdjustmentEstablished', data }];
}

function requireOffset(difference: bigint, offsetMinor: string | undefined): void {
  const arrears = difference > 0n ? difference : 0n;
  if (offsetMinor !== undefined && BigInt(offsetMinor) > arrears)
    throw new DomainError(
      'ADJUSTMENT_DOES_NOT_ADD_UP',
      'No more than the arrears is set against a debt.',
      'rule',
      'offsetMinor',
    );
}

/** @throws DomainError ARREARS_CHANGED where a payment came to carry them since */
function requireArrearsOffset(
  state: AdjustmentState,
  difference: bigint,
  offset: readonly ArrearsOffset[] | undefined,
): void {
  if (offset === undefined) return;
  const minor = offset.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n);
  if (minor > -difference)
    throw new DomainError(
      'ADJUSTMENT_DOES_NOT_ADD_UP',
      'No more than the overpayment is set against arrears.',
      'rule',
      'arrearsOffset',
    );
  const uncarried = new Map(
    uncarriedArrears(state).map((one) => [one.proposal.correctionId, arrearsMinor([one])]),
  );
  if (offset.some((one) => BigInt(one.amountMinor) > (uncarried.get(one.correctionId) ?? 0n)))
    throw new DomainError(
      'ARREARS_CHANGED',
      'These arrears are not there for an overpayment to be set against.',
      'conflict',
      'arrearsOffset',
    );
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

export const adjustmentDecider: Decider<AdjustmentState, AdjustmentCommand, AdjustmentEvent> = {
  initialState,
  decide,
  evolve,
};
