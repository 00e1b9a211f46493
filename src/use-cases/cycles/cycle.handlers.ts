import { notClosed } from '../../programme/not-closed.js';
import { approveCycleParts } from './approve-cycle.js';
import { overrideFindingParts } from './check-cycle.js';
import { requireNear, requireNoneLater } from './cycle-order.rule.js';
import { cyclesOf } from './cycles.js';
import { closeCycleParts } from './close-cycle.js';
import { requirePreparable } from './prepare-cycle.js';
import { warningsOf, type ExecutionDay } from './cycle-warnings.js';
import { releaseCycleParts } from './release-cycle.js';
import { abandonCycleParts, returnCycleParts } from './return-cycle.js';
import { cycleId as cycleIdOf, parseCycleId, partsOfCycle, streams } from '../../kernel/ids.js';
import type { Command } from '../../http/call.js';
import type { Warning } from '../../programme/calendar.rule.js';
import { part } from '../../write-side/unit.js';
import {
  commandHandlers,
  commandHandler,
  type CommandPlan,
  type CommandPlanDeps,
} from '../../http/command-handlers.js';
import { jobIdOf, type Job } from '../../write-side/jobs.js';
import { cycleDecider } from '../../cycle/cycle.decider.js';
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

const dayOf = ({ executionDate, anyDay }: ReleaseCycle | ReinstructPayments): ExecutionDay => ({
  executionDate,
  anyDay: anyDay === true,
});

export const cycleHandlers = commandHandlers(
  commandHandler(OpenCycle, async ({ programmeId, period, call }, deps) => {
    const programme = await deps.programmes.of(programmeId);
    const cycleId = cycleIdOf(programmeId, period);
    requireNoneLater(await cyclesOf(deps.store, programmeId), cycleId);
    requireNear(period, programme.definition.timeZone, call.context.now);
    return {
      parts: [
        notClosed(programmeId),
        part(streams.cycle(cycleId), cycleDecider, {
          type: 'OpenCycle',
          cycleId,
          programmeId,
          period,
          policyVersion: programme.policyOf(period).version,
          currency: programme.definition.currency,
        }),
      ],
      answer: { cycleId },
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
    const warnings = await warningsOf(deps.store, cycleId, dayOf(command), now);
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
    const { now } = command.call.context;
    const warnings = await warningsOf(deps.store, idOf(command), dayOf(command), now);
    const job: Job = {
      kind: 'reinstruct',
      cycleId: idOf(command),
      commandId: command.call.context.commandId,
      executionDate: command.executionDate,
      asOf: await deps.store.lastPosition(),
      ...(command.paymentIds ? { paymentIds: command.paymentIds } : {}),
      ...(command.sameAccount === undefined ? {} : { sameAccount: command.sameAccount }),
    };
    return inBackground(command, deps, job, { warnings });
  }),
);
