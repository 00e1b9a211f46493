import type { Recorded } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';

/** A run of an earlier process, or of this one where it could not go on. */
export interface CutOff {
  /** Nothing is left to be instructed; what the request came to may not have been told. */
  readonly isOver: boolean;
  wrote(event: Recorded): boolean;
}

/** A run of re-instructions, as its events name it. */
interface Run {
  readonly runId: string;
  /** Of a request with an id of its own: once ended, it is not begun again. */
  readonly isOneRequest: boolean;
  readonly correlationId: string;
}

/**
 * What of a cycle's history a run wrote before it was cut off; undefined where it begins now. A
 * request that came to its end begins no other run. @throws DomainError REINSTRUCTION_ENDED
 */
export function cutOffIn(
  history: readonly Recorded[],
  { runId, isOneRequest, correlationId }: Run,
): CutOff | undefined {
  const isEnd = (event: Recorded): boolean =>
    event.type === 'CycleReinstructionEnded' && event.data.runIds.includes(runId);
  const before = isOneRequest ? undefined : history.findLast(isEnd);
  // Cut off more than once, it has started more than once.
  const started = history.find(
    (event) =>
      event.type === 'CycleReinstructionStarted' &&
      event.data.runId === runId &&
      event.position > (before?.position ?? -1),
  );
  if (!started) return undefined;
  const ended = history.find((event) => event.position > started.position && isEnd(event));
  if (ended && ended.meta.correlation !== correlationId) throw takenForCutOff();
  return {
    isOver: ended !== undefined,
    wrote: ({ position, meta }) =>
      position > started.position &&
      (ended === undefined || position < ended.position) &&
      meta.correlation === correlationId,
  };
}

export const takenForCutOff = (): DomainError =>
  new DomainError(
    'REINSTRUCTION_ENDED',
    'This run was taken for cut off, and a later one goes on in its place; send the request again.',
    'conflict',
  );
