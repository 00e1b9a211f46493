import type { EventData } from '../../../events/generated.js';
import {
  isOpen,
  requireStatus,
  type CorrectionState,
} from '../../correction/correction.decider.js';
import { DomainError } from '../../kernel/errors.js';
import { isOneOf } from '../../kernel/subject.js';

/** The last correction, where it was begun with the same words and is not decided. */
export const sameAsLast = (
  corrections: readonly CorrectionState[],
  args: Pick<EventData['CorrectionStarted'], 'fromPeriod'> &
    Partial<Pick<EventData['CorrectionStarted'], 'basis' | 'personId'>>,
): CorrectionState | undefined => {
  const last = corrections.at(-1);
  const same =
    (last?.status === 'started' || last?.status === 'proposed') &&
    last.started!.fromPeriod === args.fromPeriod &&
    last.started!.basis === (args.basis ?? 'first-paid') &&
    last.started!.personId === args.personId;
  return same ? last : undefined;
};

/**
 * @throws DomainError CORRECTION_OPEN where another correction of the programme waits for a
 *   decision
 */
export function requireNoneOpen(corrections: readonly CorrectionState[]): void {
  const open = corrections.find(isOpen);
  if (open)
    throw new DomainError(
      'CORRECTION_OPEN',
      `${open.started!.correctionId} is ${open.status}; it comes first, because what it finds counts as paid for the next.`,
      'conflict',
      'programmeId',
    );
}

/**
 * What one person began to compute nobody else computes: the correction names those who took part,
 * and none of them approves it.
 * @throws DomainError CORRECTION_OPEN
 */
export function requireOwn({ status, started, proposers }: CorrectionState, actorId: string): void {
  if (status === 'started' && !isOneOf(proposers, actorId))
    throw new DomainError(
      'CORRECTION_OPEN',
      `${started!.correctionId} is being computed by who began it, who may run it again. To compute it yourself, reject it and propose it anew.`,
      'conflict',
      'programmeId',
    );
}

/**
 * Nothing is proposed of a correction that was decided meanwhile, or that another run proposed.
 * @throws DomainError CORRECTION_STATUS, CORRECTION_OPEN
 */
export function requireUnderWay(correction: CorrectionState, actorId: string): void {
  requireStatus(correction, 'started');
  requireOwn(correction, actorId);
}
