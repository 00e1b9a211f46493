import { requireRole, type CommandOf, type Context, type Draft } from '../kernel/decider.js';
import { DomainError } from '../kernel/errors.js';
import { parseLocalDate } from '../kernel/time.js';
import type { Finding, CycleState, CycleEvent } from './cycle.state.js';
import { requireStatus } from './cycle.state.js';
import { isOneOf } from '../kernel/subject.js';

/** What people do with a prepared set until money may leave: checked, approved, released. */
export type ApprovalCommand =
  | {
      readonly type: 'RecordCheck';
      readonly asOf: number;
      readonly contentHash: string;
      readonly findings: readonly Finding[];
      /** Since which position the checks are what they are; absent: always. */
      readonly rulesSince?: number;
    }
  | { readonly type: 'OverrideFinding'; readonly findingId: string; readonly reason: string }
  | {
      readonly type: 'ApproveCycle';
      readonly contentHash: string;
      readonly fiscalYear: number;
      /** True where the programme configured checks. */ readonly mustBeChecked?: boolean;
      /** Since which position the checks are what they are; absent: always. */
      readonly rulesSince?: number;
    }
  | { readonly type: 'ReturnCycle'; readonly reason: string }
  | { readonly type: 'AbandonCycle'; readonly reason: string }
  | { readonly type: 'ReleaseCycle'; readonly contentHash: string; readonly executionDate: string };

type Drafts = readonly Draft<CycleEvent>[];

function requireHash(state: CycleState, hash: string): void {
  if (hash !== state.contentHash)
    throw new DomainError(
      'CONTENT_CHANGED',
      'The prepared set is not the one named; look at it again and name its present content hash.',
      'conflict',
      'contentHash',
    );
}

export function recordCheck(
  state: CycleState,
  { asOf, contentHash, findings, rulesSince }: CommandOf<ApprovalCommand, 'RecordCheck'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-officer', 'automation');
  requireStatus(state, 'prepared');
  requireHash(state, contentHash);
  if (isChecked(state, rulesSince) && sameFindings(state.findings, findings)) return [];
  const { cycleId, round } = state;
  return [
    {
      type: 'CycleChecked',
      data: { cycleId, round, asOf, contentHash, findings: [...findings] },
    },
  ];
}

/**
 * Whether the set that is prepared was checked, under the checks that the programme has now.
 * @param rulesSince the position since which it has those
 */
export const isChecked = (
  { checkedHash, contentHash, checkedAsOf }: CycleState,
  rulesSince = -1,
): boolean => checkedHash === contentHash && checkedAsOf >= rulesSince;

const sameFindings = (a: readonly Finding[], b: readonly Finding[]): boolean =>
  a.length === b.length &&
  a.every((finding, i) => finding.findingId === b[i]!.findingId && finding.level === b[i]!.level);

export function override(
  state: CycleState,
  { findingId, reason }: CommandOf<ApprovalCommand, 'OverrideFinding'>,
  context: Context,
): Drafts {
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
  if (isOneOf([...state.preparers, state.checker], context.actor.id))
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

export function approve(
  state: CycleState,
  command: CommandOf<ApprovalCommand, 'ApproveCycle'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-controller');
  if (state.status === 'approved')
    throw new DomainError('CYCLE_ALREADY_APPROVED', 'The cycle is approved already.', 'conflict');
  requireStatus(state, 'prepared');
  requireHash(state, command.contentHash);
  if (isOneOf(state.preparers, context.actor.id))
    throw new DomainError('SAME_PERSON', 'Who prepared a cycle does not approve it.', 'forbidden');
  requireAnswered(state, command, context);
  return [
    {
      type: 'CycleApproved',
      data: {
        cycleId: state.cycleId,
        contentHash: command.contentHash,
        totalMinor: state.totalMinor,
        fiscalYear: command.fiscalYear,
      },
    },
  ];
}

/** Nothing that blocks is left, and who answers for a finding is another than who approves. */
function requireAnswered(
  state: CycleState,
  command: CommandOf<ApprovalCommand, 'ApproveCycle'>,
  { actor }: Context,
): void {
  if (command.mustBeChecked && !isChecked(state, command.rulesSince))
    throw new DomainError(
      'NOT_CHECKED',
      'The programme has cycles checked before they are approved, under the checks that it has now; check this one.',
      'rule',
    );
  if (state.openFindings.length > 0)
    throw new DomainError(
      'FINDINGS_OPEN',
      `${state.openFindings.length} findings block the cycle; mend what they tell and check again, or have a second person override them.`,
      'rule',
    );
  if (isOneOf(Object.values(state.overridden), actor.id))
    throw new DomainError(
      'SAME_PERSON',
      'Who overrode a finding of a cycle does not approve it.',
      'forbidden',
    );
}

export function returnToPreparation(
  state: CycleState,
  { reason }: CommandOf<ApprovalCommand, 'ReturnCycle'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-controller');
  requireStatus(state, 'preparing', 'prepared', 'approved');
  return [{ type: 'CycleReturned', data: { cycleId: state.cycleId, reason } }];
}

/** Gives a month up whose cycle was not approved, so that it stands in no other month's way. */
export function abandon(
  state: CycleState,
  { reason }: CommandOf<ApprovalCommand, 'AbandonCycle'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-controller');
  requireStatus(state, 'open', 'preparing', 'prepared', 'returned');
  return [{ type: 'CycleAbandoned', data: { cycleId: state.cycleId, reason } }];
}

export function release(
  state: CycleState,
  command: CommandOf<ApprovalCommand, 'ReleaseCycle'>,
  context: Context,
): Drafts {
  requireRole(context, 'finance-controller');
  if (state.status === 'released' || state.status === 'instructed' || state.status === 'closed')
    throw new DomainError('CYCLE_ALREADY_RELEASED', 'The cycle is released already.', 'conflict');
  requireStatus(state, 'approved');
  requireHash(state, command.contentHash);
  parseLocalDate(command.executionDate, 'executionDate');
  if (isOneOf([...state.preparers, state.approver], context.actor.id))
    throw new DomainError(
      'SAME_PERSON',
      'Who prepared or approved a cycle does not release it.',
      'forbidden',
    );
  return [
    {
      type: 'CycleReleased',
      data: {
        cycleId: state.cycleId,
        contentHash: state.contentHash,
        count: state.count,
        totalMinor: state.totalMinor,
        executionDate: command.executionDate,
      },
    },
  ];
}
