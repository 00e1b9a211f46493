import { Command } from '../http/call.js';
import { commandHandler, commandHandlers } from '../http/command-handlers.js';
import { ListOfText, Whole } from '../http/fields.js';
import { parseProgrammeId, streams } from '../kernel/ids.js';
import { part } from '../write-side/unit.js';
import { parseCalendar } from './calendar.rule.js';
import { programmeDecider } from './programme.decider.js';
import { proposalStatus } from './proposal-status.js';

export class SetCalendar extends Command {
  @ListOfText(6, {
    description: 'Days of the week on which banks do not execute: saturday, sunday, …; none: [].',
  })
  weekend!: string[];
  @ListOfText(1_000, {
    optional: true,
    description: 'Days besides, YYYY-MM-DD; these replace those before.',
  })
  holidays?: string[];
}
export class SetBackdatingLimit extends Command {
  @Whole(0, 60, {
    description: 'Months before the newest cycle that an application may be dated back to.',
  })
  months!: number;
}

const idOf = (command: Command): string => parseProgrammeId(command.param('programmeId'));

export const calendarHandlers = commandHandlers(
  commandHandler(SetCalendar, (command) => {
    const programmeId = idOf(command);
    return {
      parts: [
        part(streams.programme(programmeId), programmeDecider, {
          type: 'SetCalendar',
          programmeId,
          ...parseCalendar(command.weekend, command.holidays ?? []),
        }),
      ],
      answer: { programmeId },
    };
  }),
  commandHandler(SetBackdatingLimit, (command) => {
    const programmeId = idOf(command);
    const limit = { type: 'SetBackdatingLimit', programmeId, months: command.months } as const;
    return {
      parts: [part(streams.programme(programmeId), programmeDecider, limit)],
      answer: { programmeId },
      answerAfter: proposalStatus(limit),
    };
  }),
);
