import type { AggregateEvents, EventData } from '../../events/generated.js';
import {
  requireEverywhere,
  requireRole,
  type CommandOf,
  type Context,
  type Decider,
  type Draft,
} from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';
import { parsePeriod } from '../kernel/time.js';
import { isOneOf } from '../kernel/subject.js';
import { requireOwnWord } from '../kernel/two-people.js';

export type CorrectionEvent = AggregateEvents['correction'];
type Started = EventData['CorrectionStarted'];
type Proposed = EventData['CorrectionProposed'];
type Figures = Omit<EventData['CorrectionApplied'], 'correctionId'>;

/**
 * A recomputation of a programme's past, from its start to the day that what it found is arrears
 * and overpayments.
 */
export interface CorrectionState {
  /** `settled`: nothing was found, so that there is nothing to decide. */
  readonly status:
    'none' | 'started' | 'proposed' | 'settled' | 'approved' | 'rejected' | 'applied';
  readonly started: Started | undefined;
  readonly proposed: Proposed | undefined;
  /** Everybody who took part in proposing. */
  readonly proposers: readonly string[];
  readonly approvedBy: string | undefined;
}

export type CorrectionCommand =
  | ({ readonly type: 'StartCorrection' } & Started)
  | ({ readonly type: 'ProposeCorrection' } & Omit<Proposed, 'correctionId'>)
  | { readonly type: 'ApproveCorrection'; readonly contentHash: string }
  | { readonly type: 'RejectCorrection'; readonly reason: string }
  | { readonly type: 'WithdrawCorrection'; readonly reason: string }
  | ({
      readonly type: 'ApplyCorrection';
      /** What lapsed instead; absent: nothing did. */
      readonly lapsed?: Figures;
    } & Figures);

/** Codes that corrections refuse with. */
export const CORRECTION_REFUSALS = [
  'ROLE_NOT_ALLOWED',
  'REGION_NOT_ALLOWED',
  'CORRECTION_ALREADY_STARTED',
  'CORRECTION_NOT_FOUND',
  'CORRECTION_STATUS',
  'CONTENT_CHANGED',
  'SAME_PERSON',
  'INVALID_PERIOD',
  'PERIODS_OUT_OF_ORDER',
  'FIGURES_DIFFER',
  'NOTHING_PROPOSED',
] as const;

const NONE: Figures = {
  arrearsCount: 0,
  arrearsMinor: '0',
  overpaidCount: 0,
  overpaidMinor: '0',
};

const initialState: CorrectionState = {
  status: 'none',
  started: undefined,
  proposed: undefined,
  proposers: [],
  approvedBy: undefined,
};

/**
 * Whether another correction of the programme has to wait: what this one found is not yet on the
 * households' accounts.
 */
export const isOpen = ({ status }: CorrectionState): boolean =>
  status === 'started' || status === 'proposed' || status === 'approved';

/** @throws DomainError CORRECTION_STATUS */
export function requireStatus(
  state: CorrectionState,
  ...allowed: readonly CorrectionState['status'][]
): void {
  if (!allowed.includes(state.status))
    throw new DomainError(
      'CORRECTION_STATUS',
      `The correction is ${state.status}; this takes one that is ${allowed.join(' or ')}.`,
      'rule',
    );
}

type Drafts = readonly Draft<CorrectionEvent>[];

function decide(state: CorrectionState, command: CorrectionCommand, context: Context): Drafts {
  if (command.type === 'StartCorrection') return start(state, command, context);
  // As whatever else is said of corrections; and who is limited is not told which there are.
  if (command.type === 'WithdrawCorrection') requireEverywhere(context);
  if (!state.started)
    throw new DomainError(
      'CORRECTION_NOT_FOUND',
      'There is no such correction.',
      'not-found',
      'correctionId',
    );
  const { correctionId } = state.started;
  switch (command.type) {
    case 'ProposeCorrection':
      return propose(state, correctionId, command, context);
    case 'ApproveCorrection':
      return approve(state, correctionId, command, context);
    case 'RejectCorrection':
      return reject(state, correctionId, command, context);
    case 'WithdrawCorrection': {
      requireOwnWord(state.status === 'proposed' ? state.proposers : [], context.actor.id);
      return reject(state, correctionId, command, context);
    }
    case 'ApplyCorrection':
      return apply(state, correctionId, command, context);
    default:
      return never(command);
  }
}

function start(
  state: CorrectionState,
  command: CommandOf<CorrectionCommand, 'StartCorrection'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  if (state.status !== 'none')
    throw new DomainError(
      'CORRECTION_ALREADY_STARTED',
      `The correction ${command.correctionId} was started already.`,
      'conflict',
      'correctionId',
    );
  if (parsePeriod(command.fromPeriod, 'fromPeriod') > parsePeriod(command.toPeriod, 'toPeriod')) {
    throw new DomainError(
      'PERIODS_OUT_OF_ORDER',
      `The last month paid is ${command.toPeriod}; there is nothing to correct from ${command.fromPeriod} on.`,
      'rule',
      'fromPeriod',
    );
  }
  const { type, ...data } = command;
  return [{ type: 'CorrectionStarted', data }];
}

function propose(
  state: CorrectionState,
  correctionId: string,
  command: CommandOf<CorrectionCommand, 'ProposeCorrection'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  requireStatus(state, 'started');
  const { type, ...data } = command;
  return [{ type: 'CorrectionProposed', data: { correctionId, ...data } }];
}

function approve(
  state: CorrectionState,
  correctionId: string,
  command: CommandOf<CorrectionCommand, 'ApproveCorrection'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-controller');
  requireStatus(state, 'proposed');
  if (command.contentHash !== state.proposed!.contentHash)
    throw new DomainError(
      'CONTENT_CHANGED',
      'What is proposed is not what was named; look at it again and name its content hash.',
      'conflict',
      'contentHash',
    );
  if (isOneOf(state.proposers, context.actor.id))
    throw new DomainError(
      'SAME_PERSON',
      'Who proposed a correction does not approve it.',
      'forbidden',
    );
  return [{ type: 'CorrectionApproved', data: { correctionId, contentHash: command.contentHash } }];
}

function reject(
  state: CorrectionState,
  correctionId: string,
  command: CommandOf<CorrectionCommand, 'RejectCorrection' | 'WithdrawCorrection'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-controller', 'finance-officer');
  requireStatus(state, 'started', 'proposed');
  return [{ type: 'CorrectionRejected', data: { correctionId, reason: command.reason } }];
}

function apply(
  state: CorrectionState,
  correctionId: string,
  command: CommandOf<CorrectionCommand, 'ApplyCorrection'>,
  context: Context,
): Drafts {
  requireRole(context, 'automation');
  if (state.status === 'applied') return [];
  requireStatus(state, 'approved');
  const { type, lapsed = NONE, ...data } = command;
  const { arrearsCount, arrearsMinor, overpaidCount, overpaidMinor } = state.proposed!;
  if (
    data.arrearsCount + lapsed.arrearsCount !== arrearsCount ||
    BigInt(data.arrearsMinor) + BigInt(lapsed.arrearsMinor) !== BigInt(arrearsMinor) ||
    data.overpaidCount + lapsed.overpaidCount !== overpaidCount ||
    BigInt(data.overpaidMinor) + BigInt(lapsed.overpaidMinor) !== BigInt(overpaidMinor)
  ) {
    throw new DomainError(
      'FIGURES_DIFFER',
      "What was put on the households' accounts, with what lapsed, is not what was approved.",
      'rule',
    );
  }
  return [{ type: 'CorrectionApplied', data: { correctionId, ...data } }];
}

export const correctionDecider: Decider<CorrectionState, CorrectionCommand, CorrectionEvent> = {
  initialState,
  decide,
  evolve(state, event) {
    switch (event.type) {
      case 'CorrectionStarted':
        return { ...state, status: 'started', started: event.data, proposers: [event.meta.actor] };
      case 'CorrectionProposed': {
        const { arrearsCount, overpaidCount } = event.data;
        return {
          ...state,
          status: arrearsCount + overpaidCount === 0 ? 'settled' : 'proposed',
          proposed: event.data,
          proposers: [...state.proposers, event.meta.actor],
        };
      }
      case 'CorrectionApproved':
        return { ...state, status: 'approved', approvedBy: event.meta.actor };
      case 'CorrectionRejected':
        return { ...state, status: 'rejected' };
      case 'CorrectionApplied':
        return { ...state, status: 'applied' };
      default:
        return state;
    }
  },
};
