import { commandHandler, commandHandlers } from '../../http/command-handlers.js';
import { requireRole } from '../../kernel/decider.js';
import { WithdrawProposal } from './proposals.commands.js';
import { proposersOf, withdrawalPart } from './withdraw-proposal.js';

export const withdrawalHandlers = commandHandlers(
  commandHandler(WithdrawProposal, (command) => {
    const { kind, call } = command;
    requireRole(call.context, ...proposersOf(kind));
    return {
      parts: [withdrawalPart(kind, command)],
      answer: { kind, status: 'withdrawn' },
    };
  }),
);
