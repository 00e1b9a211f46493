import type { EventData } from '../../events/generated.js';
import { determinationOf } from '../use-cases/applications/assess-applications.js';
import { DomainError } from '../kernel/errors.js';
import { parseApplicationId, streams, uuidOf } from '../kernel/ids.js';
import { localDateOf } from '../kernel/time.js';
import { Command } from '../http/call.js';
import { fresh, part, type Part } from '../write-side/execute.js';
import { Day, Hash, Json, OneOf, ProgrammeCode, Text, Uuid } from '../http/fields.js';
import { handlers, on, type Plan, type PlanDeps } from '../http/command-handlers.js';
import {
  applicationDecider,
  type ApplicationCommand,
  type ApplicationState,
} from './application.decider.js';

type Facts = EventData['ApplicationSubmitted']['facts'];
const FACTS = {
  description:
    "As the policy's factsSchema says; pseudonymous: months instead of days, no name and no number.",
};

export class SubmitApplication extends Command {
  @ProgrammeCode() programmeId!: string;
  @Uuid() personId!: string;
  @Day({ description: "In the programme's time zone." }) receivedOn!: string;
  @OneOf(['counter', 'online']) channel!: 'counter' | 'online';
  @Json(FACTS) facts!: Facts;
}
export class AmendApplication extends Command {
  @Json(FACTS) facts!: Facts;
  @Text() reason!: string;
}
export class DetermineEligibility extends Command {}
export class RecommendApplication extends Command {
  @OneOf(['approve', 'reject']) recommendation!: 'approve' | 'reject';
  @Hash({ description: 'Of the application as it was seen.' }) contentHash!: string;
  @Text({ optional: true }) note?: string;
}
export class ReturnApplication extends Command {
  @Text() reason!: string;
}
export class ApproveApplication extends Command {
  @Hash({ description: 'Of the application as it was seen.' }) contentHash!: string;
}
export class RejectApplication extends Command {
  @Hash({ description: 'Of the application as it was seen.' }) contentHash!: string;
  @Text() reason!: string;
}
export class WithdrawApplication extends Command {
  @Text() reason!: string;
}
export class LodgeAppeal extends Command {
  @Text() grounds!: string;
}
export class DecideAppeal extends Command {
  @OneOf(['uphold', 'dismiss']) decision!: 'uphold' | 'dismiss';
  @Text() reason!: string;
}

type Decided = ApplicationCommand | ((state: ApplicationState) => ApplicationCommand | undefined);
const idOf = (command: Command): string => parseApplicationId(command.param('applicationId'));
const partOf = (applicationId: string, decided: Decided): Part =>
  part(streams.application(applicationId), applicationDecider, decided);

/** A plan of one command on the application of the path. */
function simply(command: Command, decided: Decided): Plan {
  const applicationId = idOf(command);
  return { parts: [partOf(applicationId, decided)], answer: { applicationId } };
}

/** The application's first fact: which programme it is to. @throws DomainError APPLICATION_NOT_FOUND */
async function submitted(
  { store }: PlanDeps,
  applicationId: string,
): Promise<EventData['ApplicationSubmitted']> {
  const [first] = await store.readStream(streams.application(applicationId), { limit: 1 });
  if (first?.type !== 'ApplicationSubmitted')
    throw new DomainError(
      'APPLICATION_NOT_FOUND',
      'There is no such application.',
      'not-found',
      'applicationId',
    );
  return first.data;
}

export const applicationHandlers = handlers(
  on(SubmitApplication, async (command, deps) => {
    const { programmeId, personId, receivedOn, channel, facts } = command;
    const [book, { region }] = await Promise.all([
      deps.books.of(programmeId),
      deps.people.of(personId),
    ]);
    book.policyOf(receivedOn.slice(0, 7)).compiled.validateFacts(facts);
    const applicationId = uuidOf('application', command.call.context.commandId);
    return {
      parts: [
        fresh(streams.application(applicationId), applicationDecider, {
          type: 'SubmitApplication',
          applicationId,
          programmeId,
          personId,
          region,
          receivedOn,
          channel,
          facts,
        }),
      ],
      answer: { applicationId },
      status: 201,
    };
  }),
  on(AmendApplication, async (command, deps) => {
    const { programmeId, receivedOn } = await submitted(deps, idOf(command));
    (await deps.books.of(programmeId))
      .policyOf(receivedOn.slice(0, 7))
      .compiled.validateFacts(command.facts);
    return simply(command, {
      type: 'AmendApplication',
      facts: command.facts,
      reason: command.reason,
    });
  }),
  on(DetermineEligibility, async (command, deps) => {
    const { programmeId } = await submitted(deps, idOf(command));
    return simply(command, determinationOf(await deps.books.of(programmeId)));
  }),
  on(RecommendApplication, (command) =>
    simply(command, {
      type: 'RecommendApplication',
      recommendation: command.recommendation,
      contentHash: command.contentHash,
      ...(command.note === undefined ? {} : { note: command.note }),
    }),
  ),
  on(ReturnApplication, (command) =>
    simply(command, { type: 'ReturnApplication', reason: command.reason }),
  ),
  on(ApproveApplication, (command) =>
    simply(command, ({ receivedOn }) => ({
      type: 'ApproveApplication',
      contentHash: command.contentHash,
      startPeriod: receivedOn.slice(0, 7),
    })),
  ),
  on(RejectApplication, (command) =>
    simply(command, {
      type: 'RejectApplication',
      contentHash: command.contentHash,
      reason: command.reason,
    }),
  ),
  on(WithdrawApplication, (command) =>
    simply(command, { type: 'WithdrawApplication', reason: command.reason }),
  ),
  on(LodgeAppeal, async (command, deps) => {
    const { programmeId } = await submitted(deps, idOf(command));
    const { timeZone, appealDays } = (await deps.books.of(programmeId)).definition;
    const { now } = command.call.context;
    return simply(command, ({ decidedAt }) => ({
      type: 'LodgeAppeal',
      grounds: command.grounds,
      today: localDateOf(now, timeZone),
      decidedOn: localDateOf(decidedAt || now, timeZone),
      appealDays,
    }));
  }),
  on(DecideAppeal, (command) =>
    simply(command, {
      type: command.decision === 'uphold' ? 'UpholdAppeal' : 'DismissAppeal',
      reason: command.reason,
    }),
  ),
);
