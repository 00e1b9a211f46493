import type { EventData } from '../../events/generated.js';
import { parsePersonId, parseProgrammeId, streams } from '../kernel/ids.js';
import { Command } from '../http/call.js';
import type { ProgrammePolicies } from '../write-side/readers.js';
import { part } from '../write-side/unit.js';
import { Day, FreeText, Json, Period } from '../http/fields.js';
import {
  commandHandlers,
  commandHandler,
  type CommandPlan,
  type CommandPlanDeps,
} from '../http/command-handlers.js';
import { enrolmentDecider, type EnrolmentCommand } from './enrolment.decider.js';
import { recertification, revision, type NewFacts } from './judged-facts.rule.js';
import { contentOfReinstatement } from './new-facts.rule.js';
import { partsOfNewFacts } from './parts-of-new-facts.js';
import { proposalStatus } from './proposal-status.js';

type Facts = EventData['EnrolmentStarted']['facts'];

export class SuspendEnrolment extends Command {
  @Period({ description: 'First month that is not paid.' }) fromPeriod!: string;
  @FreeText() reason!: string;
}
export class ReinstateEnrolment extends Command {
  @Period({ description: 'First month that is paid again.' }) fromPeriod!: string;
  @FreeText() reason!: string;
}
export class EndEnrolment extends Command {
  @Period({ description: 'Last month that is paid.' }) lastPeriod!: string;
  @FreeText() reason!: string;
}
export class ReviseEntitlement extends Command {
  @Period({ description: 'From this month on the facts are these.' }) fromPeriod!: string;
  @Json({ description: "As the policy's factsSchema says." }) facts!: Facts;
  @FreeText() reason!: string;
}
export class MarkRecertificationDue extends Command {
  @Day() dueOn!: string;
}
export class RecertifyEnrolment extends Command {
  @Period() fromPeriod!: string;
  @Json({ description: "As the policy's factsSchema says." }) facts!: Facts;
  @Day() nextDueOn!: string;
}

function idOf(command: Command): { programmeId: string; personId: string } {
  return {
    programmeId: parseProgrammeId(command.param('programmeId')),
    personId: parsePersonId(command.param('personId')),
  };
}

function simply(command: Command, decided: EnrolmentCommand): CommandPlan {
  const { programmeId, personId } = idOf(command);
  return {
    parts: [part(streams.enrolment(programmeId, personId), enrolmentDecider, decided)],
    answer: { programmeId, personId },
  };
}

/** What new facts come to, and whether they wait for a second supervisor. */
async function newFacts<C extends ReviseEntitlement | RecertifyEnrolment>(
  command: C,
  { programmes }: CommandPlanDeps,
  judge: (policies: ProgrammePolicies, given: C, now: string) => NewFacts,
): Promise<CommandPlan> {
  const enrolment = idOf(command);
  const policies = await programmes.of(enrolment.programmeId);
  const judged = judge(policies, command, command.call.context.now);
  return {
    parts: partsOfNewFacts(policies, enrolment.personId, judged),
    answer: enrolment,
    answerAfter: proposalStatus(enrolment, judged.content, judged.decided),
  };
}

export const enrolmentHandlers = commandHandlers(
  commandHandler(SuspendEnrolment, (command) =>
    simply(command, {
      type: 'SuspendEnrolment',
      fromPeriod: command.fromPeriod,
      reason: command.reason,
    }),
  ),
  commandHandler(ReinstateEnrolment, (command) => {
    const { fromPeriod, reason } = command;
    return {
      ...simply(command, { type: 'ReinstateEnrolment', fromPeriod, reason }),
      answerAfter: proposalStatus(
        idOf(command),
        contentOfReinstatement({ fromPeriod }),
        'reinstated',
      ),
    };
  }),
  commandHandler(EndEnrolment, (command) =>
    simply(command, {
      type: 'EndEnrolment',
      lastPeriod: command.lastPeriod,
      reason: command.reason,
    }),
  ),
  commandHandler(ReviseEntitlement, (command, deps) => newFacts(command, deps, revision)),
  commandHandler(MarkRecertificationDue, (command) =>
    simply(command, { type: 'MarkRecertificationDue', dueOn: command.dueOn }),
  ),
  commandHandler(RecertifyEnrolment, (command, deps) => newFacts(command, deps, recertification)),
);
