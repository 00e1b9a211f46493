import { cycleDecider } from '../../cycle/cycle.decider.js';
import { partsOfCycle, streams } from '../../kernel/ids.js';
import { whilePaying } from '../../programme/open-programme.js';
import { execute, type CommandResult } from '../../write-side/execute.js';
import { part, type Part } from '../../write-side/unit.js';
import type { Deps, CommandContext } from '../../write-side/context.js';

export interface ReleaseArgs {
  readonly cycleId: string;
  /** The hash that was approved. */
  readonly contentHash: string;
  /** Civil date YYYY-MM-DD on which the bank is to execute. */
  readonly executionDate: string;
}

export const releaseCycleParts = ({
  cycleId,
  contentHash,
  executionDate,
}: ReleaseArgs): readonly Part[] => [
  part(streams.cycle(cycleId), cycleDecider, { type: 'ReleaseCycle', contentHash, executionDate }),
  whilePaying(partsOfCycle(cycleId).programmeId),
];

/**
 * Releases an approved cycle. Instructing follows from the fact: `instructCycle`, or the automation
 * that follows the log.
 * @throws DomainError SAME_PERSON, and for a second release
 */
export async function releaseCycle(
  deps: Deps,
  args: ReleaseArgs,
  context: CommandContext,
): Promise<CommandResult> {
  return execute(deps, releaseCycleParts(args), context);
}
