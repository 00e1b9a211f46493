import type { EventData } from '../../events/generated.js';
import { assignEntryParts, dismissEntryParts } from '../use-cases/statements/bank-entries.js';
import { parseEntryId, parsePaymentId, parseSha256, streams } from '../kernel/ids.js';
import { Command } from '../http/call.js';
import { part } from '../write-side/execute.js';
import { OneOf, Pattern, Subject, Text, Whole } from '../http/fields.js';
import { handlers, on, type Plan, type PlanDeps } from '../http/command-handlers.js';
import { jobIdOf, type Job } from '../runtime/jobs.js';
import { bankEntryDecider } from './entry.decider.js';
import { bankMessageDecider } from './message.decider.js';

/** A file that is archived already; its request's body was the file itself. */
export class ReceiveBankMessage extends Command {
  declare readonly received: EventData['BankMessageReceived'];
}
export class ReleaseBankMessage extends Command {
  @Text({ max: 500 }) reason!: string;
}
export class AssignBankEntry extends Command {
  @Pattern(/^[a-z][a-z0-9]{1,30}-[0-9]{4}-(0[1-9]|1[0-2])-[0-9a-f-]{36}$/, 'a payment id')
  paymentId!: string;
  @Whole(1, 999, {
    optional: true,
    description: 'Which instruction it answers; absent: the newest.',
  })
  attempt?: number;
  @OneOf(['accepted', 'settled', 'rejected', 'returned'], {
    optional: true,
    description: 'Needed where the entry does not say it.',
  })
  outcome?: EventData['BankEntryAssigned']['outcome'];
  @Text({ max: 500, description: 'Why you are sure.' }) reason!: string;
}
export class MatchEntries extends Command {}
export class SetEntryOwner extends Command {
  @Subject({ description: 'Who is to look after it.' }) owner!: string;
}
export class DismissBankEntry extends Command {
  @OneOf(['not-ours', 'fee', 'funding', 'duplicate', 'other'])
  kind!: EventData['BankEntryDismissed']['kind'];
  @Text({ max: 500 }) reason!: string;
}

/** Records what is said of a message, and applies it in the background. */
function applied(
  command: Command,
  deps: PlanDeps,
  sha256: string,
  plan: Pick<Plan, 'parts'>,
): Plan {
  const { actor, correlationId } = command.call.context;
  const job: Job = { kind: 'message', sha256 };
  return {
    ...plan,
    answer: { sha256, jobId: jobIdOf(job) },
    status: 202,
    afterwards: () => deps.background.start(job, { actor, correlationId }),
  };
}

export const bankHandlers = handlers(
  on(ReceiveBankMessage, (command, deps) => {
    const { sha256 } = command.received;
    return applied(command, deps, sha256, {
      parts: [
        part(streams.message(sha256), bankMessageDecider, {
          type: 'ReceiveMessage',
          ...command.received,
        }),
      ],
    });
  }),
  on(ReleaseBankMessage, (command, deps) => {
    const sha256 = parseSha256(command.param('hash'), 'hash');
    return applied(command, deps, sha256, {
      parts: [
        part(streams.message(sha256), bankMessageDecider, {
          type: 'ReleaseMessage',
          reason: command.reason,
        }),
      ],
    });
  }),
  on(AssignBankEntry, async (command, deps) => {
    const { paymentId, attempt, outcome, reason } = command;
    const entryId = parseEntryId(command.param('entryId'));
    const args = {
      entryId,
      paymentId: parsePaymentId(paymentId),
      reason,
      ...(attempt === undefined ? {} : { attempt }),
      ...(outcome === undefined ? {} : { outcome }),
    };
    return {
      parts: await assignEntryParts(deps, args, command.call.context.now),
      answer: { entryId, paymentId },
    };
  }),
  on(MatchEntries, (command, deps) => {
    const { actor, correlationId } = command.call.context;
    const job: Job = { kind: 'match' };
    return {
      parts: [],
      answer: { jobId: jobIdOf(job) },
      status: 202,
      afterwards: () => deps.background.start(job, { actor, correlationId }),
    };
  }),
  on(SetEntryOwner, (command) => {
    const entryId = parseEntryId(command.param('entryId'));
    return {
      parts: [
        part(streams.entry(entryId), bankEntryDecider, {
          type: 'SetEntryOwner',
          owner: command.owner,
        }),
      ],
      answer: { entryId },
    };
  }),
  on(DismissBankEntry, (command) => {
    const entryId = parseEntryId(command.param('entryId'));
    return {
      parts: dismissEntryParts({ entryId, kind: command.kind, reason: command.reason }),
      answer: { entryId },
    };
  }),
);
