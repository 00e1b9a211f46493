import type { EventData } from '../../../events/generated.js';
import { determinationOf } from './assess-applications.js';
import { requireRegion } from '../../kernel/decider.js';
import { DomainError } from '../../kernel/errors.js';
import { parseApplicationId, streams, uuidOf } from '../../kernel/ids.js';
import { whileOpen, whilePaidBy, requireOpen } from '../../programme/open-programme.js';
import { localDateOf } from '../../kernel/time.js';
import type { Command } from '../../http/call.js';
import { fresh, fromState, part, type Part } from '../../write-side/unit.js';
import {
  commandHandlers,
  commandHandler,
  type CommandPlan,
  type CommandPlanDeps,
} from '../../http/command-handlers.js';
import { newestCycle } from '../../cycle/cycle-reader.js';
import { approvalParts } from './approval-parts.js';
import { whileNotErased } from './while-not-erased.js';
import { requireReceivedOn } from '../../application/received-on.rule.js';
import { applicationDecider } from '../../application/application.decider.js';
import {
  SubmitApplication,
  AmendApplication,
  DetermineEligibility,
  RecommendApplication,
  ReturnApplication,
  ApproveApplication,
  RejectApplication,
  WithdrawApplication,
  LodgeAppeal,
  DecideAppeal,
  type Decided,
} from '../../application/application.commands.js';

const idOf = (command: Command): string => parseApplicationId(command.param('applicationId'));

const partOf = (applicationId: string, decided: Decided): Part =>
  part(streams.application(applicationId), applicationDecider, decided);

/** A plan of one command on the application of the path. */
function simply(command: Command, decided: Decided): CommandPlan {
  const applicationId = idOf(command);
  return { parts: [partOf(applicationId, decided)], answer: { applicationId } };
}

/** The same, where the person of the application is still somebody. */
function simplyOf(command: Command, decided: Decided, { personId }: { readonly personId: string }) {
  const { parts, answer } = simply(command, decided);
  return { parts: [...parts, whileNotErased(personId)], answer };
}

/**
 * The application's first fact: which programme it is to. @throws DomainError APPLICATION_NOT_FOUND
 */
async function submitted(
  { store }: CommandPlanDeps,
  command: Command,
): Promise<EventData['ApplicationSubmitted']> {
  const applicationId = idOf(command);
  const [first] = await store.readStream(streams.application(applicationId), { limit: 1 });
  if (first?.type !== 'ApplicationSubmitted')
    throw new DomainError(
      'APPLICATION_NOT_FOUND',
      'There is no such application.',
      'not-found',
      'applicationId',
    );
  requireRegion(command.call.context, first.data.region);
  return first.data;
}

/** The version that is paid in the month that an application was received in. */
async function versionOf(
  { programmes }: CommandPlanDeps,
  { programmeId, receivedOn }: EventData['ApplicationSubmitted'],
): Promise<number> {
  return (await programmes.of(programmeId)).policyOf(receivedOn.slice(0, 7)).version;
}

export const applicationHandlers = commandHandlers(
  commandHandler(SubmitApplication, async (command, deps) => {
    const { programmeId, personId, receivedOn, channel, facts } = command;
    const [programme, { region }] = await Promise.all([
      deps.programmes.of(programmeId),
      deps.persons.of(personId, command.call.context.actor.regions),
    ]);
    requireOpen(programme);
    const { timeZone } = programme.definition;
    const newest = await newestCycle(deps.store, programmeId);
    const dating = { timeZone, months: programme.backdatedMonths };
    requireReceivedOn(receivedOn, dating, command.call.context.now, newest);
    programme.policyOf(receivedOn.slice(0, 7)).compiled.takeFacts(facts, receivedOn);
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
        whileOpen(programmeId),
      ],
      answer: { applicationId },
      status: 201,
    };
  }),
  commandHandler(AmendApplication, async (command, deps) => {
    const application = await submitted(deps, command);
    const { programmeId, receivedOn } = application;
    const programme = await deps.programmes.of(programmeId);
    const today = localDateOf(command.call.context.now, programme.definition.timeZone);
    programme.policyOf(receivedOn.slice(0, 7)).compiled.takeFacts(command.facts, today);
    const { facts, reason } = command;
    return simplyOf(command, { type: 'AmendApplication', facts, reason }, application);
  }),
  commandHandler(DetermineEligibility, async (command, deps) => {
    const application = await submitted(deps, command);
    const programme = await deps.programmes.of(application.programmeId);
    return simplyOf(command, determinationOf(programme), application);
  }),
  commandHandler(RecommendApplication, async (command, deps) => {
    const application = await submitted(deps, command);
    const decided = {
      type: 'RecommendApplication',
      recommendation: command.recommendation,
      contentHash: command.contentHash,
      policyVersion: await versionOf(deps, application),
      ...(command.note === undefined ? {} : { note: command.note }),
    } as const;
    return simplyOf(command, decided, application);
  }),
  commandHandler(ReturnApplication, (command) =>
    simply(command, { type: 'ReturnApplication', reason: command.reason }),
  ),
  commandHandler(ApproveApplication, async (command, deps) => {
    const application = await submitted(deps, command);
    const policyVersion = await versionOf(deps, application);
    const { applicationId, programmeId, receivedOn } = application;
    const inForce = whilePaidBy(programmeId, receivedOn.slice(0, 7), () => policyVersion);
    const approving = partOf(
      applicationId,
      fromState(['ApproveApplication', command.contentHash], ({ receivedOn }) => ({
        type: 'ApproveApplication',
        contentHash: command.contentHash,
        startPeriod: receivedOn.slice(0, 7),
        policyVersion,
      })),
    );
    const [approved, ...rest] = approvalParts(approving, application);
    return { parts: [approved!, inForce, ...rest], answer: { applicationId } };
  }),
  commandHandler(RejectApplication, async (command, deps) =>
    simply(command, {
      type: 'RejectApplication',
      contentHash: command.contentHash,
      policyVersion: await versionOf(deps, await submitted(deps, command)),
      reason: command.reason,
    }),
  ),
  commandHandler(WithdrawApplication, (command) =>
    simply(command, { type: 'WithdrawApplication', reason: command.reason }),
  ),
  commandHandler(LodgeAppeal, async (command, deps) => {
    const { programmeId } = await submitted(deps, command);
    const { timeZone, appealDays } = (await deps.programmes.of(programmeId)).definition;
    const { now } = command.call.context;
    return simply(
      command,
      fromState(['LodgeAppeal', command.grounds], ({ decidedAt }) => ({
        type: 'LodgeAppeal',
        grounds: command.grounds,
        today: localDateOf(now, timeZone),
        decidedOn: localDateOf(decidedAt || now, timeZone),
        appealDays,
      })),
    );
  }),
  commandHandler(DecideAppeal, (command) =>
    simply(command, {
      type: command.decision === 'uphold' ? 'UpholdAppeal' : 'DismissAppeal',
      reason: command.reason,
    }),
  ),
);
