import { approveCycleParts } from '../use-cases/cycles/approve-cycle.js';
import { overrideFindingParts } from '../use-cases/cycles/check-cycle.js';
import { closeCycleParts } from '../use-cases/cycles/close-cycle.js';
import { requirePreparable } from '../use-cases/cycles/prepare-cycle.js';
import { releaseCycleParts } from '../use-cases/cycles/release-cycle.js';
import { returnCycleParts } from '../use-cases/cycles/return-cycle.js';
import { cycleId as cycleIdOf, parseCycleId, partsOfCycle, streams } from '../kernel/ids.js';
import { Command } from '../http/call.js';
import { fresh } from '../write-side/execute.js';
import {
  Day,
  Flag,
  Hash,
  ListOfText,
  Pattern,
  Period,
  ProgrammeCode,
  Text,
} from '../http/fields.js';
import { handlers, on, type Plan, type PlanDeps } from '../http/command-handlers.js';
import { jobIdOf, type Job } from '../runtime/jobs.js';
import { cycleDecider } from './cycle.decider.js';

export class OpenCycle extends Command {
  @ProgrammeCode() programmeId!: string;
  @Period() period!: string;
}
export class PrepareCycle extends Command {}
export class CheckCycle extends Command {}
export class OverrideFinding extends Command {
  @Pattern(/^[a-z-]{4,24}-[0-9a-f]{12}$/, 'the id of a finding') findingId!: string;
  @Text() reason!: string;
}
export class ApproveCycle extends Command {
  @Hash({ description: 'Of the prepared set, as it was seen.' }) contentHash!: string;
}
export class ReturnCycle extends Command {
  @Text() reason!: string;
}
export class ReleaseCycle extends Command {
  @Hash({ description: 'Of the approved set.' }) contentHash!: string;
  @Day({ description: 'When the bank is to pay.' }) executionDate!: string;
}
export class ReconcileCycle extends Command {}
export class CloseCycle extends Command {}
export class ReinstructPayments extends Command {
  @Day({ description: 'When the bank is to pay.' }) executionDate!: string;
  @ListOfText(10_000, {
    optional: true,
    description:
      'Exactly these payments; absent: every rejected or returned one whose payee has another account since.',
  })
  paymentIds?: string[];
  @Flag({ optional: true, description: 'Also to the account that failed before.' })
  sameAccount?: boolean;
}

const idOf = (command: Command): string => parseCycleId(command.param('cycleId'));

/** Work that goes on in the background once it is accepted. The same request again starts it again if it is not running. */
function inBackground(command: Command, deps: PlanDeps, job: Job): Plan {
  const { actor, correlationId } = command.call.context;
  return {
    parts: [],
    answer: { cycleId: idOf(command), jobId: jobIdOf(job) },
    status: 202,
    afterwards: () => deps.background.start(job, { actor, correlationId }),
  };
}

export const cycleHandlers = handlers(
  on(OpenCycle, async ({ programmeId, period }, { books }) => {
    const book = await books.of(programmeId);
    const cycleId = cycleIdOf(programmeId, period);
    return {
      parts: [
        fresh(streams.cycle(cycleId), cycleDecider, {
          type: 'OpenCycle',
          cycleId,
          programmeId,
          period,
          policyVersion: book.policyOf(period).version,
          currency: book.definition.currency,
        }),
      ],
      answer: { cycleId },
      status: 201,
    };
  }),
  on(PrepareCycle, async (command, deps) => {
    const { programmeId, period } = partsOfCycle(idOf(command));
    await requirePreparable(deps, { programmeId, period });
    return inBackground(command, deps, { kind: 'prepare', programmeId, period });
  }),
  on(CheckCycle, (command, deps) =>
    inBackground(command, deps, {
      kind: 'check',
      cycleId: idOf(command),
      commandId: command.call.context.commandId,
    }),
  ),
  on(OverrideFinding, (command) => {
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
  on(ApproveCycle, async (command, deps) => {
    const cycleId = idOf(command);
    return {
      parts: await approveCycleParts(deps, { cycleId, contentHash: command.contentHash }),
      answer: { cycleId },
    };
  }),
  on(ReturnCycle, async (command, deps) => {
    const cycleId = idOf(command);
    return {
      parts: await returnCycleParts(deps, { cycleId, reason: command.reason }),
      answer: { cycleId },
    };
  }),
  on(ReleaseCycle, (command) => {
    const cycleId = idOf(command);
    const { contentHash, executionDate } = command;
    return {
      parts: releaseCycleParts({ cycleId, contentHash, executionDate }),
      answer: { cycleId, jobId: `instruct-${cycleId}` },
      status: 202,
    };
  }),
  on(ReconcileCycle, (command, deps) =>
    inBackground(command, deps, {
      kind: 'reconcile',
      cycleId: idOf(command),
      commandId: command.call.context.commandId,
    }),
  ),
  on(CloseCycle, async (command, deps) => {
    const cycleId = idOf(command);
    return { parts: await closeCycleParts(deps, { cycleId }), answer: { cycleId } };
  }),
  on(ReinstructPayments, (command, deps) =>
    inBackground(command, deps, {
      kind: 'reinstruct',
      cycleId: idOf(command),
      commandId: command.call.context.commandId,
      executionDate: command.executionDate,
      ...(command.paymentIds ? { paymentIds: command.paymentIds } : {}),
      ...(command.sameAccount === undefined ? {} : { sameAccount: command.sameAccount }),
    }),
  ),
);
