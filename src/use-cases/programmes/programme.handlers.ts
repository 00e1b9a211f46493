import { commandHandler, commandHandlers } from '../../http/command-handlers.js';
import { parseProgrammeId } from '../../kernel/ids.js';
import { CloseProgramme } from '../../programme/programme.commands.js';
import { proposalStatus } from '../../programme/proposal-status.js';
import { closeProgrammeParts } from './close-programme.js';

export const closingHandlers = commandHandlers(
  commandHandler(CloseProgramme, async (command, { store }) => {
    const programmeId = parseProgrammeId(command.param('programmeId'));
    const { reason } = command;
    return {
      parts: await closeProgrammeParts(store, { programmeId, reason }),
      answer: { programmeId },
      answerAfter: proposalStatus({ type: 'CloseProgramme', programmeId, reason }, 'closed'),
    };
  }),
);
