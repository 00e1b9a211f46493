import { correctionDecider } from '../../correction/correction.decider.js';
import { streams } from '../../kernel/ids.js';
import { readCorrection } from '../../correction/correction-reader.js';
import { requireNoneMoved } from './moved-since.js';
import { execute, type CommandResult } from '../../write-side/execute.js';
import { part, type Part } from '../../write-side/unit.js';
import type { Deps, CommandContext } from '../../write-side/context.js';

export interface ApproveCorrectionArgs {
  readonly correctionId: string;
  /** Of CorrectionProposed, as the approver saw it. */ readonly contentHash: string;
}
/** @throws DomainError PAYMENTS_MOVED */
export async function approveCorrectionParts(
  { store }: Pick<Deps, 'store'>,
  { correctionId, contentHash }: ApproveCorrectionArgs,
): Promise<readonly Part[]> {
  const { status, started } = await readCorrection(store, correctionId);
  if (status === 'proposed') await requireNoneMoved(store, started!);
  return [
    part(streams.correction(correctionId), correctionDecider, {
      type: 'ApproveCorrection',
      contentHash,
    }),
  ];
}

/**
 * A second person approves exactly what was proposed, and what still holds. @throws DomainError
 * SAME_PERSON, CONTENT_CHANGED, PAYMENTS_MOVED, CORRECTION_STATUS…
 */
export const approveCorrection = async (
  deps: Deps,
  args: ApproveCorrectionArgs,
  context: CommandContext,
): Promise<CommandResult> => execute(deps, await approveCorrectionParts(deps, args), context);

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
