import type { EventData } from '../../events/generated.js';
import { fold } from '../kernel/decider.js';
import { parsePersonId, parseProgrammeId, streams } from '../kernel/ids.js';
import { Command } from '../http/call.js';
import { part, type StreamAfter } from '../write-side/unit.js';
import { Day, FreeText, Json, Period } from '../http/fields.js';
import {
  commandHandlers,
  commandHandler,
  type CommandPlan,
  type CommandPlanDeps,
} from '../http/command-handlers.js';
import { enrolmentDecider, type EnrolmentCommand } from './enrolment.decider.js';
import {
  contentOfRecertification,
  contentOfReinstatement,
  contentOfRevision,
} from './new-facts.rule.js';
import { judgedFacts, type JudgedFacts } from './judged-facts.rule.js';

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

/** What new facts come to from a month on, under the policies paid from that month to now. */
const judged = async (
  command: ReviseEntitlement | RecertifyEnrolment,
  { programmes }: CommandPlanDeps,
): Promise<JudgedFacts> =>
  judgedFacts(await programmes.of(idOf(command).programmeId), command, command.call.context.now);

/** Whether what was said waits for a second supervisor, or counts. */
const statusOf =
  (command: Command, content: string, decided: 'revised' | 'recertified' | 'reinstated') =>
  (after: StreamAfter): { readonly status: string } => {
    const { programmeId, personId } = idOf(command);
    const { proposals } = fold(enrolmentDecider, after(streams.enrolment(programmeId, personId)));
    const waits = proposals.some((proposal) => proposal.content === content);
    return { status: waits ? 'proposed' : decided };
  };

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
      answerAfter: statusOf(command, contentOfReinstatement({ fromPeriod }), 'reinstated'),
    };
  }),
  commandHandler(EndEnrolment, (command) =>
    simply(command, {
      type: 'EndEnrolment',
      lastPeriod: command.lastPeriod,
      reason: command.reason,
    }),
  ),
  commandHandler(ReviseEntitlement, async (command, deps) => {
    const facts = await judged(command, deps);
    return {
      ...simply(command, { type: 'ReviseEntitlement', ...facts, reason: command.reason }),
      answerAfter: statusOf(command, contentOfRevision(facts), 'revised'),
    };
  }),
  commandHandler(MarkRecertificationDue, (command) =>
    simply(command, { type: 'MarkRecertificationDue', dueOn: command.dueOn }),
  ),
  commandHandler(RecertifyEnrolment, async (command, deps) => {
    const facts = { ...(await judged(command, deps)), nextDueOn: command.nextDueOn };
    return {
      ...simply(command, { type: 'RecertifyEnrolment', ...facts }),
      answerAfter: statusOf(command, contentOfRecertification(facts), 'recertified'),
    };
  }),
);
