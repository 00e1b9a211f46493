import { correctionDecider } from '../../correction/correction.decider.js';
import { streams } from '../../kernel/ids.js';
import { execute, type CommandResult } from '../../write-side/execute.js';
import { part, type Part } from '../../write-side/unit.js';
import type { Deps, CommandContext } from '../../write-side/context.js';

export interface ApproveCorrectionArgs {
  readonly correctionId: string;
  /** Of CorrectionProposed, as the approver saw it. */ readonly contentHash: string;
}
export const approveCorrectionParts = ({
  correctionId,
  contentHash,
}: ApproveCorrectionArgs): readonly Part[] => [
  part(streams.correction(correctionId), correctionDecider, {
    type: 'ApproveCorrection',
    contentHash,
  }),
];

/**
 * A second person approves exactly what was proposed. @throws DomainError SAME_PERSON,
 * CONTENT_CHANGED, CORRECTION_STATUS…
 */
export const approveCorrection = (
  deps: Deps,
  args: ApproveCorrectionArgs,
  context: CommandContext,
): Promise<CommandResult> => execute(deps, approveCorrectionParts(args), context);

export interface RejectCorrectionArgs {
  readonly correctionId: string;
  readonly reason: string;
}
export const rejectCorrectionParts = ({
  correctionId,
  reason,
}: RejectCorrectionArgs): readonly Part[] => [
  part(streams.correction(correctionId), correctionDecider, { type: 'RejectCorrection', reason }),
];

/**
 * Drops what was proposed; nothing of it is on any account. @throws DomainError CORRECTION_STATUS,
 * CORRECTION_NOT_FOUND
 */
export const rejectCorrection = (
  deps: Deps,
  args: RejectCorrectionArgs,
  context: CommandContext,
): Promise<CommandResult> => execute(deps, rejectCorrectionParts(args), context);
