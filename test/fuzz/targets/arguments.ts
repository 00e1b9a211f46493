import { CommanderError, type Command } from 'commander';
import { commandsFor } from '../../../src/cli/all-commands.js';
import { DomainError } from '../../../src/kernel/errors.js';
import { Broken, holds, refusedWell, type FuzzTarget } from '../target.js';

class Reached extends Error {}

/** Commands that are parsed and not run. */
function onlyParsed(command: Command): Command {
  command.exitOverride().configureOutput({
    writeOut: () => undefined,
    writeErr: () => undefined,
    outputError: () => undefined,
  });
  if (command.commands.length === 0)
    command.action(() => {
      throw new Reached();
    });
  command.commands.forEach(onlyParsed);
  return command;
}

const GROUPS = new Map(
  (await commandsFor()).map((command) => [command.name(), onlyParsed(command)]),
);

/** Each command with an argument and each of its options. */
function linesOf(command: Command, path: readonly string[]): string[] {
  if (command.commands.length > 0)
    return command.commands.flatMap((each) => linesOf(each, [...path, each.name()]));
  const args = command.registeredArguments.map(() => 'asd');
  const options = command.options.flatMap((option) =>
    option.required || option.optional ? [option.long ?? '', '2025-12'] : [option.long ?? ''],
  );
  return [[...path, ...args, ...options].join('\n')];
}

/** An argument a line, beginning with the group. */
export const commandArguments: FuzzTarget = {
  seeds: [...GROUPS].flatMap(([name, command]) => linesOf(command, [name])),
  words: [
    ...[...GROUPS.keys()],
    '--',
    '--json',
    '--help',
    '-h',
    '--data',
    '--as',
    '--seed=',
    '2025-12',
    '1e9',
    '\n',
    '@file',
  ],
  async check(input) {
    const [group = '', ...args] = input.toString('utf8').split('\n');
    const command = GROUPS.get(group);
    if (!command) return 'no group';
    try {
      await command.parseAsync(args, { from: 'user' });
      throw new Broken('it was neither reached nor refused');
    } catch (error) {
      if (error instanceof Reached) return 'reached';
      if (error instanceof DomainError) return refusedWell(error);
      if (!(error instanceof CommanderError)) throw error;
      holds(error.exitCode === 0 || error.message.length > 5, 'it does not say what is wrong');
      return error.code;
    }
  },
};
