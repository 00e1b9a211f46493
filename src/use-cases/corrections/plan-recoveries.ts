import {
  idIn,
  parsePersonId,
  parseProgrammeId,
  recoveryId as recoveryIdOf,
  streams,
} from '../../kernel/ids.js';
import { recoveryDecider, type RecoveryCommand } from '../../recovery/recovery.decider.js';
import { execute, type CommandResult } from '../../write-side/execute.js';
import { part, type Unit } from '../../write-side/unit.js';
import { pipelined, recordEachWritten, requireFitWords } from '../../write-side/bulk.js';
import type { Deps, JobContext, OnProgress, CommandContext } from '../../write-side/context.js';
import { refusal, type Refusal } from '../../write-side/refusals.js';
import { pagesOf } from '../../write-side/stream-pages.js';
import { isPlannedBy, waitsForPlan } from './plan.rule.js';

export interface PlanArgs {
  readonly programmeId: string;
  /** Of each payment, 1 to 100. */
  readonly sharePercent: number;
  /** What a family keeps of each payment at least. */
  readonly floorMinor: string;
  readonly reason: string;
  /** Also families that have a plan: theirs is replaced. */
  readonly replace?: boolean;
  /** Only families that owed it at this position of the log, and had no plan; absent: now. */
  readonly asOf?: number;
}
export interface PlanSummary {
  readonly programmeId: string;
  planned: number;
  unchanged: number;
  readonly refusals: Refusal[];
}
const MAX_REFUSALS = 1_000;

/**
 * Gives every household that owes the programme money and has no plan the same one. Page by page;
 * again, it plans what is missing.
 * @throws StoreError, the signal's reason; DomainError PERSONAL_DATA_IN_TEXT, and nothing is
 * recorded
 */
export async function planRecoveries(
  deps: Deps,
  args: PlanArgs,
  base: JobContext,
  onProgress?: OnProgress,
  signal?: AbortSignal,
): Promise<PlanSummary> {
  const programmeId = parseProgrammeId(args.programmeId);
  const { sharePercent, floorMinor, reason, asOf = Infinity } = args;
  const run = { asOf, correlationId: base.correlationId, replace: args.replace === true };
  const summary: PlanSummary = { programmeId, planned: 0, unchanged: 0, refusals: [] };
  await pipelined(
    pagesOf(deps.store, `recovery-${programmeId}-`, signal ? { signal } : {}),
    async (page) => {
      const units = page.flatMap(({ stream, events }): Unit[] => {
        if (isPlannedBy(run, events)) {
          summary.planned += 1;
          return [];
        }
        if (!waitsForPlan(run, events)) return [];
        return [
          {
            verb: 'plan-recovery',
            key: `${stream} ${sharePercent} ${floorMinor}`,
            loaded: [events],
            parts: [
              part(stream, recoveryDecider, {
                type: 'AgreePlan',
                sharePercent,
                floorMinor,
                reason,
              }),
            ],
          },
        ];
      });
      const results = await recordEachWritten(deps, units, base);
      requireFitWords(results);
      results.forEach((result, i) => {
        if (result.kind === 'unchanged') summary.unchanged += 1;
        else if (result.kind !== 'refused') summary.planned += 1;
        else if (summary.refusals.length < MAX_REFUSALS)
          summary.refusals.push(refusal(idIn(units[i]!.parts[0]!.stream), result.error));
      });
      onProgress?.({ what: 'recoveries planned', done: summary.planned });
    },
    signal,
  );
  return summary;
}

/** One household's recovery: its plan, waiver, suspension. @throws DomainError of the decider */
export function onRecovery(
  deps: Deps,
  household: { readonly programmeId: string; readonly personId: string },
  command: RecoveryCommand,
  context: CommandContext,
): Promise<CommandResult> {
  const stream = streams.recovery(
    recoveryIdOf(parseProgrammeId(household.programmeId), parsePersonId(household.personId)),
  );
  return execute(deps, [part(stream, recoveryDecider, command)], context);
}
