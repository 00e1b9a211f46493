import type { Command } from 'commander';
import { parseProgrammeId, streams } from '../../kernel/ids.js';
import { parseCalendar } from '../../programme/calendar.rule.js';
import { programmeDecider, type ProgrammeCommand } from '../../programme/programme.decider.js';
import { isWaiting } from '../../programme/proposal-status.js';
import { execute } from '../../write-side/execute.js';
import { part } from '../../write-side/unit.js';
import { recording } from '../acting.js';
import {
  acting,
  action,
  actorOf,
  contextOf,
  wholeNumber,
  type CommonOptions,
  type Run,
} from '../command.js';
import type { Engine } from '../compose.js';

export interface OfProgramme extends CommonOptions {
  readonly programme: string;
}
interface CalendarOptions extends OfProgramme {
  readonly weekend: string;
  readonly holidays?: string;
}
interface BackdatingOptions extends OfProgramme {
  readonly months: number;
}

const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'none');

/**
 * Decides a command on a programme as its manager, and whether it waits for a second one; the same
 * words later are another command.
 */
export async function manage(
  engine: Engine,
  options: OfProgramme,
  verb: string,
  command: ProgrammeCommand,
): Promise<{ readonly events: number; readonly status: 'proposed' | 'set' }> {
  const { programmeId } = command;
  const done = await execute(
    engine,
    [part(streams.programme(programmeId), programmeDecider, command)],
    contextOf(
      actorOf(options, 'programme-manager'),
      verb,
      programmeId,
      await engine.store.lastPosition(),
    ),
  );
  const events = await engine.store.readStream(streams.programme(programmeId));
  return { ...done, status: isWaiting(events, command) ? 'proposed' : 'set' };
}

async function setCalendar({ out }: Run, options: CalendarOptions): Promise<void> {
  const programmeId = parseProgrammeId(options.programme, 'programme');
  const calendar = parseCalendar(listOf(options.weekend), listOf(options.holidays ?? ''));
  const result = await recording(options.data, (engine) =>
    manage(engine, options, 'calendar', { type: 'SetCalendar', programmeId, ...calendar }),
  );
  out.result(result, () => (result.events > 0 ? 'set' : 'this calendar is set already'));
}

export function addCalendar(programmes: Command): void {
  acting(programmes.command('calendar'))
    .description(
      'set the days on which banks do not execute; a release on one of them, or in the past, must then be meant (--any-day)',
    )
    .requiredOption('--programme <code>', 'programme')
    .option('--weekend <days>', 'days of the week, with commas; none', 'saturday,sunday')
    .option('--holidays <dates>', 'YYYY-MM-DD, with commas; these replace those before')
    .action(action(setCalendar));
}

async function setBackdating({ out }: Run, options: BackdatingOptions): Promise<void> {
  const programmeId = parseProgrammeId(options.programme, 'programme');
  const { months } = options;
  const result = await recording(options.data, (engine) =>
    manage(engine, options, 'backdating', { type: 'SetBackdatingLimit', programmeId, months }),
  );
  out.result(result, () => {
    if (result.status === 'proposed')
      return 'proposed: more months would be paid back; set once another manager says the same';
    return result.events > 0 ? 'set' : 'this limit is set already';
  });
}

export function addBackdating(programmes: Command): void {
  acting(programmes.command('backdating'))
    .description(
      'set how far before the newest cycle an application may be dated; further takes two managers who say the same',
    )
    .requiredOption('--programme <code>', 'programme')
    .requiredOption('--months <n>', 'months', wholeNumber('months', 0, 60))
    .action(action(setBackdating));
}
