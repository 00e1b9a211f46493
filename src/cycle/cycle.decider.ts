import type { EventData } from '../../events/generated.js';
import { requireRole, type Context, type Decider, type Draft } from '../kernel/decider.js';
import { DomainError, never } from '../kernel/errors.js';
import { parseLocalDate, parsePeriod } from '../kernel/time.js';
import type { Finding, Figures, CycleState, CycleEvent } from './cycle.state.js';
import { initialState, evolve } from './cycle.state.js';

export type CycleCommand =
  | ({ readonly type: 'OpenCycle' } & EventData['CycleOpened'])
  | { readonly type: 'StartPreparation'; readonly asOf: number }
  | {
      readonly type: 'RecordPreparation';
      readonly asOf: number;
      readonly count: number;
      readonly totalMinor: string;
      readonly contentHash: string;
    }
  | {
      readonly type: 'ApproveCycle';
      readonly contentHash: string;
      readonly fiscalYear: number;
      /** True where the programme configured checks. */ readonly mustBeChecked?: boolean;
    }
  | {
      readonly type: 'RecordCheck';
      readonly asOf: number;
      readonly contentHash: string;
      readonly findings: readonly Finding[];
    }
  | { readonly type: 'OverrideFinding'; readonly findingId: string; readonly reason: string }
  | { readonly type: 'ReturnCycle'; readonly reason: string }
  | { readonly type: 'ReleaseCycle'; readonly contentHash: string; readonly executionDate: string }
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
  | { readonly type: 'ReconcileCycle'; readonly figures: Figures }
  | { readonly type: 'CloseCycle'; readonly releasedMinor: string };

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
  'NOT_RECONCILED',
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

function requireStatus(state: CycleState, ...allowed: readonly CycleState['status'][]): void {
  if (!allowed.includes(state.status))
    throw new DomainError(
      'CYCLE_STATUS',
      `The cycle is ${state.status}; this takes one that is ${allowed.join(' or ')}.`,
      'rule',
    );
}

function requireHash(state: CycleState, hash: string): void {
  if (hash !== state.contentHash)
    throw new DomainError(
      'CONTENT_CHANGED',
      'The prepared set is not the one named; look at it again and name its present content hash.',
      'conflict',
      'contentHash',
    );
}

function decide(
  state: CycleState,
  command: CycleCommand,
  context: Context,
): readonly Draft<CycleEvent>[] {
  if (command.type === 'OpenCycle') {
    requireRole(context, 'finance-officer');
    parsePeriod(command.period);
    if (state.status !== 'none')
      throw new DomainError(
        'CYCLE_ALREADY_OPEN',
        `The cycle ${command.cycleId} is open already.`,
        'conflict',
        'period',
      );
    const { type, ...data } = command;
    return [{ type: 'CycleOpened', data }];
  }
  if (state.status === 'none')
    throw new DomainError('CYCLE_NOT_FOUND', 'There is no such cycle.', 'not-found', 'cycleId');
  const { cycleId } = state;
  switch (command.type) {
    case 'StartPreparation':
      requireRole(context, 'finance-officer');
      if (state.status === 'preparing') return [];
      requireStatus(state, 'open', 'returned');
      return [
        {
          type: 'CyclePreparationStarted',
          data: { cycleId, round: state.round + 1, asOf: command.asOf },
        },
      ];
    case 'RecordPreparation':
      requireRole(context, 'finance-officer');
      requireStatus(state, 'preparing');
      if (command.asOf !== state.asOf)
        throw new DomainError(
          'PREPARATION_DIFFERS',
          `This preparation is as of position ${state.asOf}.`,
          'conflict',
          'asOf',
        );
      return [
        {
          type: 'CyclePrepared',
          data: {
            cycleId,
            round: state.round,
            asOf: state.asOf,
            count: command.count,
            totalMinor: command.totalMinor,
            contentHash: command.contentHash,
          },
        },
      ];
    case 'ApproveCycle':
      requireRole(context, 'finance-controller');
      if (state.status === 'approved')
        throw new DomainError(
          'CYCLE_ALREADY_APPROVED',
          'The cycle is approved already.',
          'conflict',
        );
      requireStatus(state, 'prepared');
      requireHash(state, command.contentHash);
      if (state.preparers.includes(context.actor.id))
        throw new DomainError(
          'SAME_PERSON',
          'Who prepared a cycle does not approve it.',
          'forbidden',
        );
      requireAnswered(state, command, context);
      return [
        {
          type: 'CycleApproved',
          data: {
            cycleId,
            contentHash: command.contentHash,
            totalMinor: state.totalMinor,
            fiscalYear: command.fiscalYear,
          },
        },
      ];
    case 'RecordCheck':
      requireRole(context, 'finance-officer', 'automation');
      requireStatus(state, 'prepared');
      requireHash(state, command.contentHash);
      if (
        state.checkedHash === command.contentHash &&
        sameFindings(state.findings, command.findings)
      )
        return [];
      return [
        {
          type: 'CycleChecked',
          data: {
            cycleId,
            round: state.round,
            asOf: command.asOf,
            contentHash: command.contentHash,
            findings: [...command.findings],
          },
        },
      ];
    case 'OverrideFinding':
      return override(state, command, context);
    case 'ReturnCycle':
      requireRole(context, 'finance-controller');
      requireStatus(state, 'prepared', 'approved');
      return [{ type: 'CycleReturned', data: { cycleId, reason: command.reason } }];
    case 'ReleaseCycle':
      requireRole(context, 'finance-controller');
      if (state.status === 'released' || state.status === 'instructed' || state.status === 'closed')
        throw new DomainError(
          'CYCLE_ALREADY_RELEASED',
          'The cycle is released already.',
          'conflict',
        );
      requireStatus(state, 'approved');
      requireHash(state, command.contentHash);
      parseLocalDate(command.executionDate, 'executionDate');
      if (state.preparers.includes(context.actor.id) || state.approver === context.actor.id)
        throw new DomainError(
          'SAME_PERSON',
          'Who prepared or approved a cycle does not release it.',
          'forbidden',
        );
      return [
        {
          type: 'CycleReleased',
          data: {
            cycleId,
            contentHash: state.contentHash,
            count: state.count,
            totalMinor: state.totalMinor,
            executionDate: command.executionDate,
          },
        },
      ];
    case 'RecordInstruction':
      requireRole(context, 'automation');
      if (state.status === 'instructed') return [];
      requireStatus(state, 'released');
      return [
        {
          type: 'CycleInstructed',
          data: {
            cycleId,
            count: command.count,
            totalMinor: command.totalMinor,
            files: command.files,
          },
        },
      ];
    case 'RecordReinstruction': {
      requireRole(context, 'automation');
      const files = command.files.filter(
        ({ messageId }) => !state.reinstructed.includes(messageId),
      );
      if (files.length === 0) return [];
      requireStatus(state, 'released', 'instructed');
      return [{ type: 'CycleReinstructed', data: { cycleId, files } }];
    }
    case 'ReconcileCycle': {
      requireRole(context, 'finance-officer');
      requireStatus(state, 'released', 'instructed');
      const f = command.figures;
      const counts =
        f.settledCount + f.rejectedCount + f.returnedCount + f.cancelledCount + f.outstandingCount;
      const total =
        BigInt(f.settledMinor) +
        BigInt(f.rejectedMinor) +
        BigInt(f.returnedMinor) +
        BigInt(f.cancelledMinor) +
        BigInt(f.outstandingMinor);
      if (counts !== f.orderedCount || total !== BigInt(f.orderedMinor))
        throw new DomainError(
          'FIGURES_DO_NOT_ADD_UP',
          'Ordered is not settled + rejected + returned + cancelled + outstanding.',
          'rule',
        );
      return [{ type: 'CycleReconciled', data: { cycleId, ...f } }];
    }
    case 'CloseCycle':
      requireRole(context, 'finance-officer');
      requireStatus(state, 'instructed');
      if (!state.figures)
        throw new DomainError(
          'NOT_RECONCILED',
          'A cycle is reconciled before it is closed.',
          'rule',
        );
      if (state.figures.openBreaks > 0)
        throw new DomainError(
          'OPEN_BREAKS',
          `${state.figures.openBreaks} breaks are open.`,
          'rule',
        );
      if (state.figures.outstandingCount > 0)
        throw new DomainError(
          'PAYMENTS_OUTSTANDING',
          `${state.figures.outstandingCount} payments are outstanding.`,
          'rule',
        );
      return [{ type: 'CycleClosed', data: { cycleId, releasedMinor: command.releasedMinor } }];
    default:
      return never(command);
  }
}

/** Nothing that blocks is left, and who answers for a finding is another than who approves. */
function requireAnswered(
  state: CycleState,
  command: Extract<CycleCommand, { type: 'ApproveCycle' }>,
  { actor }: Context,
): void {
  if (command.mustBeChecked && state.checkedHash !== state.contentHash)
    throw new DomainError(
      'NOT_CHECKED',
      'The programme has cycles checked before they are approved; check this one.',
      'rule',
    );
  if (state.openFindings.length > 0)
    throw new DomainError(
      'FINDINGS_OPEN',
      `${state.openFindings.length} findings block the cycle; mend what they tell and check again, or have a second person override them.`,
      'rule',
    );
  if (Object.values(state.overridden).includes(actor.id))
    throw new DomainError(
      'SAME_PERSON',
      'Who overrode a finding of a cycle does not approve it.',
      'forbidden',
    );
}

function override(
  state: CycleState,
  { findingId, reason }: Extract<CycleCommand, { type: 'OverrideFinding' }>,
  context: Context,
): readonly Draft<CycleEvent>[] {
  requireRole(context, 'finance-controller');
  requireStatus(state, 'prepared');
  const finding = state.findings.find((found) => found.findingId === findingId);
  if (!finding)
    throw new DomainError(
      'FINDING_NOT_FOUND',
      'The last check of this cycle has no such finding.',
      'not-found',
      'findingId',
    );
  if (finding.level !== 'block')
    throw new DomainError(
      'FINDING_DOES_NOT_BLOCK',
      'This finding is a warning; there is nothing to override.',
      'rule',
      'findingId',
    );
  if (!state.openFindings.includes(findingId))
    throw new DomainError(
      'FINDING_ALREADY_OVERRIDDEN',
      'This finding is overridden already.',
      'conflict',
      'findingId',
    );
  if (state.preparers.includes(context.actor.id) || state.checker === context.actor.id)
    throw new DomainError(
      'SAME_PERSON',
      'Who prepared or checked a cycle does not override what was found.',
      'forbidden',
    );
  return [
    {
      type: 'CycleFindingOverridden',
      data: { cycleId: state.cycleId, round: state.round, findingId, reason },
    },
  ];
}

const sameFindings = (a: readonly Finding[], b: readonly Finding[]): boolean =>
  a.length === b.length &&
  a.every((finding, i) => finding.findingId === b[i]!.findingId && finding.level === b[i]!.level);

export const cycleDecider: Decider<CycleState, CycleCommand, CycleEvent> = {
  initialState,
  decide,
  evolve,
};
