import { assignEntryParts, dismissEntryParts } from './bank-entries.js';
import { parseEntryId, parsePaymentId, parseSha256, streams } from '../../kernel/ids.js';
import { fold } from '../../kernel/decider.js';
import type { Command } from '../../http/call.js';
import { part } from '../../write-side/unit.js';
import {
  commandHandlers,
  commandHandler,
  type CommandPlan,
  type CommandPlanDeps,
} from '../../http/command-handlers.js';
import { jobIdOf, type Job } from '../../write-side/jobs.js';
import { bankEntryDecider } from '../../statement/entry.decider.js';
import { bankMessageDecider } from '../../statement/message.decider.js';
import {
  ReceiveBankMessage,
  ReleaseBankMessage,
  AssignBankEntry,
  MatchEntries,
  SetEntryOwner,
  DismissBankEntry,
} from '../../statement/statement.commands.js';

/** Records what is said of a message, and applies it in the background. */
function applied(
  command: Command,
  deps: CommandPlanDeps,
  sha256: string,
  plan: Pick<CommandPlan, 'parts' | 'undo'>,
): CommandPlan {
  const { actor, correlationId, commandId } = command.call.context;
  const job: Job = { kind: 'message', sha256 };
  return {
    ...plan,
    answer: { sha256, jobId: jobIdOf(job) },
    status: 202,
    afterwards: () => deps.background.start(job, { actor, correlationId, commandId }),
  };
}

export const bankHandlers = commandHandlers(
  commandHandler(ReceiveBankMessage, (command, deps) => {
    const { sha256 } = command.received;
    return applied(command, deps, sha256, {
      parts: [
        part(streams.message(sha256), bankMessageDecider, {
          type: 'ReceiveMessage',
          ...command.received,
        }),
      ],
      undo: async () => {
        const known = await deps.store.readStream(streams.message(sha256));
        if (known.length === 0) await command.discard();
      },
    });
  }),
  commandHandler(ReleaseBankMessage, (command, deps) => {
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
  commandHandler(AssignBankEntry, async (command, deps) => {
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
      parts: await assignEntryParts(deps, args, command.call.context),
      answer: { entryId, paymentId },
      answerAfter: (after) => {
        const { status } = fold(bankEntryDecider, after(streams.entry(entryId)));
        return { status: status === 'quarantined' ? 'proposed' : status };
      },
    };
  }),
  commandHandler(MatchEntries, (command, deps) => {
    const { actor, correlationId, commandId } = command.call.context;
    const job: Job = { kind: 'match' };
    return {
      parts: [],
      answer: { jobId: jobIdOf(job) },
      status: 202,
      afterwards: () => deps.background.start(job, { actor, correlationId, commandId }),
    };
  }),
  commandHandler(SetEntryOwner, (command) => {
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
  commandHandler(DismissBankEntry, async (command, deps) => {
    const entryId = parseEntryId(command.param('entryId'));
    return {
      parts: await dismissEntryParts(deps, {
        entryId,
        kind: command.kind,
        reason: command.reason,
      }),
      answer: { entryId },
    };
  }),
);
