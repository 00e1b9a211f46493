import {
  parsePersonId,
  parseProgrammeId,
  recoveryId as recoveryIdOf,
  streams,
} from '../kernel/ids.js';
import { fold } from '../kernel/decider.js';
import { parseAmount } from '../kernel/money.js';
import { Command } from '../http/call.js';
import { part } from '../write-side/unit.js';
import { Amount, Flag, FreeText, Whole } from '../http/fields.js';
import {
  commandHandlers,
  commandHandler,
  type CommandPlan,
  type CommandPlanDeps,
} from '../http/command-handlers.js';
import { refuseKnownIdentities } from '../write-side/known-identities.js';
import { jobIdOf, type Job } from '../write-side/jobs.js';
import { recoveryDecider, type RecoveryCommand } from './recovery.decider.js';

export class AgreePlan extends Command {
  @Whole(1, 100, { description: 'Percent of each payment, before the deduction.' })
  sharePercent!: number;
  @Amount({ description: 'What the family keeps of each payment at least, in major units.' })
  floor!: string;
  @FreeText() reason!: string;
}
export class AgreePlans extends AgreePlan {
  @Flag({ optional: true, description: 'Also with households that have a plan.' })
  replace?: boolean;
}
export class SuspendRecovery extends Command {
  @FreeText() reason!: string;
}
export class ResumeRecovery extends Command {
  @FreeText() reason!: string;
}
export class WaiveOverpayment extends Command {
  @Amount() amount!: string;
  @FreeText() reason!: string;
}

const programmeOf = (command: Command): string => parseProgrammeId(command.param('programmeId'));
const currencyOf = async (command: Command, { programmes }: CommandPlanDeps): Promise<string> =>
  (await programmes.of(programmeOf(command))).definition.currency;

function simply(command: Command, decided: RecoveryCommand): CommandPlan {
  const recoveryId = recoveryIdOf(programmeOf(command), parsePersonId(command.param('personId')));
  return {
    parts: [part(streams.recovery(recoveryId), recoveryDecider, decided)],
    answer: { recoveryId },
  };
}

export const recoveryHandlers = commandHandlers(
  commandHandler(AgreePlan, async (command, deps) =>
    simply(command, {
      type: 'AgreePlan',
      sharePercent: command.sharePercent,
      floorMinor: String(parseAmount(command.floor, await currencyOf(command, deps), 'floor')),
      reason: command.reason,
    }),
  ),
  commandHandler(AgreePlans, async (command, deps) => {
    const programmeId = programmeOf(command);
    const { actor, correlationId, commandId } = command.call.context;
    const { sharePercent, reason, replace } = command;
    const floorMinor = String(parseAmount(command.floor, await currencyOf(command, deps), 'floor'));
    // A job's words lie in its queue, and later in its messages: they are looked at before.
    await refuseKnownIdentities(deps, [{ name: 'reason', text: reason }]);
    const job: Job = {
      kind: 'plan-recoveries',
      programmeId,
      commandId,
      sharePercent,
      floorMinor,
      reason,
      asOf: await deps.store.lastPosition(),
      ...(replace === undefined ? {} : { replace }),
    };
    return {
      parts: [],
      answer: { programmeId, jobId: jobIdOf(job) },
      status: 202,
      afterwards: () => deps.background.start(job, { actor, correlationId, commandId }),
    };
  }),
  commandHandler(SuspendRecovery, (command) =>
    simply(command, { type: 'SuspendRecovery', reason: command.reason }),
  ),
  commandHandler(ResumeRecovery, (command) =>
    simply(command, { type: 'ResumeRecovery', reason: command.reason }),
  ),
  commandHandler(WaiveOverpayment, async (command, deps) => {
    const amountMinor = String(parseAmount(command.amount, await currencyOf(command, deps)));
    const { reason } = command;
    const plan = simply(command, { type: 'WaiveOverpayment', amountMinor, reason });
    const { stream } = plan.parts[0]!;
    return {
      ...plan,
      answerAfter: (after) => {
        const waits = fold(recoveryDecider, after(stream)).waivers.length > 0;
        return { status: waits ? 'proposed' : 'waived' };
      },
    };
  }),
);
