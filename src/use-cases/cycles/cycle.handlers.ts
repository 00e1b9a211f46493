import { approveCycleParts } from './approve-cycle.js';
import { overrideFindingParts } from './check-cycle.js';
import { closeCycleParts } from './close-cycle.js';
import { openCycleParts, requirePreparable } from './prepare-cycle.js';
import { warningsOf } from './cycle-warnings.js';
import { reinstructionJob } from './reinstruction-job.js';
import { releaseCycleParts } from './release-cycle.js';
import { abandonCycleParts, returnCycleParts } from './return-cycle.js';
import { cycleId as cycleIdOf, parseCycleId, partsOfCycle } from '../../kernel/ids.js';
import type { Command } from '../../http/call.js';
import type { Warning } from '../../programme/calendar.rule.js';
import {
  commandHandlers,
  commandHandler,
  type CommandPlan,
  type CommandPlanDeps,
} from '../../http/command-handlers.js';
import { jobIdOf, type Job } from '../../write-side/jobs.js';
import {
  OpenCycle,
  PrepareCycle,
  CheckCycle,
  OverrideFinding,
  ApproveCycle,
  ReturnCycle,
  AbandonCycle,
  ReleaseCycle,
  ReconcileCycle,
  CloseCycle,
  ReinstructPayments,
} from '../../cycle/cycle.commands.js';

const idOf = (command: Command): string => parseCycleId(command.param('cycleId'));

/**
 * Work that goes on in the background once it is accepted. The same request again starts it again
 * if it is not running.
 */
function inBackground(
  command: Command,
  deps: CommandPlanDeps,
  job: Job,
  told: { readonly warnings?: readonly Warning[] } = {},
): CommandPlan {
  const { actor, correlationId, commandId } = command.call.context;
  return {
    parts: [],
    answer: { cycleId: idOf(command), jobId: jobIdOf(job), ...told },
    status: 202,
    afterwards: () => deps.background.start(job, { actor, correlationId, commandId }),
  };
}

export const cycleHandlers = commandHandlers(
  commandHandler(OpenCycle, async ({ programmeId, period, call }, deps) => {
    return {
      parts: await openCycleParts(deps, { programmeId, period }, call.context.now),
      answer: { cycleId: cycleIdOf(programmeId, period) },
      status: 201,
    };
  }),
  commandHandler(PrepareCycle, async (command, deps) => {
    const cycleId = idOf(command);
    const { programmeId, period } = partsOfCycle(cycleId);
    await requirePreparable(deps, { programmeId, period }, command.call.context.now);
    const warnings = await warningsOf(deps.store, cycleId);
    return inBackground(command, deps, { kind: 'prepare', programmeId, period }, { warnings });
  }),
  commandHandler(CheckCycle, async (command, deps) => {
    const cycleId = idOf(command);
    const { commandId } = command.call.context;
    const warnings = await warningsOf(deps.store, cycleId);
    return inBackground(command, deps, { kind: 'check', cycleId, commandId }, { warnings });
  }),
  commandHandler(OverrideFinding, (command) => {
    const cycleId = idOf(command);
    return {
      parts: overrideFindingParts({
        cycleId,
        findingId: command.findingId,
        reason: command.reason,
      }),
      answer: { cycleId },
    };
  }),
  commandHandler(ApproveCycle, async (command, deps) => {
    const cycleId = idOf(command);
    return {
      parts: await approveCycleParts(deps, { cycleId, contentHash: command.contentHash }),
      answer: { cycleId, warnings: await warningsOf(deps.store, cycleId) },
    };
  }),
  commandHandler(ReturnCycle, async (command, deps) => {
    const cycleId = idOf(command);
    return {
      parts: await returnCycleParts(deps, { cycleId, reason: command.reason }),
      answer: { cycleId },
    };
  }),
  commandHandler(AbandonCycle, async (command, deps) => {
    const cycleId = idOf(command);
    return {
      parts: await abandonCycleParts(deps, { cycleId, reason: command.reason }),
      answer: { cycleId },
    };
  }),
  commandHandler(ReleaseCycle, async (command, deps) => {
    const cycleId = idOf(command);
    const { contentHash, executionDate } = command;
    const { now } = command.call.context;
    const warnings = await warningsOf(deps.store, cycleId, command, now);
    return {
      parts: releaseCycleParts({ cycleId, contentHash, executionDate }),
      answer: { cycleId, jobId: `instruct-${cycleId}`, warnings },
      status: 202,
    };
  }),
  commandHandler(ReconcileCycle, (command, deps) =>
    inBackground(command, deps, {
      kind: 'reconcile',
      cycleId: idOf(command),
      commandId: command.call.context.commandId,
    }),
  ),
  commandHandler(CloseCycle, async (command, deps) => {
    const cycleId = idOf(command);
    return { parts: await closeCycleParts(deps, { cycleId }), answer: { cycleId } };
  }),
  commandHandler(ReinstructPayments, async (command, deps) => {
    const { context } = command.call;
    const { job, warnings } = await reinstructionJob(deps.store, idOf(command), command, context);
    return inBackground(command, deps, job, { warnings });
  }),
);
