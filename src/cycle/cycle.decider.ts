import type { EventData } from '../../events/generated.js';
import {
  requireRole,
  type CommandOf,
  type Context,
  type Decider,
  type Draft,
} from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';
import { MOST_MINOR } from '../kernel/money.js';
import { isOneOf } from '../kernel/subject.js';
import { parsePeriod } from '../kernel/time.js';
import {
  abandon,
  approve,
  override,
  recordCheck,
  release,
  returnToPreparation,
  type ApprovalCommand,
} from './cycle-approval.decider.js';
import type { Figures, CycleState, CycleEvent } from './cycle.state.js';
import { initialState, evolve, isPrepared, requireStatus, requireThere } from './cycle.state.js';

export type LeftOut = Pick<EventData['CycleHouseholdsLeftOut'], 'count' | 'households'>;

export type CycleCommand =
  | ({ readonly type: 'OpenCycle' } & EventData['CycleOpened'])
  | { readonly type: 'StartPreparation'; readonly asOf: number; readonly later?: Later }
  | {
      readonly type: 'StartLaterCycle';
      readonly laterCycleId: string;
      readonly round: number;
      /** The position that this cycle was prepared as of, as whoever decides has seen it. */
      readonly seen: number;
    }
  | {
      readonly type: 'RecordPreparation';
      readonly asOf: number;
      readonly count: number;
      readonly totalMinor: string;
      readonly contentHash: string;
      /** How many households nothing is ordered for, and the first of them. */
      readonly leftOut?: LeftOut;
    }
  | ApprovalCommand
  | {
      readonly type: 'RecordInstruction';
      readonly count: number;
      readonly totalMinor: string;
      readonly files: EventData['CycleInstructed']['files'];
    }
  | {
      readonly type: 'RecordReinstruction';
      readonly files: EventData['CycleReinstructed']['files'];
    }
  | { readonly type: 'StartReinstruction'; readonly runId: string }
  | { readonly type: 'EndReinstruction'; readonly runId: string }
  | { readonly type: 'ReconcileCycle'; readonly figures: Figures }
  | {
      readonly type: 'CloseCycle';
      readonly releasedMinor: string;
      /** Of the figures that were looked at; absent: the cycle's. */
      readonly throughPosition?: number;
    };

/** The later cycles that whoever decides has looked at: what a cycle's state said then. */
type Later = CycleState['later'];

/** Codes that cycles refuse with. */
export const CYCLE_REFUSALS = [
  'ROLE_NOT_ALLOWED',
  'CYCLE_ALREADY_OPEN',
  'CYCLE_NOT_FOUND',
  'CYCLE_STATUS',
  'CYCLE_ALREADY_APPROVED',
  'CYCLE_ALREADY_RELEASED',
  'CONTENT_CHANGED',
  'SAME_PERSON',
  'PREPARATION_DIFFERS',
  'FIGURES_DO_NOT_ADD_UP',
  'BUDGET_TOO_LARGE',
  'NOT_RECONCILED',
  'EARLIER_CYCLE_NOT_PREPARED',
  'LATER_CYCLE_STARTED',
  'REINSTRUCTION_UNDER_WAY',
  'OPEN_BREAKS',
  'PAYMENTS_OUTSTANDING',
  'INVALID_PERIOD',
  'INVALID_DATE',
  'NOT_CHECKED',
  'FINDINGS_OPEN',
  'FINDING_NOT_FOUND',
  'FINDING_DOES_NOT_BLOCK',
  'FINDING_ALREADY_OVERRIDDEN',
] as const;

type Drafts = readonly Draft<CycleEvent>[];

function decide(state: CycleState, command: CycleCommand, context: Context): Drafts {
  if (command.type === 'OpenCycle') return open(state, command, context);
  requireThere(state);
  switch (command.type) {
    case 'StartPreparation':
      return startPreparation(state, command, context);
    case 'StartLaterCycle':
      return startLater(state, command, context);
    case 'RecordPreparation':
      return recordPreparation(state, command, context);
    case 'RecordCheck':
      return recordCheck(state, command, context);
    case 'OverrideFinding':
      return override(state, command, context);
    case 'ApproveCycle':
      return approve(state, command, context);
    case 'ReturnCycle':
      return returnToPreparation(state, command, context);
    case 'AbandonCycle':
      return abandon(state, command, context);
    case 'ReleaseCycle':
      return release(state, command, context);
    case 'RecordInstruction':
      return recordInstruction(state, command, context);
    case 'RecordReinstruction':
      return recordReinstruction(state, command, context);
    case 'StartReinstruction':
      return startReinstruction(state, command, context);
    case 'EndReinstruction':
      return endReinstruction(state, command, context);
    case 'ReconcileCycle':
      return reconcile(state, command, context);
    case 'CloseCycle':
      return close(state, command, context);
    default:
      return never(command);
  }
}

function open(
  state: CycleState,
  command: CommandOf<CycleCommand, 'OpenCycle'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  parsePeriod(command.period);
  if (state.status !== 'none' && state.status !== 'abandoned')
    throw new DomainError(
      'CYCLE_ALREADY_OPEN',
      `The cycle ${command.cycleId} is open already.`,
      'conflict',
      'period',
    );
  const { type, ...data } = command;
  return [{ type: 'CycleOpened', data }];
}

function startPreparation(
  state: CycleState,
  { asOf, later }: CommandOf<CycleCommand, 'StartPreparation'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  const { cycleId, round } = state;
  if (state.status === 'preparing') {
    if (isOneOf(state.preparers, context.actor.id)) return [];
    return [{ type: 'CyclePreparationResumed', data: { cycleId, round } }];
  }
  requireStatus(state, 'open', 'returned');
  for (const [laterId, itsRound] of Object.entries(state.later))
    if (later && later[laterId] !== itsRound)
      throw new DomainError(
        'LATER_CYCLE_STARTED',
        `${laterId} began to be prepared meanwhile and pays what was due before it.`,
        'rule',
        'period',
      );
  return [{ type: 'CyclePreparationStarted', data: { cycleId, round: round + 1, asOf } }];
}

/** Who prepares a later cycle counts on what this one pays, from the moment at which it begins. */
function startLater(
  state: CycleState,
  { laterCycleId, round, seen }: CommandOf<CycleCommand, 'StartLaterCycle'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  if (!isPrepared(state))
    throw new DomainError(
      'EARLIER_CYCLE_NOT_PREPARED',
      `Prepare ${state.cycleId} first: this cycle pays what that one could not.`,
      'rule',
      'period',
    );
  if (state.asOf !== seen)
    throw new DomainError(
      'PREPARATION_DIFFERS',
      `${state.cycleId} was prepared again meanwhile; send the same request again.`,
      'conflict',
      'period',
    );
  if (state.later[laterCycleId] === round) return [];
  return [{ type: 'LaterCycleStarted', data: { cycleId: state.cycleId, laterCycleId, round } }];
}

function recordPreparation(
  state: CycleState,
  command: CommandOf<CycleCommand, 'RecordPreparation'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  requireStatus(state, 'preparing');
  const { cycleId, round, asOf } = state;
  if (command.asOf !== asOf)
    throw new DomainError(
      'PREPARATION_DIFFERS',
      `This preparation is as of position ${asOf}.`,
      'conflict',
      'asOf',
    );
  const { count, totalMinor, contentHash, leftOut } = command;
  if (BigInt(totalMinor) > MOST_MINOR)
    throw new DomainError(
      'BUDGET_TOO_LARGE',
      `The payments come to ${totalMinor} minor units; no budget is of more than 18 digits. Give the cycle up, and look at what the policy gives.`,
      'rule',
    );
  return [
    ...(leftOut && leftOut.count > 0
      ? [
          {
            type: 'CycleHouseholdsLeftOut',
            data: { cycleId, round, count: leftOut.count, households: leftOut.households },
          } as const,
        ]
      : []),
    { type: 'CyclePrepared', data: { cycleId, round, asOf, count, totalMinor, contentHash } },
  ];
}

function recordInstruction(
  state: CycleState,
  { count, totalMinor, files }: CommandOf<CycleCommand, 'RecordInstruction'>,
  context: Context,
): Drafts {
  requireRole(context, 'automation');
  if (state.status === 'instructed') return [];
  requireStatus(state, 'released');
  const { cycleId } = state;
  const first = files.slice(0, FILES_OF_AN_EVENT);
  return [
    { type: 'CycleInstructed', data: { cycleId, count, totalMinor, files: first } },
    ...filesRecorded(cycleId, files.slice(FILES_OF_AN_EVENT)),
  ];
}

/**
 * An event has room for some thousands; what is more stands in further ones of the same command.
 */
const FILES_OF_AN_EVENT = 2_000;

function filesRecorded(cycleId: string, files: EventData['CycleReinstructed']['files']): Drafts {
  const drafts: Draft<CycleEvent>[] = [];
  for (let i = 0; i < files.length; i += FILES_OF_AN_EVENT)
    drafts.push({
      type: 'CycleReinstructed',
      data: { cycleId, files: files.slice(i, i + FILES_OF_AN_EVENT) },
    });
  return drafts;
}

/**
 * From here until it ends nothing is closed: files may leave that the cycle does not know yet. A
 * run that goes on after it was cut off starts again: the newest start is the only one that
 * instructs.
 */
function startReinstruction(
  state: CycleState,
  { runId }: CommandOf<CycleCommand, 'StartReinstruction'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  requireStatus(state, 'released', 'instructed');
  return [{ type: 'CycleReinstructionStarted', data: { cycleId: state.cycleId, runId } }];
}

const LEFT_ALONE_MS = 3_600_000;

/**
 * Ends a run, and those that were left alone: the run that ends made their files too, and whoever
 * still works under one of them is refused.
 */
function endReinstruction(
  state: CycleState,
  { runId }: CommandOf<CycleCommand, 'EndReinstruction'>,
  context: Context,
): Drafts {
  requireRole(context, 'automation');
  const before = Date.parse(context.now) - LEFT_ALONE_MS;
  const runIds = Object.entries(state.reinstructing)
    .filter(([id, { since }]) => id === runId || Date.parse(since) < before)
    .map(([id]) => id);
  if (runIds.length === 0) return [];
  return [{ type: 'CycleReinstructionEnded', data: { cycleId: state.cycleId, runIds } }];
}

/** Files that are recorded already are left out. */
function recordReinstruction(
  state: CycleState,
  command: CommandOf<CycleCommand, 'RecordReinstruction'>,
  context: Context,
): Drafts {
  requireRole(context, 'automation');
  const files = command.files.filter(({ messageId }) => !state.reinstructed.includes(messageId));
  if (files.length === 0) return [];
  requireStatus(state, 'released', 'instructed');
  return filesRecorded(state.cycleId, files);
}

function reconcile(
  state: CycleState,
  { figures }: CommandOf<CycleCommand, 'ReconcileCycle'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  requireStatus(state, 'released', 'instructed');
  if (!addUp(figures))
    throw new DomainError(
      'FIGURES_DO_NOT_ADD_UP',
      'Ordered is not settled + rejected + returned + cancelled + outstanding.',
      'rule',
    );
  return [{ type: 'CycleReconciled', data: { cycleId: state.cycleId, ...figures } }];
}

function addUp(f: Figures): boolean {
  const count =
    f.settledCount + f.rejectedCount + f.returnedCount + f.cancelledCount + f.outstandingCount;
  const totalMinor =
    BigInt(f.settledMinor) +
    BigInt(f.rejectedMinor) +
    BigInt(f.returnedMinor) +
    BigInt(f.cancelledMinor) +
    BigInt(f.outstandingMinor);
  return count === f.orderedCount && totalMinor === BigInt(f.orderedMinor);
}

/** Where figures that were looked at are none: what is reconciled meanwhile was not. */
export const NOT_RECONCILED = -1;

function close(
  state: CycleState,
  { releasedMinor, throughPosition }: CommandOf<CycleCommand, 'CloseCycle'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer');
  requireStatus(state, 'instructed');
  const [run] = Object.values(state.reinstructing);
  if (run)
    throw new DomainError(
      'REINSTRUCTION_UNDER_WAY',
      `Payments of the cycle are being instructed again since ${run.since}, by ${run.by}; where that was cut off, send the same request again, or any other an hour later.`,
      'conflict',
    );
  const reconciledThrough = state.figures?.throughPosition ?? NOT_RECONCILED;
  if (throughPosition !== undefined && throughPosition !== reconciledThrough)
    throw new DomainError(
      'NOT_RECONCILED',
      'The cycle was reconciled or instructed again meanwhile; look at it again.',
      'conflict',
    );
  if (!state.figures)
    throw new DomainError('NOT_RECONCILED', 'A cycle is reconciled before it is closed.', 'rule');
  const { openBreaks, outstandingCount } = state.figures;
  if (openBreaks > 0)
    throw new DomainError('OPEN_BREAKS', `${openBreaks} breaks are open.`, 'rule');
  if (outstandingCount > 0)
    throw new DomainError(
      'PAYMENTS_OUTSTANDING',
      `${outstandingCount} payments are outstanding.`,
      'rule',
    );
  return [{ type: 'CycleClosed', data: { cycleId: state.cycleId, releasedMinor } }];
}

export const cycleDecider: Decider<CycleState, CycleCommand, CycleEvent> = {
  initialState,
  decide,
  evolve,
};
