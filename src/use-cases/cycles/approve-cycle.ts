import { budgetDecider } from '../../budget/budget.decider.js';
import { cycleDecider } from '../../cycle/cycle.decider.js';
import { DomainError } from '../../kernel/errors.js';
import { partsOfCycle, streams } from '../../kernel/ids.js';
import { execute, type CommandResult } from '../../write-side/execute.js';
import { guard, part, reserving, type Part } from '../../write-side/unit.js';
import { budgetStreamOf, fiscalYearOf, readCycle } from '../../cycle/cycle-reader.js';
import type { Deps, CommandContext } from '../../write-side/context.js';
import { checksSince, checksSinceIn } from './checks-since.js';
import { PolicyReader } from '../../programme/policy-reader.js';

export interface ApproveArgs {
  readonly cycleId: string;
  /** The hash that the approver saw: of CyclePrepared. */ readonly contentHash: string;
}

/**
 * The approval and the reservation of its money, to be executed together: without the money there
 * is no approval. The reservation is of the total prepared last; where that is not what the
 * approver saw, the cycle refuses the hash.
 */
export async function approveCycleParts(
  deps: Pick<Deps, 'store'>,
  { cycleId, contentHash }: ApproveArgs,
): Promise<readonly Part[]> {
  const { programmeId } = partsOfCycle(cycleId);
  const { totalMinor, currency } = await readCycle(deps.store, cycleId);
  const { rules } = await new PolicyReader(deps.store).programme(programmeId);
  const rulesSince = await checksSince(deps.store, programmeId);
  return [
    guard(streams.programme(programmeId), (events) => {
      if (rulesSince !== checksSinceIn(events))
        throw new DomainError(
          'NOT_CHECKED',
          "The programme's checks are being changed; check the cycle again.",
          'rule',
        );
    }),
    part(streams.cycle(cycleId), cycleDecider, {
      type: 'ApproveCycle',
      contentHash,
      fiscalYear: fiscalYearOf(cycleId),
      mustBeChecked: rules.length > 0,
      rulesSince,
    }),
    // Where both cannot be written together, the money is taken first: there is never an approval
    // without it.
    reserving(
      part(budgetStreamOf(cycleId), budgetDecider, {
        type: 'ReserveBudget',
        cycleId,
        amountMinor: totalMinor,
        // '' where there is no such cycle, and the cycle's part says so.
        ...(currency === '' ? {} : { currency }),
      }),
    ),
  ];
}

/**
 * @throws DomainError BUDGET_EXCEEDED, SAME_PERSON, CONTENT_CHANGED, NOT_CHECKED, FINDINGS_OPEN…
 *   and nothing is written
 */
export async function approveCycle(
  deps: Deps,
  args: ApproveArgs,
  context: CommandContext,
): Promise<CommandResult> {
  return execute(deps, await approveCycleParts(deps, args), context);
}
